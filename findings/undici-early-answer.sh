#!/bin/sh
# undici 8.12.4 and Node 24.21.0: a server that refuses a PUT by its head alone, and closes without waiting for the body, is
# reported as a broken connection, though its answer has arrived. RFC 9112 section 9.5 has clients watch for such answers while they
# send. Stores refuse so: versitygw 1.8.0 answers a PUT with If-None-Match: * over an object that stands there with 412, before
# the body. Who copies again onto their own objects of some MB then sees an outage, in place of a condition that was not met.
# With bodies that fit into what the system buffers, the answer is read.
#
# Seen, of 10 PUTs each: of 64 KiB, all get the answer. Of 12 MiB, 3 by undici and 4 by node:http get it, the others ECONNRESET,
# and all 10 by curl. (How many depends on who is faster. By undici and node:http it must be fewer than 10.)
#
# Ends with 0 while that is so, and with 1 once it changes. Needs curl, go, node, npm and a network.
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
GOBIN="$folder" go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent aws4fetch@1.0.20 undici@8.12.4 node@24.21.0
mkdir -p data/bucket
port=$(node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
ROOT_ACCESS_KEY=anybody ROOT_SECRET_KEY=anything ./versitygw --port "127.0.0.1:$port" --quiet posix data >server.log 2>&1 &
server=$!

cat >put.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request as nodeRequest } from 'node:http';
import { AwsV4Signer } from 'aws4fetch';
import { request } from 'undici';

const [endpoint] = process.argv.slice(2);
const keys = { accessKeyId: 'anybody', secretAccessKey: 'anything', service: 's3', region: 'us-east-1' };
const signed = async (key, condition) => {
  const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...condition };
  const { url, headers: all } = await new AwsV4Signer({ ...keys, method: 'PUT', url: `${endpoint}/bucket/${key}`, headers }).sign();
  return { url: String(url), headers: Object.fromEntries([...all].filter(([name]) => name !== 'host')) };
};
const ways = {
  undici: async ({ url, headers }, body) => {
    const answer = await request(url, { method: 'PUT', headers, body });
    await answer.body.dump();
    return answer.statusCode;
  },
  'node:http': ({ url, headers }, body) =>
    new Promise((resolve, reject) => {
      const asked = nodeRequest(url, { method: 'PUT', headers: { ...headers, 'content-length': body.length } });
      asked.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject).end(body);
    }),
  curl: ({ url, headers }, body) => {
    writeFileSync('body', body);
    const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const quiet = ['-s', '-o', 'answer', '-w', '%{http_code}', '-H', 'Expect:', '-H', 'Content-Type:'];
    return Number(execFileSync('curl', [...quiet, ...given, '-T', 'body', url]));
  },
};
for (let left = 50; ; left -= 1) {
  try {
    await ways['node:http'](await signed('small', {}), Buffer.alloc(64 * 1024));
    break;
  } catch (error) {
    if (left === 0) throw error;
    await new Promise((done) => setTimeout(done, 100));
  }
}
const sizes = { small: 64 * 1024, large: 12 * 1024 * 1024 };
await ways['node:http'](await signed('large', {}), Buffer.alloc(sizes.large));
const seen = {};
for (const [key, size] of Object.entries(sizes)) {
  for (const [name, put] of Object.entries(ways)) {
    let answers = 0;
    const errors = new Set();
    for (let time = 0; time < 10; time += 1) {
      const command = await signed(key, { 'if-none-match': '*' });
      try {
        if ((await put(command, Buffer.alloc(size, 1))) === 412) answers += 1;
      } catch (error) {
        errors.add(error.code ?? error.message);
      }
    }
    seen[`${key} ${name}`] = answers;
    console.log(`${key} by ${name}: ${answers} of 10 answers${errors.size > 0 ? `, else ${[...errors]}` : ''}`);
  }
}
const few = (name) => seen[`large ${name}`] < 10;
const all = (name) => seen[name] === 10;
const isAsSeen = ['undici', 'node:http'].every((name) => few(name) && all(`small ${name}`)) && all('large curl');
process.exit(isAsSeen ? 0 : 1);
JS
npx node put.mjs "http://127.0.0.1:$port"
