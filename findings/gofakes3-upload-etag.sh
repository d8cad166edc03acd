#!/bin/sh
# gofakes3 1.2.0: the ETag with which it answers the end of an upload in parts is not the one that HEAD and GET give for
# the object. A client that keeps the first to replace or prove the object later (If-Match) finds it changed, though
# nobody has touched it. S3 gives one and the same: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
#
# Seen: the end says "<md5 of the md5s>-1", and HEAD the MD5 of the bytes.
#
# Ends with 0 while that is so, and with 1 once it changes. Needs go, node, npm and a network.
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
GOBIN="$folder" go install github.com/johannesboyne/gofakes3/cmd/gofakes3@v1.2.0
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent @aws-sdk/client-s3@3.1173.0
port=$(node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
./gofakes3 -backend memory -host "127.0.0.1:$port" >server.log 2>&1 &
server=$!

cat >upload.mjs <<'JS'
import * as s3 from '@aws-sdk/client-s3';

const client = new s3.S3Client({
  endpoint: process.argv[2],
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  requestChecksumCalculation: 'WHEN_REQUIRED',
});
const object = { Bucket: 'bucket', Key: 'object' };
for (let left = 50; ; left--) {
  try {
    await client.send(new s3.CreateBucketCommand({ Bucket: 'bucket' }));
    break;
  } catch (error) {
    if (left === 0) throw error;
    await new Promise((done) => setTimeout(done, 100));
  }
}
const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(object));
const part = await client.send(new s3.UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'bytes' }));
const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag }] };
const end = await client.send(new s3.CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload }));
const head = await client.send(new s3.HeadObjectCommand(object));
console.log(`complete ${end.ETag}`);
console.log(`head     ${head.ETag}`);
JS
node upload.mjs "http://127.0.0.1:$port" | tee seen
complete=$(sed -n 's/^complete //p' seen)
head=$(sed -n 's/^head *//p' seen)
if [ -n "$complete" ] && [ -n "$head" ] && [ "$complete" != "$head" ]; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
