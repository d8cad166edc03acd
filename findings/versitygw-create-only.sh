#!/bin/sh
# versitygw 1.8.0, on a folder: a PUT with If-None-Match: * replaces a file that was put into the folder by other means, as a
# library is that versitygw is set up to serve. It serves the file, though without an ETag, so it exists; RFC 9110 section
# 13.1.2: the condition is false if there is a current representation, and the method must not be performed. S3 documents
# 412: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
# Over an object that came through versitygw itself, the answer is 412.
#
# Seen:
#   by other means: HEAD 200, ETag undefined, PUT 200, then it holds "new"
#   through versitygw: HEAD 200, ETag "149603e6c03516362a8da23f624db945", PUT 412, then it holds "old"
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
printf old >data/bucket/file
port=$(node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
ROOT_ACCESS_KEY=anybody ROOT_SECRET_KEY=anything ./versitygw --port "127.0.0.1:$port" --quiet posix data >server.log 2>&1 &
server=$!

cat >create.mjs <<'JS'
import * as s3 from '@aws-sdk/client-s3';

const client = new s3.S3Client({
  endpoint: process.argv[2],
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'anybody', secretAccessKey: 'anything' },
});
const Bucket = 'bucket';
for (let left = 50; ; left--) {
  try {
    await client.send(new s3.PutObjectCommand({ Bucket, Key: 'object', Body: 'old' }));
    break;
  } catch (error) {
    if (left === 0) throw error;
    await new Promise((done) => setTimeout(done, 100));
  }
}
const statusOf = (command) =>
  client.send(command).then(
    (answer) => answer.$metadata.httpStatusCode,
    (error) => error.$metadata?.httpStatusCode ?? error.message,
  );
for (const [words, Key] of [['by other means', 'file'], ['through versitygw', 'object']]) {
  const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key }));
  const put = await statusOf(new s3.PutObjectCommand({ Bucket, Key, Body: 'new', IfNoneMatch: '*' }));
  const now = await (await client.send(new s3.GetObjectCommand({ Bucket, Key }))).Body.transformToString();
  console.log(`${words}: HEAD ${head.$metadata.httpStatusCode}, ETag ${head.ETag}, PUT ${put}, then it holds "${now}"`);
}
JS
node create.mjs "http://127.0.0.1:$port" | tee seen

cat >expected <<'TEXT'
by other means: HEAD 200, ETag undefined, PUT 200, then it holds "new"
through versitygw: HEAD 200, ETag "149603e6c03516362a8da23f624db945", PUT 412, then it holds "old"
TEXT
if diff expected seen; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
