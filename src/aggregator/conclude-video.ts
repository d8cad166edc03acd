import type { VideoStatus } from '../catalogue/catalogue.ts';
import { nextStep, nothingCarried } from '../domain/next-step.ts';
import type { VideoReport } from '../domain/report.ts';
import { situationOf, stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { reportVideo } from '../journal/report-video.ts';

/** Ports for concluding a video. */
export interface ConclusionPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly tokenParameters: readonly string[];
  /** URL under which players reach an object. Absent: not configured. */
  readonly urlOf?: (key: string) => string;
  readonly now: () => number;
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
  const { ledger, now, urlOf } = ports;
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
    await ports.announce(report, record, status);
    await ledger.apply(video, { type: 'announce', generation, announced: situation });
  }
  if (stateOf(record) === 'published') await ledger.retire(video, generation);
}
