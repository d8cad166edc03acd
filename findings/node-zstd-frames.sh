#!/bin/sh
# Node 24.21.0, node:zlib: of zstd data in several frames only the first is decoded, and the rest is dropped without an
# error. RFC 8878 section 3 makes consecutive frames one stream, whose content is theirs, one after the other; servers and
# CDNs that compress in blocks send such bodies. Node's own gzip decoder goes on with the next member.
#
# Seen:
#   gunzipSync           first second
#   createGunzip         first second
#   zstdDecompressSync   first
#   createZstdDecompress first
#
# Ends with 0 while that is so, and with 1 once it changes. Needs npm and a network. FLAnts undoes codings in
# src/storage/http/decode.ts, which opens a decoder for each frame.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent node@24.21.0

cat >frames.mjs <<'JS'
import { createGunzip, createZstdDecompress, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { text } from 'node:stream/consumers';

const coded = (compress) => Buffer.concat(['first ', 'second'].map((part) => compress(Buffer.from(part))));
const streamed = (decoder, bytes) => {
  decoder.end(bytes);
  return text(decoder);
};
console.log(`gunzipSync           ${gunzipSync(coded(gzipSync))}`.trimEnd());
console.log(`createGunzip         ${await streamed(createGunzip(), coded(gzipSync))}`.trimEnd());
console.log(`zstdDecompressSync   ${zstdDecompressSync(coded(zstdCompressSync))}`.trimEnd());
console.log(`createZstdDecompress ${await streamed(createZstdDecompress(), coded(zstdCompressSync))}`.trimEnd());
JS
node_modules/.bin/node frames.mjs | tee seen

cat >expected <<'TEXT'
gunzipSync           first second
createGunzip         first second
zstdDecompressSync   first
createZstdDecompress first
TEXT
if diff expected seen; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
