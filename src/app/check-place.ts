import type { CopyOptions } from '../config/copy-options.ts';
import { withoutSecrets } from '../config/values/location.ts';
import { failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { connectStore } from './connect.ts';
import { credentialsOf, destinationOf } from './destination-setting.ts';
import { keptForNow } from './embedded/keep-stdin.ts';
import { surveySources, withCatalogue } from './open/catalogue.ts';
import { openSource } from './open/source.ts';
import { sourceSpecOf } from './source-spec.ts';

/** One end of a copy, and whether it can be reached. Absent `failure`: it can. */
export interface PlaceCheck {
  readonly what: 'source' | 'destination';
  /** What was found there. */
  readonly found: string;
  readonly failure?: Failure;
}

/** Looks whether the first playlist can be fetched and the destination can be listed. Writes nothing. */
export async function checkPlace(options: CopyOptions, signal: AbortSignal): Promise<readonly PlaceCheck[]> {
  return [await checkSource(options, signal), await checkDestination(options, signal)];
}

async function checkSource(options: CopyOptions, signal: AbortSignal): Promise<PlaceCheck> {
  const input = { stdin: process.stdin, signal, onResumed: () => {} };
  try {
    return await keptForNow(options.sources, input, (sources) => readSource({ ...options, sources }, signal));
  } catch (error) {
    return { what: 'source', found: '', failure: failureOf(error) };
  }
}

async function readSource(options: CopyOptions, signal: AbortSignal): Promise<PlaceCheck> {
  const survey = await surveySources(options, signal);
  const url = await firstPlaylist(options, signal);
  const source = openSource(await sourceSpecOf(options, survey));
  try {
    const fetched = await source.fetch(url, { kind: 'text', signal });
    if (fetched.result === 'fetched') fetched.cancel();
    const counted = survey.videos === 1 ? '1 video' : `${survey.videos} videos, the first`;
    return { what: 'source', found: `${counted} at ${withoutSecrets(url)}` };
  } finally {
    await source.close();
  }
}

function firstPlaylist(options: CopyOptions, signal: AbortSignal): Promise<string> {
  return withCatalogue(options.sources, options, async (catalogue) => {
    for await (const row of catalogue.rows({ signal })) if (row.kind === 'video') return row.submission.playlistUrl;
    return '';
  });
}

async function checkDestination(options: CopyOptions, signal: AbortSignal): Promise<PlaceCheck> {
  try {
    const setting = await destinationOf(options);
    const { proxies } = options;
    const store = connectStore(setting.store, { credentials: credentialsOf(setting, proxies), proxies });
    try {
      let isEmpty = true;
      for await (const _ of store.list('', { signal })) {
        isEmpty = false;
        break;
      }
      return { what: 'destination', found: `${setting.name}, ${isEmpty ? 'empty yet' : 'which is not empty'}` };
    } finally {
      await store.close();
    }
  } catch (error) {
    return { what: 'destination', found: '', failure: failureOf(error) };
  }
}
