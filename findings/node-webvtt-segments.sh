#!/bin/sh
# node-webvtt 2.0.0: a cue that is shown across the end of a segment is missing from the next segment if no other cue follows
# soon. Whoever joins or seeks there sees no subtitle. RFC 8216 section 3.5: a segment has all cues that are to be displayed
# during its EXTINF duration. If another cue follows soon, the cue stands in both, as it should.
#
# Seen, for cues at 1 to 3, 8 to 13 and 24 to 26 seconds, and then with 15 to 18 as the last:
#   0 to 10: cues at 1 8
#   10 to 26: cues at 24, missing 8 to 13
#   0 to 10: cues at 1 8
#   10 to 18: cues at 8 15
#
# Ends with 0 while that is so, and with 1 once it changes. Needs node, npm and a network.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent node-webvtt@2.0.0

cat >segments.mjs <<'JS'
import webvtt from 'node-webvtt';

const time = (seconds) => `00:00:${String(seconds).padStart(2, '0')}.000`;
for (const cues of [[[1, 3], [8, 13], [24, 26]], [[1, 3], [8, 13], [15, 18]]]) {
  const file = `WEBVTT\n\n${cues.map(([start, end]) => `${time(start)} --> ${time(end)}\nshown to ${end}\n`).join('\n')}`;
  const durations = webvtt.hls.hlsSegmentPlaylist(file, 10).matchAll(/#EXTINF:([0-9.]+)/g);
  const segments = webvtt.hls.hlsSegment(file, 10);
  let from = 0;
  for (const [index, [, duration]] of [...durations].entries()) {
    const to = from + Number(duration);
    const starts = [...segments[index].content.matchAll(/^00:00:(\d\d)\.000 -->/gm)].map(([, start]) => Number(start));
    const missing = cues.filter(([start, end]) => start < to && end > from && !starts.includes(start));
    const words = missing.map((cue) => `, missing ${cue.join(' to ')}`);
    console.log(`${from} to ${to}: cues at ${starts.join(' ')}${words.join('')}`);
    from = to;
  }
}
JS
node segments.mjs | tee seen

cat >expected <<'TEXT'
0 to 10: cues at 1 8
10 to 26: cues at 24, missing 8 to 13
0 to 10: cues at 1 8
10 to 18: cues at 8 15
TEXT
if diff expected seen; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
