#!/bin/sh
# s3s-fs 0.14.1: looks at the condition of a PUT before it writes, and not once more when it does. Of PUTs of one free key
# at the same moment, each with "If-None-Match: *", several go well, and the last one replaces the others, which their
# writers take for stored. S3 lets one of them win, and answers the others with 412 or 409:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
#
# Seen: one after another, the second is refused with 412; of eight at the same moment, up to eight go well.
#
# Ends with 0 while that is so, and with 1 once it changes. Needs cargo, node, npm and a network.
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
cargo install --quiet s3s-fs@0.14.1 --features binary --root "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent @aws-sdk/client-s3@3.1173.0
mkdir -p data/bucket
port=$(node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
bin/s3s-fs --version
bin/s3s-fs --host 127.0.0.1 --port "$port" --access-key any --secret-key any data >server.log 2>&1 &
server=$!

cat >writers.mjs <<'JS'
import * as s3 from '@aws-sdk/client-s3';

const client = new s3.S3Client({
  endpoint: process.argv[2],
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});
for (let left = 50; ; left--) {
  try {
    await client.send(new s3.HeadBucketCommand({ Bucket: 'bucket' }));
    break;
  } catch (error) {
    if (left === 0) throw error;
    await new Promise((done) => setTimeout(done, 100));
  }
}
const create = async (Key, writer) => {
  const Body = `writer ${writer} `.repeat(5000);
  try {
    await client.send(new s3.PutObjectCommand({ Bucket: 'bucket', Key, Body, IfNoneMatch: '*' }));
    return 200;
  } catch (error) {
    return error.$metadata?.httpStatusCode ?? error.message;
  }
};
console.log(`one after another: ${await create('one', 1)} ${await create('one', 2)}`);
let most = 0;
for (let round = 0; round < 20; round++) {
  const statuses = await Promise.all(Array.from({ length: 8 }, (_, writer) => create(`round ${round}`, writer)));
  most = Math.max(most, statuses.filter((status) => status === 200).length);
}
console.log(`of eight at once, most that went well: ${most}`);
JS
node writers.mjs "http://127.0.0.1:$port" | tee seen
most=$(sed -n 's/^of eight.*: //p' seen)
if grep -qx 'one after another: 200 412' seen && [ "$most" -gt 1 ]; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
