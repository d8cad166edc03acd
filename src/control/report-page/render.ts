import type { VideoState } from '../../domain/video.ts';
import { videoStates } from '../../domain/video.ts';
import { second } from '../../domain/units.ts';
import type { BudgetReport } from '../../domain/cost/budget.ts';
import { formatCount, formatCounted, formatDollars } from '../../domain/report/amount-text.ts';
import { codeText } from '../../domain/report/code-text.ts';
import { bytesText, escaped, instantText, shareText, timeText } from './format.ts';
import type { PageData, PageVideo } from './gather.ts';
import { style } from './style.ts';
import { stateWords } from './words.ts';

/**
 * Renders a report for people who do not run the transfer: one page without scripts, and without anything from elsewhere.
 * All texts are escaped; URLs have no tokens.
 */
export function renderReportPage(data: PageData): string {
  const { destination, at, videos } = data;
  const title = `Transfer to ${destination}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<p class="faint">As of ${instantText(at)}</p>
</header>
<main>
<p class="verdict">${verdictOf(data)}</p>
${tiles(data)}
${stateBar(data)}
${causes(data)}
${acceptances(data)}
${slowest(data)}
${videoTable(data)}
</main>
<footer>Made by FLAnts. ${videos.count > videos.shown.length ? 'The table for spreadsheets (<code>flants report --csv</code>) has all videos; ' : ''}the record of each file is in <code>flants report --format ndjson</code>.</footer>
</body>
</html>
`;
}

