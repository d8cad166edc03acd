import type { RunEvent } from '../domain/event.ts';
import { second } from '../domain/units.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { LogLevel } from '../telemetry/logger.ts';
import { eventLine } from './event-lines.ts';
import { renderProgress, renderProgressLine } from './render-progress.ts';
import type { ProgressState } from './render-progress.ts';

/** Shows people how a run goes. */
export interface ProgressDisplay {
  event(event: RunEvent): void;
  /** Says something now, and keeps saying it where there is a place for that. */
  notice(text: string): void;
  /** Takes away what is not to stay. */
  close(): void;
}

/** Where and how much to show. */
export interface DisplayOptions {
  readonly stream: NodeJS.WriteStream;
  readonly level: LogLevel;
  /** Draw bars in place: the stream is a terminal that can, and nobody said `--no-progress`. */
  readonly live: boolean;
  /** Tell progress at all. */
  readonly progress: boolean;
}

const plainPeriodMs = 10 * second;
const usualColumns = 80;

/** Opens the display that fits: bars on a terminal, plain lines elsewhere. */
export async function openProgressDisplay(options: DisplayOptions): Promise<ProgressDisplay> {
  return options.live ? await openLiveDisplay(options) : openPlainDisplay(options);
}

/** Lines above, and below them a drawing that each progress event replaces. */
async function openLiveDisplay({ stream, level }: DisplayOptions): Promise<ProgressDisplay> {
  const { createLogUpdate } = await import('log-update');
  const drawing = createLogUpdate(stream);
  // The terminal folds long lines by itself; `persist` would break them, also for whoever copies them out.
  const logger = createLogger(level, (line) => {
    drawing.clear();
    stream.write(`${line}\n`);
  });
  let state: ProgressState = {};
  let closed = false;
  const draw = (): void => drawing(renderProgress(state, stream.columns ?? usualColumns));
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

/** A line for each event, and one on progress now and then, by the events' own clock. */
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
      nextAt = at + plainPeriodMs;
      logger.info(renderProgressLine(event.progress));
    },
    notice: write,
    close: () => {},
  };
}
