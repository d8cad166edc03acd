import type { VideoReport } from '../../domain/report/copy.ts';
import type { VideoId } from '../../domain/video.ts';
import { readAhead } from '../../domain/waiting/read-ahead.ts';
import type { Journal } from '../../journal/journal.ts';
import { timestamp } from '../apply-decision.ts';
import type { ControlPorts } from '../control-ports.ts';
import { eachReport } from '../report-library.ts';
import { finishedRuns } from '../runs.ts';
import { gatherVideos } from './gather.ts';
import type { PageVideo, VideoTimesOfPage } from './gather.ts';
import { renderReportPage } from './render.ts';

/** Pictures on a page; those of the videos that it shows first. */
const maxPosters = 100;
const postersAtATime = 4;
const timesAtATime = 8;

/**
 * Makes a report of the named videos or, without any, of all, as one page for people. Memory and page are bounded for a
 * library of any size.
 */
export async function makeReportPage(videos: readonly VideoId[], ports: ControlPorts): Promise<string> {
  const { journal, destination } = ports;
  const at = timestamp(ports);
  const gathered = gatherVideos();
  const timed = async (report: VideoReport): Promise<readonly [VideoReport, VideoTimesOfPage]> => [
    report,
    await readTimes(report, journal),
  ];
  for await (const [report, times] of readAhead(eachReport(videos, ports), timesAtATime, timed)) {
    gathered.add(report, times);
  }
  const found = gathered.result();
  const shown = await withPosters(found.videos.shown, ports);
  const functions = await ports.functionCost?.();
  const budget = await ports.budget?.();
  const runs = videos.length > 0 ? [] : await finishedRuns(journal);
  return renderReportPage({
    ...found,
    videos: { ...found.videos, shown },
    destination,
    at,
    runs,
    ...(functions && videos.length === 0 ? { functions } : {}),
    ...(budget && videos.length === 0 ? { budget } : {}),
  });
}

async function readTimes({ id, state }: VideoReport, journal: Journal): Promise<VideoTimesOfPage> {
  if (state !== 'published') return {};
  const publication = await journal.publication(id);
  if (!publication) return {};
  for await (const { type, at } of journal.decisions(id)) {
    if (type === 'submitted') return { onTheWayMs: Math.max(0, Date.parse(publication.at) - Date.parse(at)) };
  }
  return {};
}

async function withPosters(videos: readonly PageVideo[], { openPosters }: ControlPorts): Promise<readonly PageVideo[]> {
  // Pictures that cannot be read are no reason to go without a report.
  const posters = await openPosters?.().catch(() => undefined);
  if (!posters) return videos;
  const withPicture = async (video: PageVideo): Promise<PageVideo> => {
    const poster = await posters.read(video.id).catch(() => undefined);
    return poster === undefined ? video : { ...video, poster };
  };
  const shown: PageVideo[] = [];
  try {
    for await (const video of readAhead(videos.slice(0, maxPosters), postersAtATime, withPicture)) shown.push(video);
  } finally {
    await posters.close();
  }
  return [...shown, ...videos.slice(maxPosters)];
}
