#!/bin/sh
# rclone 1.76.0, `copyurl --urls`: a dry run asks for every URL by GET, as a copy does, though nothing is written; and one
# URL of the list that answers 404 makes it fetch the whole list three times (--retries 3), those that were copied well
# included. A segment that is lost for good so costs a library's traffic twice more: give --retries 1, and leave --dry-run
# to sources that rclone can list.
#
# Seen: GETs of a list of two URLs in a dry run: 1 and 1, and no file; of these two beside a lost one in a copy: 3, 3 and 3.
#
# Ends with 0 while that is so, and with 1 once it changes. Needs go, node and a network; building takes some minutes.
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
GOBIN="$folder" go install github.com/rclone/rclone@v1.76.0

cat >origin.mjs <<'JS'
import { createServer } from 'node:http';

const counts = new Map();
const server = createServer(({ method, url }, response) => {
  if (url === '/counts') {
    response.end(['/a.ts', '/b.ts', '/lost.ts'].map((each) => counts.get(`GET ${each}`) ?? 0).join(' '));
    counts.clear();
    return;
  }
  counts.set(`${method} ${url}`, (counts.get(`${method} ${url}`) ?? 0) + 1);
  response.statusCode = url === '/lost.ts' ? 404 : 200;
  response.end(`bytes of ${url}`);
}).listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
node origin.mjs >port &
server=$!
until test -s port; do sleep 0.1; done
origin="http://127.0.0.1:$(cat port)"
counts() {
  node -e 'fetch(process.argv[1]).then(async (answer) => console.log(await answer.text()))' "$origin/counts"
}

printf '%s\n' "$origin/a.ts,a.ts" "$origin/b.ts,b.ts" >good.csv
printf '%s\n' "$origin/a.ts,a.ts" "$origin/b.ts,b.ts" "$origin/lost.ts,lost.ts" >lost.csv

./rclone copyurl --config /dev/null --urls good.csv dry --dry-run 2>/dev/null
dry=$(counts)
echo "GETs of a.ts, b.ts and lost.ts in a dry run of the first two: $dry"
if test -e dry; then
  echo 'the dry run has written something'
  exit 1
fi
./rclone copyurl --config /dev/null --urls lost.csv copied 2>/dev/null && exit 1
copy=$(counts)
echo "GETs in a copy of all three: $copy"
test "$dry" = '1 1 0' && test "$copy" = '3 3 3'
