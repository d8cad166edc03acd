import type { LibraryReport, VideoReport } from '../domain/report/copy.ts';
import { addToTotals, emptyTotals } from '../domain/report/totals.ts';
import type { VideoId } from '../domain/video.ts';
import type { ControlPorts } from './control-ports.ts';
import { timestamp } from './apply-decision.ts';
import { readAhead } from '../domain/waiting/read-ahead.ts';
import { reportVideo } from '../journal/report-video.ts';
import { unknownVideo } from './unknown-video.ts';

/** Fewer than for a listing: a report reads the plan's header and the evidence. */
const reportsAtATime = 8;

/** Reports on the named videos or, without any, on all. */
export async function reportLibrary(videos: readonly VideoId[], ports: ControlPorts): Promise<LibraryReport> {
  const at = timestamp(ports);
  const totals = emptyTotals();
  const reports: VideoReport[] = [];
  for await (const made of eachReport(videos, ports)) {
    reports.push(made);
    addToTotals(totals, made);
  }
  const { destination, unguarded = [] } = ports;
  const scan = await ports.lastScan?.();
  const catalogueFields = {
    refusedRows: scan?.refused.rows ?? [],
    ...(scan?.warnings ? { rowWarnings: scan.warnings } : {}),
    ...(scan ? { withdrawn: scan.withdrawn.ids } : {}),
  };
  const functions = await ports.functionCost?.();
  const budget = await ports.budget?.();
  const paid = { ...(functions ? { functions } : {}), ...(budget ? { budget } : {}) };
  return { format: 1, destination, at, totals, videos: reports, ...catalogueFields, unguarded, ...paid };
}

/** The reports on the named videos or, without any, on all; each when it is asked for. */
export async function* eachReport(videos: readonly VideoId[], ports: ControlPorts): AsyncGenerator<VideoReport> {
  const reportPorts = { ...ports, tokenRules: await ports.tokenRules() };
  const report = async (video: VideoId): Promise<VideoReport | undefined> => {
    const made = await reportVideo(video, reportPorts);
    if (!made && videos.length > 0) throw unknownVideo(video);
    return made;
  };
  for await (const made of readAhead(videos.length > 0 ? new Set(videos) : allIds(ports), reportsAtATime, report)) {
    if (made) yield made;
  }
}

async function* allIds({ journal }: ControlPorts): AsyncGenerator<VideoId> {
  for await (const { id } of journal.submissions()) yield id;
}
