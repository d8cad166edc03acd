#!/bin/sh
# versitygw 1.8.0, on a folder: asked with the date that it gives as Last-Modified, it finds that the object has changed since.
# If-Modified-Since brings the whole body again, with 200, and If-Unmodified-Since brings 412, which a client takes for a
# change by somebody else. The header has whole seconds; the time that it is compared with has fractions too. RFC 9110
# sections 13.1.3 and 13.1.4: what was modified on the very date has not been modified since. S3 documents 304 and 200:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
#
# Seen:
#   its own date: If-Modified-Since 200, If-Unmodified-Since 412
#   the second after: If-Modified-Since 304, If-Unmodified-Since 200
#
# Ends with 0 while that is so, and with 1 once it changes. Needs go, node, npm and a network.
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
GOBIN="$folder" go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent @aws-sdk/client-s3@3.1173.0
mkdir -p data/bucket
port=$(node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
ROOT_ACCESS_KEY=anybody ROOT_SECRET_KEY=anything ./versitygw --port "127.0.0.1:$port" --quiet posix data >server.log 2>&1 &
server=$!

cat >dates.mjs <<'JS'
import * as s3 from '@aws-sdk/client-s3';

const client = new s3.S3Client({
  endpoint: process.argv[2],
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'anybody', secretAccessKey: 'anything' },
});
const object = { Bucket: 'bucket', Key: 'object' };
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
for (let left = 50; ; left--) {
  try {
    await client.send(new s3.PutObjectCommand({ ...object, Body: 'bytes' }));
    break;
  } catch (error) {
    if (left === 0) throw error;
    await wait(100);
  }
}
const { LastModified } = await client.send(new s3.HeadObjectCommand(object));
await wait(3000); // A date in the future would be ignored.
const status = async (condition) => {
  try {
    return (await client.send(new s3.GetObjectCommand({ ...object, ...condition }))).$metadata.httpStatusCode;
  } catch (error) {
    return error.$metadata?.httpStatusCode ?? error.message;
  }
};
for (const [words, later] of [['its own date', 0], ['the second after', 1000]]) {
  const date = new Date(LastModified.getTime() + later);
  const since = await status({ IfModifiedSince: date });
  console.log(`${words}: If-Modified-Since ${since}, If-Unmodified-Since ${await status({ IfUnmodifiedSince: date })}`);
}
JS
node dates.mjs "http://127.0.0.1:$port" | tee seen

cat >expected <<'TEXT'
its own date: If-Modified-Since 200, If-Unmodified-Since 412
the second after: If-Modified-Since 304, If-Unmodified-Since 200
TEXT
if diff expected seen; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
