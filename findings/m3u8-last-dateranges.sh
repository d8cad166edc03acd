#!/bin/sh
# m3u8 6.0.0 (PyPI): an EXT-X-DATERANGE behind the last segment is lost without a word: it is in no segment of what was read,
# and not in the playlist that is written again. So is one behind EXT-X-ENDLIST. There stand the cues of an ad break whose
# segments are still to come, and the last of a recording. Such a tag says something of the playlist, not of the segment behind
# it: draft-pantos-hls-rfc8216bis, section 4.4.5.
#
# Seen, with two segments and one EXT-X-DATERANGE, in what was read and in what was written:
#   before the first segment: 1 1
#   between the segments: 1 1
#   behind the last segment: 0 0
#   behind EXT-X-ENDLIST: 0 0
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

HEAD = '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n'
FIRST, LAST, END = '#EXTINF:4,\n0.ts\n', '#EXTINF:4,\n1.ts\n', '#EXT-X-ENDLIST\n'
RANGE = '#EXT-X-DATERANGE:ID="ad",START-DATE="2026-01-01T00:00:08Z",DURATION=4.0\n'
for place, lines in [
    ('before the first segment', RANGE + FIRST + LAST + END),
    ('between the segments', FIRST + RANGE + LAST + END),
    ('behind the last segment', FIRST + LAST + RANGE + END),
    ('behind EXT-X-ENDLIST', FIRST + LAST + END + RANGE),
]:
    playlist = m3u8.loads(HEAD + lines)
    read = sum(len(segment.dateranges) for segment in playlist.segments)
    print(f"{place}: {read} {playlist.dumps().count('#EXT-X-DATERANGE')}")
PY
env/bin/python read.py | tee seen

cat >expected <<'TEXT'
before the first segment: 1 1
between the segments: 1 1
behind the last segment: 0 0
behind EXT-X-ENDLIST: 0 0
TEXT
if diff expected seen; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
