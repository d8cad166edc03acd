import { createHash } from 'node:crypto';
import { failureOf } from '../domain/failure.ts';
import { withKeyParameters } from '../domain/names/naming.ts';
import type { Naming } from '../domain/names/naming.ts';
import type { QueryFindings } from '../domain/revision.ts';
import { tokensOf } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import { MiB } from '../domain/units.ts';
import { fanOut } from '../domain/waiting/fan-out.ts';
import type { Presentation } from '../hls/presentation.ts';
import type { Source } from '../storage/source.ts';
import type { ObjectAddress } from './key-claims.ts';
import { renderDocument } from './plan.ts';

/** Two objects of one length that agree so far are taken for the same. */
const maxComparedBytes = 8 * MiB;
const concurrency = 8;

/** URLs that differ in tokens alone, and the parameters in which they do. */
interface Alike {
  readonly identity: string;
  readonly urls: readonly string[];
  readonly parameters: readonly string[];
}

/** What `findKeyParameters` needs beside the presentation. */
export interface TellApartInput {
  readonly source: Pick<Source, 'fetch'>;
  /** By the rules of the library. */
  readonly naming: Naming;
  /** Of the video's present plan: what it says is not asked again. */
  readonly known: QueryFindings | undefined;
  readonly signal: AbortSignal;
}

/**
 * Finds parameters that are named like tokens and yet choose the object: `/segment.ts?token=A` and `?token=B` may be two
 * segments, or one segment under two grants. RFC 3986 section 3.4 lets the query identify the resource, so the bytes
 * decide. A parameter by which two URLs of the presentation lead to different bytes chooses the object in all of it.
 *
 * @throws {FlantsError} as `Source.fetch`, where it is worth trying again
 */
export async function findKeyParameters(
  presentation: Presentation,
  { source, naming: libraryNaming, known, signal }: TellApartInput,
): Promise<QueryFindings> {
  const choosing = new Set([...(libraryNaming.rules.keyParameters ?? []), ...(known?.keyParameters ?? [])]);
  const naming = withKeyParameters(libraryNaming, [...choosing]);
  const files = groupAlike(presentation.files, naming);
  const documents = groupAlike(presentation.documents, naming);
  const sharedDigest = digestOf([...files, ...documents]);
  if (sharedDigest !== undefined && sharedDigest === known?.sharedDigest) return known;

  const choose = ({ parameters }: Alike): void => parameters.forEach((name) => choosing.add(name));
  const isSettled = ({ parameters }: Alike): boolean => parameters.some((name) => choosing.has(name));
  const documentAt = new Map(presentation.documents.map((document) => [document.fetchUrl, document]));
  const rendered = (url: string): string | undefined => {
    const document = documentAt.get(url);
    return document && Buffer.from(renderDocument(document, naming)).toString('base64');
  };
  for (const group of documents) if (!areEqual(group.urls.map(rendered))) choose(group);
  await fanOut(
    files,
    async (group, either) => {
      if (!isSettled(group) && !(await leadToSameBytes(group.urls, source, either))) choose(group);
    },
    { concurrency, signal },
  );
  const shared = digestOf([...files, ...documents].filter((group) => !isSettled(group)));
  return {
    ...(choosing.size > 0 ? { keyParameters: [...choosing].toSorted() } : {}),
    ...(shared === undefined ? {} : { sharedDigest: shared }),
  };
}

function groupAlike(addresses: readonly ObjectAddress[], { identify, rules }: Naming): readonly Alike[] {
  // Nearly all presentations end here: of two URLs that differ in a token, one has it.
  if (addresses.every(({ fetchUrl }) => identify(fetchUrl) === fetchUrl)) return [];
  const identityOf = ({ fetchUrl, keyUrl }: ObjectAddress): string => `${identify(keyUrl)} ${identify(fetchUrl)}`;
  // Without redirects both URLs are one, and its identity tells as much.
  const isOne = addresses.every(({ fetchUrl, keyUrl }) => fetchUrl === keyUrl);
  const groups = Map.groupBy(addresses, isOne ? ({ keyUrl }) => identify(keyUrl) : identityOf);
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (!first || members.length === 1) return [];
    const identity = identityOf(first);
    const urls = [...new Set(members.map(({ fetchUrl }) => fetchUrl))];
    const parameters = urls.length > 1 ? differingTokens(urls, rules) : [];
    return parameters.length > 0 ? [{ identity, urls, parameters }] : [];
  });
}

/** Names of the tokens that do not have the same value in all URLs. */
function differingTokens(urls: readonly string[], rules: TokenRules): readonly string[] {
  const tokens = urls.map((url) => tokensOf(new URL(url), rules));
  const names = new Set(tokens.flat().map(({ name }) => name));
  const valueOf = (name: string, of: (typeof tokens)[number]): string =>
    of.flatMap((each) => (each.name === name ? [each.text] : [])).join('&');
  return [...names].filter((name) => !areEqual(tokens.map((of) => valueOf(name, of))));
}

function areEqual(values: readonly (string | undefined)[]): boolean {
  return new Set(values).size === 1;
}

async function leadToSameBytes(
  urls: readonly string[],
  source: Pick<Source, 'fetch'>,
  signal: AbortSignal,
): Promise<boolean> {
  let first: string | undefined;
  for (const url of urls) {
    const print = await fingerprint(url, source, signal);
    first ??= print;
    if (print !== first) return false;
  }
  return true;
}

/** Stands for the object at a URL, or for the reason why there is none. */
async function fingerprint(url: string, source: Pick<Source, 'fetch'>, signal: AbortSignal): Promise<string> {
  try {
    const answer = await source.fetch(url, { kind: 'media', signal });
    if (answer.result === 'not-modified') return answer.result;
    const hash = createHash('sha256');
    let readBytes = 0;
    try {
      for await (const chunk of answer.body) {
        hash.update(chunk.subarray(0, maxComparedBytes - readBytes));
        readBytes += chunk.byteLength;
        if (readBytes >= maxComparedBytes) break;
      }
    } finally {
      answer.cancel();
    }
    const sizeBytes = readBytes < maxComparedBytes ? readBytes : answer.sizeBytes;
    return `${sizeBytes} ${hash.digest('hex')}`;
  } catch (error) {
    const { code, retryable } = failureOf(error);
    if (signal.aborted || (retryable && code !== 'source.gone' && code !== 'source.denied')) throw error;
    return code;
  }
}

function digestOf(groups: readonly Alike[]): string | undefined {
  if (groups.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const { identity } of groups) hash.update(`${identity}\n`);
  return hash.digest('hex');
}
