#!/bin/sh
# ffmpeg 9.0.2, the hls muxer: a second run with append_list takes the EXT-X-MAP of the first out of the playlist, and puts
# its own at the head, before the segments of the first. RFC 8216 section 4.3.2.5: an EXT-X-MAP applies to all segments that
# follow it until the next one. So the segments of a recording in fMP4 that goes on with another encoding get the wrong
# initialization section, and the right one is named nowhere. Of append_list the manual says that it appends new segments
# to the end of the old list: https://ffmpeg.org/ffmpeg-formats.html#hls-2.
#
# Seen, after a run of 160x90 with init1.mp4 and one of 320x180 with init2.mp4:
#   #EXT-X-MAP:URI="init2.mp4"
#   first0.m4s
#   second1.m4s
#
# Ends with 0 while that is so, and with 1 once it changes. Needs python3 (for the package imageio-ffmpeg, which brings
# ffmpeg) and a network.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1
ffmpeg=$(env/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
"$ffmpeg" -version | head -1

record() {
  "$ffmpeg" -nostdin -v error -f lavfi -i "testsrc2=size=$1:rate=10" -t 2 -c:v libx264 -g 20 -f hls -hls_time 2 \
    -hls_list_size 0 -hls_segment_type fmp4 -hls_flags append_list+omit_endlist \
    -hls_fmp4_init_filename "$2" -hls_segment_filename "$3%d.m4s" video.m3u8
}
record 160x90 init1.mp4 first
echo 'after the first run:'
grep -E '^#EXT-X-MAP|^[^#]' video.m3u8
record 320x180 init2.mp4 second
echo 'after the second:'
grep -E '^#EXT-X-MAP|^[^#]' video.m3u8 | tee seen

cat >expected <<'TEXT'
#EXT-X-MAP:URI="init2.mp4"
first0.m4s
second1.m4s
TEXT
if diff expected seen; then echo 'as it was seen'; else echo 'it has changed'; exit 1; fi
