/**
 * The least that copies: `node raw-copy.ts ADDRESSES ENDPOINT BUCKET PREFIX STREAMS [CA]`. Each file is fetched whole, summed
 * and put with a signature, and nothing is looked up, kept or compared. What a mover costs beyond this is its own.
 */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { Agent } from 'undici';
import { encodePath, signRequest, unsignedPayload } from '../src/storage/s3/sigv4.ts';

const [addresses = '', endpoint = '', bucket = '', prefix = '', streams = '', ca] = process.argv.slice(2);
const files = readFileSync(addresses, 'utf8').trim().split('\n');
const { origin, host } = new URL(endpoint);
const credentials = {
  accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
};
const agent = new Agent({
  connections: Number(streams),
  allowH2: false,
  ...(ca === undefined ? {} : { connect: { ca: readFileSync(ca, 'utf8') } }),
});

async function copy(line: string): Promise<void> {
  const comma = line.lastIndexOf(',');
  const [url, key] = [new URL(line.slice(0, comma)), line.slice(comma + 1)];
  const fetched = await agent.request({ origin: url.origin, path: url.pathname, method: 'GET' });
  if (fetched.statusCode !== 200) throw new Error(`${url.href}: ${fetched.statusCode}`);
  const body = Buffer.from(await fetched.body.arrayBuffer());
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  const path = encodePath(`/${bucket}/${prefix}/${key}`);
  const headers = signRequest({
    method: 'PUT',
    host,
    path,
    query: '',
    headers: [
      ['content-type', 'video/mp2t'],
      ['x-amz-checksum-crc32', sum.toString('base64')],
    ],
    payloadHash: unsignedPayload,
    credentials,
    region: 'us-east-1',
    now: new Date(),
  });
  const put = await agent.request({ origin, path, method: 'PUT', headers, body });
  await put.body.dump();
  if (put.statusCode !== 200) throw new Error(`${key}: ${put.statusCode}`);
}

async function stream(): Promise<void> {
  for (let line = files.shift(); line !== undefined; line = files.shift()) await copy(line);
}

await Promise.all(Array.from({ length: Number(streams) }, stream));
await agent.close();
