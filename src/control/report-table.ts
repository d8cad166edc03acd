import type { VideoReport } from '../domain/report/copy.ts';
import type { VideoId } from '../domain/video.ts';
import type { ControlPorts } from './control-ports.ts';
import { eachFileLine } from './file-lines.ts';
import type { FileLine } from './file-lines.ts';
import { unknownVideo } from './unknown-video.ts';
import { eachReport } from './report-library.ts';

const columns = [
  'id', 'title', 'state', 'files', 'done', 'failed', 'accepted', 'bytes', 'first failure', 'playlist', 'source',
] as const; // prettier-ignore

/**
 * Writes a report as a table: a line of names, then a line for each video.
 *
 * @param write - awaited before the next line, which it ends itself
 */
export async function writeReportTable(ports: ControlPorts, write: (line: string) => Promise<void>): Promise<void> {
  await write(lineOf(columns));
  for await (const report of eachReport([], ports)) await write(lineOf(cellsOf(report)));
}

const fileColumns = [
  'video', 'index', 'key', 'role', 'state', 'bytes', 'crc32', 'etag', 'tries', 'milliseconds', 'at', 'code', 'message', 'accepted because', 'url',
] as const; // prettier-ignore

/**
 * Writes the files of a video as a table: a line of names, then a line for each file, in playing order.
 *
 * @param write - awaited before the next line, which it ends itself
 * @throws {FlantsError} `video.unknown`
 */
export async function writeFileTable(
  video: VideoId,
  ports: ControlPorts,
  write: (line: string) => Promise<void>,
): Promise<void> {
  await assertKnown(video, ports);
  await write(lineOf(fileColumns));
  await eachFileLine(video, ports, (line) => write(lineOf(fileCellsOf(line))));
}

async function assertKnown(video: VideoId, { journal }: ControlPorts): Promise<void> {
  if (!(await journal.submission(video))) throw unknownVideo(video);
}

function fileCellsOf({ video, index, state, ...file }: FileLine) {
  const { key, role, url, sizeBytes, crc32, etag, tries, durationMs, at, failure, acceptedBecause } = file;
  const { code, message } = failure ?? {};
  return [
    video, index, key, role, state, sizeBytes, crc32, etag, tries, durationMs, at, code, message, acceptedBecause, url,
  ]; // prettier-ignore
}

function cellsOf({ id, title, state, files, sizeBytes, failures, invalid, playlistKey, playlistUrl }: VideoReport) {
  const failure = invalid ?? failures[0]?.failure;
  const said = failure && `${failure.code}: ${failure.message}`;
  const { total, done, failed, accepted } = files;
  return [id, title, state, total, done, failed, accepted, sizeBytes, said, playlistKey, playlistUrl];
}

/** RFC 4180, without the end of the line. */
function lineOf(cells: readonly (string | number | undefined)[]): string {
  return cells.map((cell) => (typeof cell === 'number' ? String(cell) : quoted(cell ?? ''))).join(',');
}

/** A cell that a spreadsheet would take for a formula begins with an apostrophe: https://owasp.org/www-community/attacks/CSV_Injection */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
