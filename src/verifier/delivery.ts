import { randomUUID } from 'node:crypto';
import type { DeliveryFinding } from '../domain/report/verification.ts';
import { isPlaylist } from '../domain/object-headers.ts';
import type { ObjectRole } from '../domain/object-headers.ts';
import type { Presentation } from '../hls/presentation.ts';
import { judgeDelivery, judgeMissing, judgeType, pageOrigin } from './delivery-rules.ts';
import type { DeliveryAnswer, RangeAnswer } from './delivery-rules.ts';
import type { Destination, ObjectFacts } from './destination.ts';

/**
 * Sends one request as it is, follows redirects but of OPTIONS, and returns the head of the answer.
 *
 * @throws {FlantsError} if there is no answer
 */
export type AskServer = (
  url: string,
  request: { readonly method: 'GET' | 'HEAD' | 'OPTIONS'; readonly headers: Readonly<Record<string, string>> },
  options: { readonly signal: AbortSignal },
) => Promise<DeliveryAnswer>;

/** An object that stands for all of its kind. */
interface Sample {
  readonly role: ObjectRole;
  readonly url: string;
  readonly hasRanges: boolean;
}

/** What is noted of an object. */
type Seen = Pick<ObjectFacts, 'contentType' | 'sizeBytes'>;

/** A destination that notes the Content-Type of each URL that is read or looked at, and the size where it is told. */
export function noteFacts(destination: Destination): {
  readonly destination: Destination;
  readonly seen: ReadonlyMap<string, Seen>;
} {
  const seen = new Map<string, Seen>();
  const noting = async <T extends Seen>(url: string, answer: Promise<T | undefined>): Promise<T | undefined> => {
    const found = await answer;
    if (!found) return found;
    const { contentType, sizeBytes } = found;
    seen.set(url, {
      ...(contentType === undefined ? {} : { contentType }),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
    });
    return found;
  };
  const noted: Destination = {
    ...destination,
    read: (url, options) => noting(url, destination.read(url, options)),
    head: (url, options) => noting(url, destination.head(url, options)),
  };
  return { destination: noted, seen };
}

/** Judges the types that a store keeps: of one object of each role, extension and Content-Type, as far as they were seen. */
export function judgeTypes(presentation: Presentation, seen: ReadonlyMap<string, Seen>): readonly DeliveryFinding[] {
  return samplesOf(presentation, seen).flatMap(({ role, url }) => {
    const { contentType = '' } = seen.get(url) ?? {};
    return contentType === '' ? [] : judgeType({ role, url, contentType });
  });
}

/**
 * Asks for one object of each role, extension and Content-Type as browsers, Safari and caches do, and for one that does not
 * exist.
 *
 * @param contains - whether a URL lies within the copy: no other is asked for
 * @param seen - by URL, what the walk has seen: types that another tool wrote may differ from the first
 */
export async function checkDelivery(
  presentation: Presentation,
  {
    ask,
    contains,
    seen,
    signal,
  }: {
    readonly ask: AskServer;
    readonly contains: (url: string) => boolean;
    readonly seen: ReadonlyMap<string, Seen>;
    readonly signal: AbortSignal;
  },
): Promise<readonly DeliveryFinding[]> {
  const samples = samplesOf(presentation, seen).filter(({ url }) => contains(url));
  const findings: DeliveryFinding[] = [];
  for (const { role, url, hasRanges } of samples) {
    const { sizeBytes } = seen.get(url) ?? {};
    const ranges = isPlaylist(role) ? [] : await askRanges(url, sizeBytes, { ask, signal });
    const served = ranges.find(({ status }) => status < 400);
    const get = served ?? (await ask(url, { method: 'GET', headers: { origin: pageOrigin } }, { signal }));
    // What is not there is a problem of the copy, and named there.
    if (get.status >= 400) continue;
    const preflight = await ask(url, { method: 'OPTIONS', headers: preflightHeaders }, { signal });
    const head = await ask(url, { method: 'HEAD', headers: { origin: pageOrigin } }, { signal });
    const sized = sizeBytes === undefined ? {} : { sizeBytes };
    findings.push(
      ...judgeDelivery({ url: withoutQuery(url), role, hasRanges, get, ranges, preflight, head, ...sized }),
    );
  }
  const [first] = samples;
  if (!first) return findings;
  const missing = new URL(`.flants-missing-${randomUUID()}.ts`, first.url).href;
  return [...findings, ...judgeMissing(missing, await ask(missing, { method: 'GET', headers: {} }, { signal }))];
}

/**
 * Asks for the first bytes of an object and for some behind them: a cache that keeps the first answer for all ranges is
 * right with one of them.
 */
async function askRanges(
  url: string,
  sizeBytes: number | undefined,
  { ask, signal }: { readonly ask: AskServer; readonly signal: AbortSignal },
): Promise<readonly RangeAnswer[]> {
  const answers: RangeAnswer[] = [];
  for (const [from, to] of [
    [0, 1],
    [1, 2],
  ] as const) {
    if (sizeBytes !== undefined && from >= sizeBytes) continue;
    const headers = { origin: pageOrigin, range: `bytes=${from}-${to}` };
    answers.push({ from, to, ...(await ask(url, { method: 'GET', headers }, { signal })) });
  }
  return answers;
}

const preflightHeaders = {
  origin: pageOrigin,
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'range',
} as const;

/** The first of each role, extension and type; one with ranges goes before those without. */
function samplesOf({ documents, files }: Presentation, seen: ReadonlyMap<string, Seen>): readonly Sample[] {
  const all: readonly Sample[] = [
    ...documents.toReversed().map(({ role, fetchUrl }) => ({ role, url: fetchUrl, hasRanges: false })),
    ...files.map(({ role, fetchUrl, minSizeBytes = 0 }) => ({
      role,
      url: fetchUrl,
      hasRanges: role !== 'key' && minSizeBytes > 0,
    })),
  ];
  const samples = new Map<string, Sample>();
  for (const sample of all) {
    const extension = /\.[a-z0-9]+$/i.exec(new URL(sample.url).pathname)?.[0] ?? '';
    const kind = `${sample.role} ${extension} ${seen.get(sample.url)?.contentType ?? ''}`;
    const known = samples.get(kind);
    if (!known || (sample.hasRanges && !known.hasRanges)) samples.set(kind, sample);
  }
  return [...samples.values()];
}

/** What grants access stands in the query. */
function withoutQuery(url: string): string {
  const parsed = new URL(url);
  parsed.search = '';
  return parsed.href;
}
