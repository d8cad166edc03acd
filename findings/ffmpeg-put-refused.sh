#!/bin/sh
# ffmpeg 9.0.2, the hls muxer: takes segments and playlists for uploaded that the server has refused. It sends them by PUT, the
# server answers each with 403, and ffmpeg ends with 0, without a warning. Its help and manual have an option to ignore such
# errors, ignore_io_errors, which is off by default: https://ffmpeg.org/ffmpeg-formats.html#hls-2. So look at what has
# arrived, not at what ffmpeg says.
#
# Seen: 3 segments and a playlist, 403 each; nothing is said at the log level "warning"; ffmpeg ends with 0.
#
# Ends with 0 while that is so, and with 1 once it changes. Needs python3 (for the package imageio-ffmpeg, which brings
# ffmpeg), node and a network.
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1
ffmpeg=$(env/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
"$ffmpeg" -version | head -1
"$ffmpeg" -hide_banner -h muxer=hls | grep ignore_io_errors

cat >refuse.mjs <<'JS'
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    console.log(`${request.method} ${request.url} 403`);
    response.writeHead(403).end();
  });
}).listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
node refuse.mjs >requests &
server=$!
until test -s requests; do sleep 0.1; done
playlist="http://127.0.0.1:$(head -1 requests)/video.m3u8"

code=0
"$ffmpeg" -nostdin -v warning -f lavfi -i testsrc2=size=160x90:rate=10 -t 6 -c:v libx264 -g 20 -f hls -hls_time 2 \
  -hls_playlist_type vod -method PUT "$playlist" 2>said || code=$?
left=100
while [ "$(grep -c '^PUT' requests)" -lt 4 ] && [ "$left" -gt 0 ]; do # It does not wait for answers.
  left=$((left - 1))
  sleep 0.1
done
sed 1d requests
cat said
echo "ffmpeg ended with $code"
if [ "$code" = 0 ] && [ ! -s said ] && [ "$(grep -c '^PUT .* 403$' requests)" = 4 ]; then
  echo 'as it was seen'
else
  echo 'it has changed'
  exit 1
fi
