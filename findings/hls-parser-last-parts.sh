#!/bin/sh
# hls-parser 0.16.1: the parts behind the last whole segment of a low-latency playlist, which are its newest media, get the
# initialization section as their key, and no initialization section. Where the playlist is written again, it gains an
# EXT-X-KEY with the URI of its EXT-X-MAP, and a METHOD that is none. RFC 8216 section 4.3.2.5: an EXT-X-MAP applies to all that
# follows it until the next one; section 4.3.2.4: METHOD is NONE, AES-128 or SAMPLE-AES.
#
# Seen, for a clear playlist of one segment and one part behind it:
#   segment 1: no key, map init.mp4
#   parts of 2: key init.mp4, no map
#   #EXT-X-KEY:METHOD=undefined,URI="init.mp4"
#
# Ends with 0 while that is so, and with 1 once it changes. Needs node, npm and a network.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent hls-parser@0.16.1

cat >live.m3u8 <<'TEXT'
#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3
#EXT-X-PART-INF:PART-TARGET=1
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-MAP:URI="init.mp4"
#EXTINF:4,
1.m4s
#EXT-X-PART:DURATION=1,URI="2.0.m4s"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="2.1.m4s"
TEXT
cat >read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import HLS from 'hls-parser';

const playlist = HLS.parse(readFileSync('live.m3u8', 'utf8'));
const said = (word, value) => (value ? `${word} ${value.uri}` : `no ${word}`);
const [whole, parts] = playlist.segments;
console.log(`segment 1: ${said('key', whole.key)}, ${said('map', whole.map)}`);
console.log(`parts of 2: ${said('key', parts.key)}, ${said('map', parts.map)}`);
console.log(HLS.stringify(playlist).match(/^#EXT-X-KEY.*/gm)?.join('\n') ?? 'no EXT-X-KEY');
JS
node read.mjs | tee seen

cat >expected <<'TEXT'
segment 1: no key, map init.mp4
parts of 2: key init.mp4, no map
#EXT-X-KEY:METHOD=undefined,URI="init.mp4"
TEXT
if diff expected seen; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
