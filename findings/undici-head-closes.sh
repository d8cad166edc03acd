#!/bin/sh
# undici 8.12.4: a connection over HTTP/1.1 ends with each HEAD, though its documents and types give `reset`, which decides about
# that, as false by default (https://undici.nodejs.org/#/docs/api/Dispatcher). The code says why: servers that send a body with
# HEAD. Who asks a store about many objects, each by a HEAD, so opens a connection for each, which from afar takes longer than
# the question. `reset: false`, said aloud, keeps the connection.
#
# Seen: five GETs take one connection, five HEADs five, and five HEADs with `reset: false` one.
#
# Ends with 0 while that is so, and with 1 once it changes. Needs node, npm and a network.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --no-audit --no-fund --silent undici@8.12.4 node@24.21.0

cat >ask.mjs <<'JS'
import { createServer } from 'node:http';
import { Agent } from 'undici';

let connections = 0;
const server = createServer((_, response) => response.writeHead(200, { 'content-length': 2 }).end('ok'));
server.on('connection', () => (connections += 1));
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;

async function connectionsFor(request) {
  const agent = new Agent({ connections: 1, allowH2: false });
  const before = connections;
  for (let asked = 0; asked < 5; asked += 1) {
    const { body } = await agent.request({ origin, path: '/', ...request });
    await body.dump();
  }
  await agent.close();
  return connections - before;
}

const get = await connectionsFor({ method: 'GET' });
const head = await connectionsFor({ method: 'HEAD' });
const kept = await connectionsFor({ method: 'HEAD', reset: false });
console.log(`connections for five requests: GET ${get}, HEAD ${head}, HEAD with reset: false ${kept}`);
server.close();
process.exitCode = get === 1 && head === 5 && kept === 1 ? 0 : 1;
JS
node_modules/.bin/node ask.mjs
