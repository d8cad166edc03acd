#!/bin/sh
# m3u8parse 5.0.2: in a playlist that it writes again, a clear initialization section has become an encrypted one, since it
# writes the EXT-X-KEY of a segment before its EXT-X-MAP in any case. RFC 8216 section 4.3.2.4: a key applies to the
# initialization sections that are declared between it and the next key. One that is declared before the first key is in the clear,
# as where only the segments are encrypted; a player now decrypts what never was encrypted.
#
# Seen: EXT-X-MAP, EXT-X-KEY becomes EXT-X-KEY, EXT-X-MAP, and no other line changes.
#
# Ends with 0 while that is so, and with 1 once it changes. Needs node, npm and a network.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent m3u8parse@5.0.2

cat >video.m3u8 <<'TEXT'
#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:4
#EXT-X-MAP:URI="init.mp4"
#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x000102030405060708090A0B0C0D0E0F
#EXTINF:4,
0.m4s
#EXT-X-ENDLIST
TEXT
cat >again.mjs <<'JS'
import { readFileSync } from 'node:fs';
import parse from 'm3u8parse';

process.stdout.write(parse(readFileSync('video.m3u8', 'utf8')).toString());
JS
node again.mjs >again.m3u8
grep -E '^#EXT-X-(MAP|KEY)' again.m3u8 | tee seen
sort video.m3u8 >lines
sort again.m3u8 | diff lines - || { echo 'other lines have changed too'; exit 1; }

cat >expected <<'TEXT'
#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x000102030405060708090A0B0C0D0E0F
#EXT-X-MAP:URI="init.mp4"
TEXT
if diff expected seen; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
