import type { VideoReport } from '../domain/report.ts';
import type { ControlPorts } from './control-ports.ts';
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
