#!/bin/sh
# versitygw 1.8.0, on a folder: a PUT with tags (x-amz-tagging) puts the object in its place first, and its tags after that.
# Where somebody deletes the object in between, the PUT is answered 404 NoSuchKey, which is no error of PutObject:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
# So a client that takes a 404 as final gives up a write that was in order. Without tags all are answered 200.
#
# Seen, of 1,000 PUTs with a tag and 1,000 without, each beside a DELETE of the same key (the counts vary):
#   with a tag: 964 answered 200, 36 answered 404 NoSuchKey
#   without: 1000 answered 200, 0 answered 404 NoSuchKey
#
# Ends with 0 while some PUTs with a tag and none without are answered so, and with 1 once that changes. Needs go, node, npm and a network.
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

cat >tags.mjs <<'JS'
import * as s3 from '@aws-sdk/client-s3';

const client = new s3.S3Client({
  endpoint: process.argv[2],
  region: 'us-east-1',
  forcePathStyle: true,
  maxAttempts: 1,
  credentials: { accessKeyId: 'anybody', secretAccessKey: 'anything' },
});
const Bucket = 'bucket';
const rounds = 1000;
const put = (tags) => client.send(new s3.PutObjectCommand({ Bucket, Key: 'shared', Body: 'media', ...tags }));
for (let left = 50; ; left--) {
  try {
    await put({});
    break;
  } catch (error) {
    if (left === 0) throw error;
    await new Promise((done) => setTimeout(done, 100));
  }
}
const missing = [];
for (const [words, tags] of [['with a tag', { Tagging: 'library=school' }], ['without', {}]]) {
  let found = 0;
  for (let round = 0; round < rounds; round++) {
    const storing = put(tags).catch((error) => {
      if (error.name !== 'NoSuchKey' || error.$metadata.httpStatusCode !== 404) throw error;
      found++;
    });
    await Promise.all([storing, client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'shared' }))]);
  }
  console.log(`${words}: ${rounds - found} answered 200, ${found} answered 404 NoSuchKey`);
  missing.push(found);
}
const [tagged, untagged] = missing;
process.exitCode = tagged > 0 && untagged === 0 ? 0 : 1;
JS
if node tags.mjs "http://127.0.0.1:$port"; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
