import type { RunEvent } from '../domain/event.ts';
import { second } from '../domain/units.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { LogLevel } from '../telemetry/logger.ts';
import { eventLine } from './event-lines.ts';
import { renderProgress, renderProgressLine } from './render-progress.ts';
import type { ProgressState } from './render-progress.ts';

/** Shows the progress of a run. */
export interface ProgressDisplay {
  event(event: RunEvent): void;
  /** Shows a message now, and keeps it visible in a live display. */
  notice(text: string): void;
  /** Removes the live part of the display. */
  close(): void;
}

/** Stream and content of the display. */
export interface DisplayOptions {
  readonly stream: NodeJS.WriteStream;
  readonly level: LogLevel;
  /** Whether to redraw bars in place. Requires a terminal that supports it, and no `--no-progress`. */
  readonly live: boolean;
  /** Whether to show progress at all. */
  readonly progress: boolean;
}

const plainIntervalMs = 10 * second;
const defaultColumns = 80;

/** Opens a live display with bars, or a display of plain lines. */
export async function openProgressDisplay(options: DisplayOptions): Promise<ProgressDisplay> {
  return options.live ? await openLiveDisplay(options) : openPlainDisplay(options);
}

/** Event lines, and below them a drawing that is replaced with each progress event. */
async function openLiveDisplay({ stream, level }: DisplayOptions): Promise<ProgressDisplay> {
  const { createLogUpdate } = await import('log-update');
  const drawing = createLogUpdate(stream);
  // The terminal wraps long lines itself. `persist` would insert line breaks, which also end up in copied text.
  const logger = createLogger(level, (line) => {
    drawing.clear();
    stream.write(`${line}\n`);
  });
  let state: ProgressState = {};
  let closed = false;
  const draw = (): void => drawing(renderProgress(state, stream.columns ?? defaultColumns));
  draw();
  return {
    event: (event) => {
      const line = eventLine(event);
      if (line) logger[line.level](line.text);
      if (event.type === 'progress') state = { ...state, progress: event.progress };
      if (line || event.type === 'progress') draw();
    },
    notice: (text) => {
      state = { ...state, notice: text };
      draw();
    },
    close: () => {
      if (closed) return;
      closed = true;
      drawing.clear();
      drawing.done();
    },
  };
}

/** A line for each event, and one about progress at intervals, measured by the times of the events. */
function openPlainDisplay({ stream, level, progress }: DisplayOptions): ProgressDisplay {
  const write = (line: string): void => void stream.write(`${line}\n`);
  const logger = createLogger(level, write);
  let nextAt = -Infinity;
  return {
    event: (event) => {
      const line = eventLine(event);
      if (line) logger[line.level](line.text);
      if (event.type !== 'progress' || !progress) return;
      const at = Date.parse(event.at);
      if (at < nextAt) return;
      nextAt = at + plainIntervalMs;
      logger.info(renderProgressLine(event.progress));
    },
    notice: write,
    close: () => {},
  };
}
