import type { RunEvent } from '../domain/progress/event.ts';
import { second } from '../domain/units.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { Logger, LogLevel } from '../telemetry/logger.ts';
import { eventLine } from './event-lines.ts';
import { createPublishedLines } from './published-lines.ts';
import { renderProgress, renderProgressLine } from './render/progress.ts';
import type { ProgressState } from './render/progress.ts';

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
  /** A line for each video that is published, also in a long library. */
  readonly verbose: boolean;
}

const plainIntervalMs = 10 * second;
const defaultColumns = 80;

/** Opens a live display with bars, or a display of plain lines. */
export async function openProgressDisplay(options: DisplayOptions): Promise<ProgressDisplay> {
  return options.live ? await openLiveDisplay(options) : openPlainDisplay(options);
}

/** Event lines, and below them a drawing that is replaced with each progress event. */
async function openLiveDisplay({ stream, level, verbose }: DisplayOptions): Promise<ProgressDisplay> {
  const { createLogUpdate } = await import('log-update');
  const drawing = createLogUpdate(stream);
  // The terminal wraps long lines itself. `persist` would insert line breaks, which also end up in copied text.
  const logger = createLogger(level, (line) => {
    drawing.clear();
    stream.write(`${line}\n`);
  });
  const lines = createEventLines(logger, verbose);
  let state: ProgressState = {};
  let closed = false;
  const draw = (): void => drawing(renderProgress(state, stream.columns ?? defaultColumns));
  draw();
  return {
    event: (event) => {
      const hasWritten = lines.event(event);
      if (event.type === 'progress') state = { ...state, progress: event.progress };
      if (hasWritten || event.type === 'progress') draw();
    },
    notice: (text) => {
      state = { ...state, notice: text };
      draw();
    },
    close: () => {
      if (closed) return;
      closed = true;
      drawing.clear();
      lines.close();
      drawing.done();
    },
  };
}

/** A line for each event, and one about progress at intervals, measured by the times of the events. */
function openPlainDisplay({ stream, level, progress, verbose }: DisplayOptions): ProgressDisplay {
  const write = (line: string): void => void stream.write(`${line}\n`);
  const logger = createLogger(level, write);
  const lines = createEventLines(logger, verbose);
  let nextAt = -Infinity;
  return {
    event: (event) => {
      lines.event(event);
      if (event.type !== 'progress' || !progress) return;
      const at = Date.parse(event.at);
      if (at < nextAt) return;
      nextAt = at + plainIntervalMs;
      logger.info(renderProgressLine(event.progress));
    },
    notice: write,
    close: () => lines.close(),
  };
}

/** Logs the line of each event, if it has one, and few lines for many videos that are published. */
function createEventLines(logger: Logger, verbose: boolean): { event(event: RunEvent): boolean; close(): void } {
  const published = createPublishedLines(verbose);
  const tell = (text: string | undefined): boolean => {
    if (text !== undefined) logger.info(text);
    return text !== undefined;
  };
  return {
    event: (event) => {
      if (event.type === 'video' && event.state === 'published') return tell(published.add(event));
      const hasTold = tell(published.due(event.at));
      const line = eventLine(event);
      if (line) logger[line.level](line.text);
      return hasTold || line !== undefined;
    },
    close: () => void tell(published.rest()),
  };
}
