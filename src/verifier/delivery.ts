import { randomUUID } from 'node:crypto';
import type { DeliveryFinding } from '../domain/verify-report.ts';
import { isPlaylist } from '../domain/object-headers.ts';
import type { ObjectRole } from '../domain/object-headers.ts';
import type { Presentation } from '../hls/presentation.ts';
import { judgeDelivery, judgeMissing, pageOrigin } from './delivery-rules.ts';
import type { DeliveryAnswer } from './delivery-rules.ts';

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

/**
 * Asks for one object of each role and extension as browsers, Safari and caches do, and for one that does not exist.
 *
 * @param contains - whether a URL lies within the copy: no other is asked for
 */
export async function checkDelivery(
  presentation: Presentation,
  {
    ask,
    contains,
    signal,
  }: { readonly ask: AskServer; readonly contains: (url: string) => boolean; readonly signal: AbortSignal },
): Promise<readonly DeliveryFinding[]> {
  const samples = samplesOf(presentation).filter(({ url }) => contains(url));
  const findings: DeliveryFinding[] = [];
  for (const { role, url, hasRanges } of samples) {
    const range = isPlaylist(role) ? {} : { range: 'bytes=0-1' };
    const get = await ask(url, { method: 'GET', headers: { origin: pageOrigin, ...range } }, { signal });
    // What is not there is a problem of the copy, and named there.
    if (get.status >= 400) continue;
    const preflight = await ask(url, { method: 'OPTIONS', headers: preflightHeaders }, { signal });
    const head = await ask(url, { method: 'HEAD', headers: { origin: pageOrigin } }, { signal });
    findings.push(...judgeDelivery({ url: withoutQuery(url), role, hasRanges, get, preflight, head }));
  }
  const [first] = samples;
  if (!first) return findings;
  const missing = new URL(`.flants-missing-${randomUUID()}.ts`, first.url).href;
  return [...findings, ...judgeMissing(missing, await ask(missing, { method: 'GET', headers: {} }, { signal }))];
}

const preflightHeaders = {
  origin: pageOrigin,
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'range',
} as const;

/** The first of each role and extension; one with ranges goes before those without. */
function samplesOf({ documents, files }: Presentation): readonly Sample[] {
  const all: readonly Sample[] = [
    ...documents.toReversed().map(({ role, finalUrl }) => ({ role, url: finalUrl, hasRanges: false })),
    ...files.map(({ role, fetchUrl, minSizeBytes = 0 }) => ({
      role,
      url: fetchUrl,
      hasRanges: role !== 'key' && minSizeBytes > 0,
    })),
  ];
  const samples = new Map<string, Sample>();
  for (const sample of all) {
    const kind = `${sample.role} ${/\.[a-z0-9]+$/i.exec(new URL(sample.url).pathname)?.[0] ?? ''}`;
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
