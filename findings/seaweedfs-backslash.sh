#!/bin/sh
# SeaweedFS 4.53: a key with a backslash is taken for the one that has a slash in its place, so two objects are one. A PUT
# of "a\b" replaces the object "a/b", which nobody meant to touch, and a listing has no "a\b". In S3 a backslash is a
# character like others: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
#
# Seen: after PUTs of "a/b" and "a\b", GET of "a/b" gives the bytes of the other, and the listing has "a/b" alone.
#
# Ends with 0 while that is so, and with 1 once it changes. Needs go (the build takes minutes), node, npm and a network.
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
# Its go.mod replaces a module, which `go install` refuses: here is a module that does the same.
mkdir build data
(
  cd build
  go mod init finding.invalid/weed
  go mod edit -replace=github.com/tyler-smith/go-bip39=github.com/cosmos/go-bip39@v1.0.0
  go get github.com/seaweedfs/seaweedfs/weed@v0.0.0-20261109003541-7506e5f91cd6
  go build -o ../weed github.com/seaweedfs/seaweedfs/weed
)
./weed version
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent @aws-sdk/client-s3@3.1173.0
free_port() {
  node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })'
}
port=$(free_port)
echo '{"identities":[{"name":"any","credentials":[{"accessKey":"any","secretKey":"any"}],"actions":["Admin"]}]}' >s3.json
./weed server -dir=data -ip=127.0.0.1 -ip.bind=127.0.0.1 -volume.max=20 -master.volumeSizeLimitMB=64 \
  -master.port="$(free_port)" -master.port.grpc="$(free_port)" -volume.port="$(free_port)" \
  -volume.port.grpc="$(free_port)" -filer -filer.port="$(free_port)" -filer.port.grpc="$(free_port)" \
  -s3 -s3.port="$port" -s3.port.grpc="$(free_port)" -s3.config=s3.json >server.log 2>&1 &
server=$!

cat >keys.mjs <<'JS'
import * as s3 from '@aws-sdk/client-s3';

const client = new s3.S3Client({
  endpoint: process.argv[2],
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});
const Bucket = 'bucket';
const put = (Key, Body) => client.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
for (let left = 120; ; left--) {
  try {
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    await put('a/b', 'bytes of a/b');
    break;
  } catch (error) {
    if (left === 0) throw error;
    await new Promise((done) => setTimeout(done, 500));
  }
}
await put('a\\b', 'bytes of a\\b');
const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'a/b' }));
console.log(`get a/b: ${await Body.transformToString()}`);
const { Contents } = await client.send(new s3.ListObjectsV2Command({ Bucket }));
console.log(`listed:  ${Contents.map(({ Key }) => Key).join(' ')}`);
JS
node keys.mjs "http://127.0.0.1:$port" | tee seen
if grep -qxF 'get a/b: bytes of a\b' seen && grep -qxF 'listed:  a/b' seen; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
