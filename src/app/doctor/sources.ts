import type { DoctorOptions } from '../../config/doctor-options.ts';
import { withoutSecrets } from '../../config/values/location.ts';
import type { ClusterSource } from '../../config/values/cluster-source.ts';
import { failureOf } from '../../domain/failure.ts';
import type { Failure } from '../../domain/failure.ts';
import type { Finding } from '../../domain/report/finding.ts';
import { second } from '../../domain/units.ts';
import { urlOrigin } from '../../domain/names/url-origin.ts';
import type { Source } from '../../storage/source.ts';
import { openSource } from '../open/source.ts';
import { withCatalogue } from '../open/catalogue.ts';
import { sourceSpecOf } from '../source-spec.ts';
import { faultOf } from './mend.ts';
import { patienceMs } from '../patience.ts';

/** Rows of a catalogue that are read: enough to see whether it is one, and which hosts it names. */
const maxRows = 1_000;
/** Hosts that are asked, with one playlist each. */
const maxHosts = 8;
const catalogueTimeoutMs = 15 * second;

/** Looks at the sources: whether each catalogue can be read, and each host gives a playlist. */
export async function checkSources(options: DoctorOptions, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const byOrigin = new Map<string, string>();
  for (const source of options.sources) {
    const read = await readSource(source, options, signal);
    for (const url of read.urls) {
      const origin = urlOrigin(new URL(url));
      if (!byOrigin.has(origin)) byOrigin.set(origin, url);
    }
    if (read.finding) findings.push(read.finding);
  }
  const urls = [...byOrigin.values()].slice(0, maxHosts);
  if (urls.length === 0) return findings;
  const reader = openSource(await sourceSpecOf(options, { originUrls: urls }));
  try {
    for (const url of urls) findings.push(await checkPlaylist(url, reader, signal));
  } finally {
    await reader.close();
  }
  return findings;
}

async function readSource(
  source: ClusterSource,
  { mongo }: DoctorOptions,
  signal: AbortSignal,
): Promise<{ readonly urls: readonly string[]; readonly finding?: Finding }> {
  if (source.kind === 'playlist') return { urls: [source.url] };
  const isMongo = source.kind === 'mongodb';
  const place = {
    check: isMongo ? 'MongoDB' : 'catalogue',
    subject: source.kind === 'catalogue' ? source.path : source.name,
  };
  const { urls, refused, failure } = await readRows(source, mongo, signal);
  if (failure) {
    const mend = isMongo
      ? 'see whether the server is up, and user, password and --mongo-database are right'
      : 'docs/options.md has the form of a catalogue';
    return { urls, finding: faultOf(place.check, place.subject, failure, mend) };
  }
  const [first] = refused;
  const mend = first && 'mend these rows, or say which fields to read; flants copy --dry-run names all of them';
  if (urls.length === 0) {
    const message = first ? `none of its rows is a video: ${first.message}` : 'it has no rows';
    return { urls, finding: { ...place, level: 'fault', message, mend: mend ?? 'add a video to it' } };
  }
  const count = `${urls.length}${urls.length + refused.length >= maxRows ? ' or more' : ''} of its rows are videos`;
  if (!first) return { urls, finding: { ...place, level: 'ok', message: count } };
  const message = `${count}, ${refused.length} are not: ${first.message}`;
  return { urls, finding: { ...place, level: 'warning', message, ...(mend === undefined ? {} : { mend }) } };
}

async function readRows(
  source: ClusterSource,
  mongo: DoctorOptions['mongo'],
  signal: AbortSignal,
): Promise<{ readonly urls: readonly string[]; readonly refused: readonly Failure[]; readonly failure?: Failure }> {
  const urls: string[] = [];
  const refused: Failure[] = [];
  try {
    const patient = { ...mongo, selectionTimeoutMs: patienceMs };
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(catalogueTimeoutMs)]);
    const how = { sideFiles: [], ...(mongo ? { mongo: patient } : {}) };
    await withCatalogue([source], how, async (catalogue) => {
      for await (const row of catalogue.rows({ signal: inTime })) {
        if (row.kind === 'video') urls.push(row.submission.playlistUrl);
        else refused.push(row.failure);
        if (urls.length + refused.length >= maxRows) break;
      }
    });
    return { urls, refused };
  } catch (error) {
    signal.throwIfAborted();
    return { urls, refused, failure: failureOf(error) };
  }
}

async function checkPlaylist(url: string, source: Source, signal: AbortSignal): Promise<Finding> {
  const subject = withoutSecrets(url);
  const startedAt = performance.now();
  try {
    const answer = await (source.openSession?.() ?? source).fetch(url, { kind: 'text', signal });
    if (answer.result !== 'fetched') return { check: 'source', subject, level: 'ok', message: 'it answers' };
    let head = '';
    for await (const chunk of answer.body) {
      head += Buffer.from(chunk).toString('utf8');
      if (head.length >= 16) break;
    }
    answer.cancel();
    const durationMs = Math.round(performance.now() - startedAt);
    if (/^\uFEFF?#EXTM3U/.test(head))
      return { check: 'source', subject, level: 'ok', message: `it gives a playlist, after ${durationMs} ms` };
    const message = 'what it gives is no playlist: it does not begin with #EXTM3U';
    return {
      check: 'source',
      subject,
      level: 'fault',
      message,
      mend: 'see what the URL shows in a browser; it may want a header or a login',
    };
  } catch (error) {
    signal.throwIfAborted();
    return faultOf('source', subject, failureOf(error));
  }
}
