import { crc32Hex, base64OfHex, md5Of } from '../src/storage/checksum.ts';
import { canonicalQuery, encodePath, signRequest, unsignedPayload } from '../src/storage/s3/sigv4.ts';
import type { S3Server } from '../test/servers/s3-server.ts';

/** How a store answers plain requests, as cells of a table: statuses, or words. */
export interface StoreAnswers {
  readonly ifNoneMatch: string;
  /** With the ETag of the object, with another one, and on a key that is free. */
  readonly ifMatch: string;
  /** Wrong CRC-32, MD5, and SHA-256 of the payload. */
  readonly wrongBytes: string;
  readonly emptySegment: string;
  readonly missingBucket: string;
  readonly listing: string;
}

interface Answer {
  readonly status: number;
  readonly etag: string;
  readonly body: string;
}

interface Question {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payloadHash?: string;
}

const body = Buffer.from('some bytes');
const otherBytes = Buffer.from('other bytes');
/** Its characters show how a listing encodes names. */
const listedKey = 'listed/a b+c.ts';

/** Asks a store by requests of our own making, without all that FLAnts does to get along with it. */
export async function measureStore(server: S3Server): Promise<StoreAnswers> {
  const ask = (question: Question): Promise<Answer> => askStore(server, question);
  const pathOf = (key: string): string => encodePath(`/${server.bucket}/${key}`);
  const put = (key: string, headers: Question['headers'] = {}, payloadHash = unsignedPayload): Promise<Answer> =>
    ask({ method: 'PUT', path: pathOf(key), headers, payloadHash });
  const exists = async (key: string): Promise<boolean> =>
    (await ask({ method: 'HEAD', path: pathOf(key) })).status === 200;

  await put('object');
  const etag = async (): Promise<string> => (await ask({ method: 'HEAD', path: pathOf('object') })).etag;
  const quoted = await put('object', { 'if-match': await etag() });
  const bare = await put('object', { 'if-match': (await etag()).replaceAll('"', '') });
  const wrong = await put('object', { 'if-match': `"${'0'.repeat(32)}"` });
  const absent = await put('absent', { 'if-match': `"${'0'.repeat(32)}"` });
  const right = quoted.status === bare.status ? quoted.status : `${quoted.status} with quotes, ${bare.status} without`;
  const wrongBytes = [
    await put('crc32', { 'x-amz-checksum-crc32': base64OfHex(crc32Hex(otherBytes)) }),
    await put('md5', { 'content-md5': md5Of(otherBytes).toString('base64') }),
    await put('sha256', {}, '0'.repeat(64)),
  ];
  const doubled = await put('folder//name');
  const isFolded = await exists('folder/name');
  await put(listedKey);
  const list = { 'list-type': '2', 'encoding-type': 'url', prefix: 'listed/' };
  const listing = await ask({ method: 'GET', path: `/${server.bucket}`, query: list });
  return {
    ifNoneMatch: String((await put('object', { 'if-none-match': '*' })).status),
    ifMatch: [right, wrong.status, absent.status].join(' / '),
    wrongBytes: wrongBytes.map(({ status }) => (status === 200 ? 'accepted' : status)).join(' / '),
    emptySegment: doubled.status === 200 ? (isFolded ? 'stored as `a/b`' : 'kept') : String(doubled.status),
    listing: describeListing(listing.body),
    missingBucket: String((await ask({ method: 'PUT', path: '/no-such-bucket/object' })).status),
  };
}

async function askStore(server: S3Server, question: Question): Promise<Answer> {
  const { method, path, headers = {}, payloadHash = unsignedPayload } = question;
  const query = canonicalQuery(question.query ?? {});
  const signed = signRequest({
    method,
    host: new URL(server.endpoint).host,
    path,
    query,
    headers: Object.entries(headers),
    payloadHash,
    credentials: server,
    region: server.region,
    now: new Date(),
  });
  const pairs = Array.from(
    { length: signed.length / 2 },
    (_, at) => [signed[2 * at], signed[2 * at + 1]] as [string, string],
  );
  const url = `${server.endpoint}${path}${query === '' ? '' : `?${query}`}`;
  const answer = await fetch(url, { method, headers: pairs, body: method === 'PUT' ? body : null });
  return { status: answer.status, etag: answer.headers.get('etag') ?? '', body: await answer.text() };
}

function describeListing(xml: string): string {
  const text = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  const key = text('Key');
  if (key === undefined) return 'none';
  const isPlain = key === listedKey;
  const encoding = [
    isPlain ? (text('EncodingType') === 'url' ? 'says url, gives plain keys' : 'plain') : 'url-encoded',
    ...(key.includes('%2F') ? ['`/` too'] : []),
    ...(key.includes('a+b') ? ['space as `+`'] : []),
    ...(text('ETag') === undefined ? ['no ETag'] : []),
  ];
  return encoding.join(', ');
}
