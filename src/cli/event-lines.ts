import type { RunEvent } from '../domain/progress/event.ts';
import type { Failure } from '../domain/failure.ts';
import type { LiveReport } from '../domain/report/copy.ts';
import type { VideoState } from '../domain/video.ts';
import type { LogLevel } from '../telemetry/logger.ts';
import { second } from '../domain/units.ts';
import { formatCounted, formatDuration } from '../domain/report/amount-text.ts';

/** A line for people, with its level. */
export interface EventLine {
  readonly level: LogLevel;
  readonly text: string;
}

/** Longer delays are shown, so that people do not think the run is stuck. */
const longDelayMs = 5 * second;

const levels: Readonly<Record<VideoState, LogLevel>> = {
  waiting: 'debug',
  copying: 'debug',
  publishing: 'debug',
  live: 'info',
  published: 'info',
  paused: 'info',
  cancelled: 'info',
  incomplete: 'warn',
  invalid: 'warn',
};

/** Renders an event as one line. Undefined for events that only the progress display shows. */
export function eventLine(event: RunEvent): EventLine | undefined {
  switch (event.type) {
    case 'started':
      return { level: 'info', text: `copying to ${event.destination}; the state is in ${event.stateDir}` };
    case 'planned':
      return {
        level: 'debug',
        text: `${event.video}: ${formatCounted(event.files, 'file')}, ${formatCounted(event.documents, 'document')}`,
      };
    case 'video':
      return {
        level: levels[event.state],
        text: `${event.video}: ${event.state}${detailOf(event)}`,
      };
    case 'file-failed':
      return { level: 'warn', text: `${event.video}: ${event.key} failed: ${failureText(event.failure)}` };
    case 'tried-again': {
      const what = event.files === undefined ? 'the video' : formatCounted(event.files, 'file');
      const when = event.delayMs < second ? 'at once' : `in ${formatDuration(event.delayMs)}`;
      return {
        level: event.delayMs < longDelayMs ? 'debug' : 'info',
        text: `${event.video}: ${what} again ${when}: ${failureText(event.failure)}`,
      };
    }
    case 'row-refused':
      return {
        level: 'warn',
        text: `refused${event.id === undefined ? '' : ` (${event.id})`}: ${failureText(event.failure)}`,
      };
    case 'dashboard':
      return { level: 'info', text: `the dashboard is at ${event.url}` };
    case 'lingering':
      return event.lingerMs === 0
        ? undefined
        : {
            level: 'info',
            text: `nothing is left to do; the dashboard stays until its page is closed, ${formatDuration(event.lingerMs)} at most: Ctrl-C ends it now`,
          };
    case 'invalidated':
      return { level: 'debug', text: `${event.video}: the CDN was told of ${formatCounted(event.paths, 'path')}` };
    case 'waiting':
      return { level: 'warn', text: waitingText(event) };
    case 'row-warning':
      // The summary counts them, and shows some.
      return { level: 'debug', text: event.message };
    case 'warning':
      return { level: 'warn', text: event.video === undefined ? event.message : `${event.video}: ${event.message}` };
    case 'progress':
    case 'finished':
      return undefined;
  }
}

/** Says what waits for whom, and for how long. */
export function waitingText({
  places,
  files,
  videos,
  patienceMs,
  allThatIsLeft,
}: Omit<WaitingEvent, 'type' | 'at'>): string {
  const counts = [
    ...(files > 0 ? [formatCounted(files, 'file')] : []),
    ...(videos > 0 ? [formatCounted(videos, 'video')] : []),
  ];
  const what = `${counts.join(' and ')} ${files + videos === 1 ? 'waits' : 'wait'} for ${places.join(', ')}`;
  const end = patienceMs === 0 ? 'at once' : `after ${formatDuration(patienceMs)} more`;
  return `${what}, which ${places.length === 1 ? 'is' : 'are'} down or overloaded: given up ${end}${allThatIsLeft ? ', as' : ' once'} nothing else is left to do (--patience)`;
}

type WaitingEvent = Extract<RunEvent, { type: 'waiting' }>;
function detailOf({ state, failure, delayMs }: Extract<RunEvent, { type: 'video' }>): string {
  if (failure) return `: ${failureText(failure)}`;
  if (state !== 'live') return '';
  return delayMs === undefined
    ? ': its recording is not over'
    : `: looked at again in ${formatDuration(delayMs)}, to see whether anything was added`;
}

/** Renders why a recording counts as not over. */
export function liveText({ playlistUrl, unchangedSince }: LiveReport): string {
  return `${playlistUrl} has no EXT-X-ENDLIST; unchanged since ${unchangedSince}`;
}

/** Renders a failure as in every line: message, then stable code. */
export function failureText(failure: Failure): string {
  return `${failure.message} [${failure.code}]`;
}
