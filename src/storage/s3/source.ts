import { bucketObjectOf, bucketText } from '../../domain/names/bucket-url.ts';
import type { BucketObject } from '../../domain/names/bucket-url.ts';
import { FlantsError } from '../../domain/failure.ts';
import { send } from '../http/send.ts';
import type { Answer } from '../wire/exchange.ts';
import { fetchedFrom } from '../http/fetched.ts';
import { conditionsOf } from '../http/headers.ts';
import { openRoutes } from '../http/routes.ts';
import type { RouteOptions, Routes } from '../http/routes.ts';
import { isWhole, lengthOf } from '../http/size.ts';
import type { FetchedObject, FetchOptions, NotModified, SizeOptions, Source } from '../source.ts';
import { addressOf } from './address.ts';
import { refusalOf } from './connection.ts';
import type { S3Credentials } from './credentials.ts';
import type { S3Attempt, S3Refusal } from './errors.ts';
import { canonicalQuery, signRequest, unsignedPayload } from './sigv4.ts';
import { sourceRefusal } from './source-errors.ts';
import { refusalText } from './refusal-text.ts';

/** Options of a source in buckets. Its endpoint is named by a person, so that requests there need no rule. */
export interface S3SourceOptions extends Omit<RouteOptions, 'reach'> {
  /** URL of a store other than AWS. */
  readonly endpoint?: string;
  /** Where buckets are until a store says that one is elsewhere. */
  readonly region: string;
  /** Called before each request. Throws `FlantsError` if there are none. */
  readonly credentials: () => Promise<S3Credentials>;
  /** Whether objects of a bucket may be read: whatever its playlists name is published. */
  readonly mayRead: (bucket: string) => boolean;
}

/** What is asked of an object. */
interface Ask {
  readonly method: 'GET' | 'HEAD';
  /** Names and values in turn. They are not signed. */
  readonly headers: readonly string[];
  readonly signal: AbortSignal;
  readonly ownBucket?: string | undefined;
  /** As of `canonicalQuery`. Absent: none. */
  readonly query?: string;
}

/**
 * A source in buckets of S3 or a compatible store, addressed by `s3:` URLs. Requests are signed, and their answers read as
 * those of an HTTP source.
 */
export function openS3Source(options: S3SourceOptions): Source {
  return new S3Source(options);
}

class S3Source implements Source {
  readonly #options: S3SourceOptions;
  readonly #routes: Routes;
  /** Of buckets that turned out to be elsewhere. */
  readonly #regions = new Map<string, string>();

  constructor(options: S3SourceOptions) {
    this.#options = options;
    this.#routes = openRoutes(options);
  }

  async fetch(text: string, options: FetchOptions): Promise<FetchedObject | NotModified> {
    const { signal, ownBucket, kind } = options;
    const headers = conditionsOf(options);
    const url = new URL(text);
    const object = objectOf(url);
    const ask: Ask = { method: 'GET', headers, signal, ownBucket };
    const expected = [200, ...(headers.length > 0 ? [304] : [])];
    const answer = await this.#ask(object, ask, expected).catch(async (error: unknown) => {
      const mayBePrefix = kind === 'text' && error instanceof FlantsError && error.code === 'source.not-found';
      throw mayBePrefix && (await this.#isPrefix(object, ask)) ? noObject(object) : error;
    });
    if (answer.status === 200) return fetchedFrom(answer, url);
    answer.body.discard();
    return { result: 'not-modified' };
  }

  async sizeOf(text: string, { signal }: SizeOptions): Promise<number | undefined> {
    const answer = await this.#ask(objectOf(new URL(text)), { method: 'HEAD', headers: [], signal }, [200]);
    answer.body.discard();
    return isWhole(answer) ? lengthOf(answer) : undefined;
  }

  async close(): Promise<void> {
    await this.#routes.close();
  }

  /** Whether there are objects below it, as far as the store says. */
  async #isPrefix({ bucket, key }: BucketObject, { signal, ownBucket }: Ask): Promise<boolean> {
    const query = canonicalQuery({ 'list-type': '2', 'max-keys': '1', prefix: key.replace(/\/?$/, '/') });
    try {
      const ask: Ask = { method: 'GET', headers: [], signal, ownBucket, query };
      const { body } = await this.#ask({ bucket, key: '' }, ask, [200]);
      return (await refusalText(body)).includes('<Contents>');
    } catch {
      return false;
    }
  }

  /** Asks once, and once more where the bucket is in another region than was thought. */
  async #ask(object: BucketObject, ask: Ask, expected: readonly number[]): Promise<Answer> {
    const { bucket } = object;
    if (bucket !== ask.ownBucket && !this.#options.mayRead(bucket)) {
      const message = `${bucketText(object)} is in a bucket that nobody named as a source; if it belongs to the library, allow it with --allow-host ${bucket}`;
      throw new FlantsError('source.forbidden', message);
    }
    for (;;) {
      const region = this.#regions.get(bucket) ?? this.#options.region;
      const { answer, attempt } = await this.#send(object, region, ask);
      if (expected.includes(answer.status)) return answer;
      const { status, headers, body } = answer;
      const refusal = refusalOf({ status, headers, body: await refusalText(body) });
      const { bucketRegion } = refusal;
      if (!mayBeElsewhere(refusal) || bucketRegion === undefined || this.#regions.get(bucket) === bucketRegion)
        throw sourceRefusal(refusal, attempt);
      this.#regions.set(bucket, bucketRegion);
      if (bucketRegion === region) throw sourceRefusal(refusal, attempt);
    }
  }

  async #send(
    object: BucketObject,
    region: string,
    { method, headers, signal, query = '' }: Ask,
  ): Promise<{ readonly answer: Answer; readonly attempt: S3Attempt }> {
    const address = addressOf(object.bucket, region, this.#options.endpoint);
    const path = address.pathOf(object.key);
    const url = new URL(address.origin + path + (query === '' ? '' : `?${query}`));
    const route = this.#routes.to(url);
    const signed = signRequest({
      method,
      host: address.host,
      path,
      query,
      headers: [],
      payloadHash: unsignedPayload,
      credentials: await this.#options.credentials(),
      region,
      now: new Date(),
    });
    const all = ['accept-encoding', 'identity', 'user-agent', 'flants', ...headers, ...signed];
    const answer = await send(route, { method, url, headers: all, keepsConnection: true }, signal);
    const attempt: S3Attempt = {
      operation: method,
      place: bucketText(object),
      endpoint: address.origin,
      region,
      proxy: route.proxy,
    };
    return { answer, attempt };
  }
}

/** @throws {FlantsError} `source.refused` where there can be no such object */
function objectOf(url: URL): BucketObject {
  const object = bucketObjectOf(url);
  if (object) return object;
  throw new FlantsError('source.refused', `s3://${url.host}${url.pathname} names no object of a bucket`);
}

function noObject(object: BucketObject): FlantsError {
  const place = bucketText(object);
  const message = `${place} is no playlist but a prefix; flants discover ${place} finds the videos below it`;
  return new FlantsError('source.not-found', message, { status: 404 });
}

/** The answers by which S3 says that a bucket is in another region. */
function mayBeElsewhere({ status }: S3Refusal): boolean {
  return status === 301 || status === 307 || status === 400;
}