function verdictOf({ totals, videos }: PageData): string {
  const { published, incomplete, invalid } = totals.videos;
  if (videos.count === 0) return 'There are no videos yet.';
  const wrong = incomplete + invalid;
  const under = videos.count - published - wrong - totals.videos.cancelled;
  const parts = [
    ...(wrong > 0 ? [`${formatCount(wrong)} ${wrong === 1 ? 'needs' : 'need'} a decision`] : []),
    ...(under > 0 ? [`${formatCount(under)} ${under === 1 ? 'is' : 'are'} not done yet`] : []),
  ];
  const all = published === videos.count;
  const done = all
    ? `All ${formatCounted(published, 'video')} ${published === 1 ? 'is' : 'are'} published.`
    : `${formatCount(published)} of ${formatCounted(videos.count, 'video')} ${published === 1 ? 'is' : 'are'} published.`;
  return parts.length === 0 ? done : `${done} ${capital(parts.join(', '))}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function tiles({ totals, sizeBytes, videos, runs, functions, budget }: PageData): string {
  const { total, done, failed, accepted } = totals.files;
  const durationMs = runs.reduce((sum, { run }) => sum + run.durationMs, 0);
  const copiedBytes = runs.reduce((sum, { run }) => sum + run.copiedBytes, 0);
  const open = failed - accepted;
  const all = [
    tile('Videos', formatCount(videos.count), `${formatCount(totals.videos.published)} published`),
    tile(
      'Files in place',
      formatCount(done),
      [
        `${shareText(done, total)} of ${formatCount(total)}`,
        ...(open > 0 ? [`${formatCount(open)} failed`] : []),
        ...(accepted > 0 ? [`${formatCount(accepted)} accepted`] : []),
      ].join(', '),
    ),
    tile('Size', bytesText(sizeBytes), 'at the destination'),
    ...(durationMs > 0 ? [tile('Time', timeText(durationMs), `in ${formatCounted(runs.length, 'run')}`)] : []),
    ...(durationMs > 0 && copiedBytes > 0
      ? [tile('Rate', `${bytesText(Math.round((copiedBytes / durationMs) * second))}/s`, 'on the whole')]
      : []),
    ...(functions ? [tile('AWS Lambda', formatDollars(functions.dollars), `prices of ${functions.prices.at}`)] : []),
    ...(budget ? [budgetTile(budget)] : []),
  ];
  return `<dl class="tiles">${all.join('')}</dl>`;
}

function budgetTile({ budget, spent, reached }: BudgetReport): string {
  const of = <T>(limit: T | undefined, text: (value: T) => string): string =>
    limit === undefined ? '' : ` of ${text(limit)}`;
  const files = `${formatCounted(spent.files, 'file')}${of(budget.files, formatCount)}`;
  const bytes = `${bytesText(spent.bytes)}${of(budget.bytes, bytesText)}`;
  const note = `${bytes}, ${files}${reached === undefined ? '' : `; the budget is spent (${reached})`}`;
  return tile('Spent', `${formatDollars(spent.dollars)}${of(budget.dollars, formatDollars)}`, note);
}

function tile(title: string, value: string, note: string): string {
  return `<div class="tile"><dt>${escaped(title)}</dt><dd>${escaped(value)}<small>${escaped(note)}</small></dd></div>`;
}

const stateColours: Readonly<Record<VideoState, string>> = {
  published: 'good',
  publishing: 'busy',
  copying: 'busy',
  waiting: 'rest',
  live: 'warn',
  incomplete: 'bad',
  invalid: 'bad',
  paused: 'warn',
  cancelled: 'rest',
};

function stateBar({ totals, videos }: PageData): string {
  if (videos.count === 0) return '';
  const present = videoStates.filter((state) => totals.videos[state] > 0);
  const pieces = present.map(
    (state) =>
      `<span class="${stateColours[state]}" style="width:${(totals.videos[state] / videos.count) * 100}%"></span>`,
  );
  const legend = present.map(
    (state) => `<li>${dot(state)}${formatCount(totals.videos[state])} ${stateWords[state]}</li>`,
  );
  return `<div class="bar" aria-hidden="true">${pieces.join('')}</div><ul class="legend">${legend.join('')}</ul>`;
}

function dot(state: VideoState): string {
  return `<span class="dot ${stateColours[state]}" aria-hidden="true"></span>`;
}

interface Column {
  readonly name: string;
  readonly kind?: 'number' | 'state' | 'picture';
}

/** Cells are HTML. */
function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const classOf = ({ kind }: Column): string => (kind === undefined ? '' : ` class="${kind}"`);
  const head = columns.map((column) => `<th scope="col"${classOf(column)}>${column.name}</th>`).join('');
  const line = (cells: readonly string[]): string =>
    `<tr>${cells.map((cell, at) => `<td${classOf(columns[at] ?? { name: '' })}>${cell}</td>`).join('')}</tr>`;
  // What scrolls can be reached by keyboard.
  return `<div class="scroll" tabindex="0" role="region" aria-label="${columns.map((column) => column.name).join(', ')}"><table><thead><tr>${head}</tr></thead><tbody>\n${rows.map(line).join('\n')}\n</tbody></table></div>`;
}

function causes({ causes: found }: PageData): string {
  if (found.length === 0) return '';
  const rows = found.map(({ code, files, videos, example }) => [
    `${escaped(codeText(code))}<small>${code}</small>`,
    formatCount(files),
    formatCount(videos),
    `${escaped(example.failure.message)}<small>${escaped(example.video)}</small>`,
  ]);
  const columns: readonly Column[] = [
    { name: 'Cause' },
    { name: 'Files', kind: 'number' },
    { name: 'Videos', kind: 'number' },
    { name: 'For example' },
  ];
  return section(
    'What failed, and why',
    'The most common cause first. Nobody has accepted these yet.',
    table(columns, rows),
  );
}

function acceptances({ acceptances: { shown, count } }: PageData): string {
  if (count === 0) return '';
  const rows = shown.map(({ video, key, reason }) => [escaped(video), escaped(key), escaped(reason)]);
  const columns = [{ name: 'Video' }, { name: 'Published without' }, { name: 'Because' }];
  return section(
    'Accepted',
    `Files without which videos may be published, by decision.${restText(count, shown.length)}`,
    table(columns, rows),
  );
}

function slowest({ slowest: found }: PageData): string {
  if (found.length === 0) return '';
  const rows = found.map((video) => [
    nameOf(video),
    timeText(video.onTheWayMs ?? 0),
    formatCount(video.files.total),
    bytesText(video.sizeBytes),
  ]);
  const columns: readonly Column[] = [
    { name: 'Video' },
    { name: 'On the way', kind: 'number' },
    { name: 'Files', kind: 'number' },
    { name: 'Size', kind: 'number' },
  ];
  return section(
    'Longest on the way',
    'From the moment a video was known to its latest publication.',
    table(columns, rows),
  );
}

function videoTable({ videos: { shown, count } }: PageData): string {
  if (count === 0) return '';
  const hasPictures = shown.some(({ poster }) => poster !== undefined);
  const rows = shown.map((video) => {
    const { state, files, sizeBytes, remark, poster } = video;
    const picture = poster === undefined ? '' : `<img src="${escaped(poster)}" alt="" loading="lazy">`;
    return [
      ...(hasPictures ? [picture] : []),
      nameOf(video),
      dot(state) + stateWords[state],
      `${shareText(files.done, files.total)}<small>${formatCount(files.done)} of ${formatCount(files.total)}</small>`,
      bytesText(sizeBytes),
      remark === undefined ? '' : escaped(remark),
    ];
  });
  const columns: readonly Column[] = [
    ...(hasPictures ? [{ name: 'Picture', kind: 'picture' as const }] : []),
    { name: 'Video' },
    { name: 'State', kind: 'state' },
    { name: 'Files', kind: 'number' },
    { name: 'Size', kind: 'number' },
    { name: 'Remark' },
  ];
  return section('Videos', `What needs attention first.${restText(count, shown.length)}`, table(columns, rows));
}

function nameOf({ id, title }: PageVideo): string {
  return title === undefined || title === id ? escaped(id) : `${escaped(title)}<small>${escaped(id)}</small>`;
}

function restText(count: number, shown: number): string {
  return count > shown ? ` The first ${formatCount(shown)} of ${formatCount(count)}.` : '';
}

function section(heading: string, text: string, content: string): string {
  return `<section><h2>${heading}</h2><p class="faint">${text}</p>${content}</section>`;
}
