import type { VideoStatus } from '../catalogue/catalogue.ts';
import { nextStep, nothingCarried } from '../domain/next-step.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import type { VideoReport } from '../domain/report/copy.ts';
import { planLook } from '../domain/next-look.ts';
import { situationOf, stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { reportVideo } from '../journal/report-video.ts';

/** Ports for concluding a video. */
export interface ConclusionPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly tokenRules: TokenRules;
  /** URL under which players reach an object. Absent: not configured. */
  readonly urlOf?: (key: string) => string;
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The longest distance between two looks at a video that failed. */
  readonly retryEveryMs: number;
  /**
   * Reports a concluded video to the catalogue, to alerts and to the log. May be called twice for the same situation.
   * Resolves once the report cannot be lost.
   */
  readonly announce: (report: VideoReport, record: VideoRecord, status: VideoStatus) => Promise<void>;
}

/**
 * Announces a video that has no next step, once for each situation. A published video is then retired from the ledger,
 * since the journal has everything about it.
 */
export async function concludeVideo(video: VideoId, ports: ConclusionPorts): Promise<void> {
  const { ledger, now, urlOf, random, retryEveryMs } = ports;
  const record = await ledger.read(video);
  if (!record || nextStep(record, nothingCarried) !== 'none') return;
  const { generation } = record;
  const situation = situationOf(record);
  if (record.announced !== situation) {
    const report = await reportVideo(video, ports);
    if (!report) return;
    const { id, state, files, playlistKey } = report;
    const isPublished = state === 'published' && playlistKey !== undefined && urlOf !== undefined;
    const status: VideoStatus = {
      id,
      state,
      files,
      at: new Date(now()).toISOString(),
      ...(isPublished ? { destinationUrl: urlOf(playlistKey) } : {}),
    };
    const nextLook = planLook(record, report, { longestMs: retryEveryMs, now: now(), random });
    if (nextLook) await ledger.apply(video, { type: 'look', generation, nextLook });
    if (!isAsBefore(record)) await ports.announce(report, record, status);
    await ledger.apply(video, { type: 'announce', generation, announced: situation });
  }
  if (stateOf(record) === 'published') await ledger.retire(video, generation);
}

/** Whether a look that nobody asked for has found the video in the state that was announced: then nobody is told again. */
function isAsBefore({ nextLook, announced = '', ...record }: VideoRecord): boolean {
  return nextLook !== undefined && announced.startsWith(`${stateOf(record)} `);
}
