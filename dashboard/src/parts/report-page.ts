import type { LibraryReport } from '../api/contract.ts';
import { describeCode, formatBytes, formatFiles, formatInstant, stateNames } from './format.ts';

const style = `
  body { margin: 3rem auto; max-width: 60rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: #1d1b17 }
  table { width: 100%; border-collapse: collapse; margin: 1rem 0 }
  th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; overflow-wrap: anywhere }
  h2 { margin-top: 2rem; font-size: 1.1rem }
`;

/**
 * A report as one page for people, without script and without anything from elsewhere. Titles and messages are put in as
 * text, so that none of them can be markup.
 */
export function reportPage(report: LibraryReport): string {
  const page = document.implementation.createHTMLDocument(`FLAnts: ${report.destination}`);
  const add = (parent: Element, name: string, text = ''): HTMLElement => {
    const element = page.createElement(name);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  const table = (heading: string, columns: readonly string[], rows: readonly (readonly string[])[]): void => {
    if (rows.length === 0) return;
    add(page.body, 'h2', heading);
    const element = add(page.body, 'table');
    const head = add(add(element, 'thead'), 'tr');
    for (const column of columns) add(head, 'th', column);
    const body = add(element, 'tbody');
    for (const row of rows) {
      const line = add(body, 'tr');
      for (const text of row) add(line, 'td', text);
    }
  };
  page.documentElement.lang = 'en';
  const meta = page.createElement('meta');
  meta.setAttribute('charset', 'utf-8');
  page.head.prepend(meta);
  add(page.body, 'h1', report.destination);
  add(page.body, 'p', `${formatInstant(report.at, 0)}. ${formatFiles(report.totals.files)} in place.`);
  const { videos } = report;
  const rowsOf = videos.map(({ id, title, state, files, sizeBytes }) => [
    title ?? id,
    stateNames[state],
    formatFiles(files),
    formatBytes(sizeBytes),
  ]);
  table('Videos', ['Video', 'State', 'Files', 'Size'], rowsOf);
  const failed = videos.flatMap(({ id, title, failures }) =>
    failures.map(({ key, failure, tries, acceptedBecause }) => [
      title ?? id,
      key,
      `${describeCode(failure.code)}: ${failure.message}`,
      acceptedBecause === undefined ? `${tries} tries` : `accepted: ${acceptedBecause}`,
    ]),
  );
  table('Failed files', ['Video', 'File', 'Why', ''], failed);
  const unusable = videos.flatMap(({ id, title, invalid }) => (invalid ? [[title ?? id, invalid.message]] : []));
  table('Not usable', ['Video', 'Why'], unusable);
  table(
    'Rows refused',
    ['Row', 'Why'],
    report.refusedRows.map(({ row, id, failure }) => [id ?? `row ${row}`, failure.message]),
  );
  table(
    'What the destination does not guard',
    [''],
    report.unguarded.map((meaning) => [meaning]),
  );
  // This page's own policy forbids a style in any document that it makes, shown or not.
  const text = page.documentElement.outerHTML.replace('</head>', `<style>${style}</style></head>`);
  return `<!doctype html>\n${text}\n`;
}
