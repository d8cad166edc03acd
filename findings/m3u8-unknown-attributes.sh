#!/bin/sh
# m3u8 6.0.0 (PyPI): an attribute that it does not know makes the whole playlist unreadable, with a TypeError, if it stands in
# one of ten tags; in others, EXT-X-MEDIA and EXT-X-KEY among them, it is skipped. RFC 8216 section 6.3.1: clients ignore
# attributes with names that they do not recognise, so that playlists can gain new ones. EXT-X-SESSION-DATA has: FORMAT, in
# draft-pantos-hls-rfc8216bis.
#
# Seen: EXT-X-MEDIA, EXT-X-STREAM-INF, EXT-X-KEY and EXT-X-DATERANGE are read, and these are not ("got an unexpected keyword
# argument"): EXT-X-CONTENT-STEERING, EXT-X-SESSION-DATA, EXT-X-START, EXT-X-MAP, EXT-X-SERVER-CONTROL, EXT-X-PART-INF,
# EXT-X-SKIP, EXT-X-PART, EXT-X-PRELOAD-HINT and EXT-X-RENDITION-REPORT.
#
# Ends with 0 while that is so, and with 1 once it changes. Needs python3 and a network.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check m3u8==6.0.0

cat >read.py <<'PY'
import m3u8

VARIANT = '#EXT-X-STREAM-INF:BANDWIDTH=1000\nvideo.m3u8\n'
HEAD = '#EXT-X-TARGETDURATION:4\n'
SEGMENT = '#EXTINF:4,\n0.m4s\n'
for line, before, after in [
    ('#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="a.m3u8",X-NEW="1"', '', VARIANT),
    ('#EXT-X-STREAM-INF:BANDWIDTH=1000,X-NEW="1"', '', 'video.m3u8\n'),
    ('#EXT-X-KEY:METHOD=AES-128,URI="key",X-NEW="1"', HEAD, SEGMENT),
    ('#EXT-X-DATERANGE:ID="a",START-DATE="2026-01-01T00:00:00Z",X-NEW="1"', HEAD, SEGMENT),
    ('#EXT-X-CONTENT-STEERING:SERVER-URI="steering.json",X-NEW="1"', '', VARIANT),
    ('#EXT-X-SESSION-DATA:DATA-ID="com.example.chapters",URI="chapters.bin",FORMAT=RAW', '', VARIANT),
    ('#EXT-X-START:TIME-OFFSET=1,X-NEW="1"', '', VARIANT),
    ('#EXT-X-MAP:URI="init.mp4",X-NEW="1"', HEAD, SEGMENT),
    ('#EXT-X-SERVER-CONTROL:HOLD-BACK=12,X-NEW="1"', HEAD, SEGMENT),
    ('#EXT-X-PART-INF:PART-TARGET=1,X-NEW="1"', HEAD, SEGMENT),
    ('#EXT-X-SKIP:SKIPPED-SEGMENTS=1,X-NEW="1"', HEAD, SEGMENT),
    ('#EXT-X-PART:DURATION=1,URI="1.0.m4s",X-NEW="1"', HEAD + SEGMENT, ''),
    ('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="1.1.m4s",X-NEW="1"', HEAD + SEGMENT, ''),
    ('#EXT-X-RENDITION-REPORT:URI="../low/live.m3u8",LAST-MSN=1,X-NEW="1"', HEAD + SEGMENT, ''),
]:
    tag = line[1:].split(':')[0]
    try:
        m3u8.loads(f'#EXTM3U\n#EXT-X-VERSION:9\n{before}{line}\n{after}')
        print(f'{tag}: read')
    except TypeError as error:
        print(f'{tag}: {error}')
PY
env/bin/python read.py | tee seen
if [ "$(grep -c ': read$' seen)" = 4 ] && [ "$(grep -c 'got an unexpected keyword argument' seen)" = 10 ]; then
  echo 'as it was seen'
else
  echo 'it has changed'
  exit 1
fi
