/**
 * Proves deploy/stack.yml on a real Swarm of one node: a library is moved while a process is killed, the node is drained,
 * a new version is rolled out, and two broken ones roll themselves back: one that ends, one that starts and never is healthy.
 * What docs/operations.md says of Docker and Swarm is run as it stands there. Then every byte is compared. It takes about fifteen minutes and removes all that it made.
 *
 *   node deploy/try-swarm.ts [--keep] [-- further arguments of docker build]
 *
 * It speaks to the Docker of `DOCKER_HOST`, and makes a Swarm of it where there is none.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../scripts/run-command.ts';
import { blocksLeft, runBlock } from './try/document.ts';
import { createSwarm, docker, say, until } from './try/swarm.ts';

const stack = 'flants-try';
const destination = 's3://media/vod';
const region = 'us-east-1';
const roles = ['scanner', 'crawler', 'transfer', 'aggregator'] as const;
const library = { videos: 50, files: 150, fileBytes: 65_536, latencyMs: 250 };
const total = library.videos * library.files;
const images = {
  first: 'flants:try-1',
  second: 'flants:try-2',
  broken: 'flants:try-broken',
  unhealthy: 'flants:try-unhealthy',
} as const;
const [own, buildArguments] = splitAt(process.argv.slice(2), '--');

const secretKey = randomBytes(16).toString('hex');
const folder = await mkdtemp(join(tmpdir(), 'flants-try-'));
/** The stack with a source and a store, from images of this machine. */
const names = {
  'docker stack deploy': 'docker stack deploy --resolve-image never',
  '-c deploy/stack.yml flants': `-c deploy/stack.yml -c deploy/try/stack.yml ${stack}`,
};

/** What the source and the store of the trial want to know. */
const environment = {
  FLANTS_ENDPOINT: 'http://store:7070',
  FLANTS_OPTIONS: join(projectFolder, 'deploy', 'try', 'options.json'),
  TRY_SECRET_KEY: secretKey,
  TRY_VIDEOS: String(library.videos),
  TRY_FILES: String(library.files),
  TRY_FILE_BYTES: String(library.fileBytes),
  TRY_LATENCY_MS: String(library.latencyMs),
};

const swarm = await createSwarm(stack);
try {
  await buildImages();
  await deploy(images.first);
  await swarm.allRunning();
  say('all services run');
  await killOne();
  await drainNode();
  await rollForward();
  await rollBackByHand();
  await scale();
  await rollBack(images.broken);
  await rollBack(images.unhealthy);
  await finish();
  await audit();
  await copyAlone();
  const left = blocksLeft();
  if (left.length > 0) throw new Error(`blocks of docs/operations.md that were not run: ${left.join(', ')}`);
  say('all blocks of docs/operations.md that are for a Swarm were run');
} catch (error) {
  say(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  for (const role of roles) console.log((await swarm.logs(role)).slice(-3000));
  process.exitCode = 1;
} finally {
  if (!own.includes('--keep')) {
    await swarm.remove();
    await docker('image', 'rm', '--force', ...Object.values(images));
    say('removed all that was made');
  }
  await rm(folder, { recursive: true });
}
say(process.exitCode === 1 ? 'it does not hold' : 'it holds');

function splitAt(words: readonly string[], word: string): readonly [readonly string[], readonly string[]] {
  const at = words.indexOf(word);
  return at === -1 ? [words, []] : [words.slice(0, at), words.slice(at + 1)];
}

async function buildImages(): Promise<void> {
  await runBlock('build', {
    'docker build': ['docker build', ...buildArguments].join(' '),
    'flants:0.1.0': images.first,
  });
  // A version that differs in nothing, one that ends at once, and one that starts and does nothing: its health check is the image's own.
  await build(images.second, `FROM ${images.first}\nLABEL org.opencontainers.image.version=try-2\n`);
  await build(images.broken, `FROM ${images.first}\nENTRYPOINT ["node", "--eval", "process.exit(1)"]\n`);
  const idle = "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1000)";
  await build(images.unhealthy, `FROM ${images.first}\nENTRYPOINT ["node", "--eval", "${idle}"]\n`);
  const format =
    '{{.Size}} bytes, user {{.Config.User}}, entry {{.Config.Entrypoint}}, stopped by {{.Config.StopSignal}}';
  say(`image: ${await docker('image', 'inspect', images.first, '--format', format)}`);
  const probe =
    "const f = require('fs'); try { f.writeFileSync('/flants/x', '') } catch ({ code }) { console.log(process.getuid(), code) }";
  const refused = await docker('run', '--rm', '--read-only', '--entrypoint', 'node', images.first, '--eval', probe);
  say(`with a read-only root: uid and refusal of a write: ${refused}`);
}

async function build(tag: string, dockerfile: string): Promise<void> {
  const path = join(folder, 'Dockerfile');
  await writeFile(path, dockerfile);
  await docker('build', '--quiet', '--tag', tag, '--file', path, folder);
}

async function deploy(image: string): Promise<void> {
  const secrets = join(folder, 'secrets');
  await swarm.run('sh', [join(projectFolder, 'deploy', 'make-secrets.sh'), secrets]);
  const playlists = Array.from(
    { length: library.videos },
    (_, video) => `http://origin/v-${String(video).padStart(3, '0')}/index.m3u8`,
  );
  await writeFile(join(secrets, 'catalogue'), `${playlists.join('\n')}\n`);
  const credentials = `[default]\naws_access_key_id = try-key\naws_secret_access_key = ${secretKey}\n`;
  await writeFile(join(secrets, 'aws_credentials'), credentials);
  const here = {
    ...names,
    'stack services flants': `stack services ${stack}`,
    'registry.example/flants:0.1.0': image,
    'eu-central-1': region,
    $PWD: folder,
  };
  await runBlock('deploy', here, { env: environment });
  say(`deployed ${image}: ${library.videos} videos of ${library.files} files`);
}

interface Totals {
  readonly files: { readonly total: number; readonly done: number; readonly failed: number };
  readonly videos: Readonly<Record<string, number>>;
}

/** What the library has come to; undefined while nobody answers. */
async function totals(): Promise<Totals | undefined> {
  const text = await swarm.flants('status', destination, '--json').catch(() => '');
  const line = text.split('\n').find((each) => each.startsWith('{'));
  return line === undefined ? undefined : (JSON.parse(line) as { readonly totals: Totals }).totals;
}

async function done(): Promise<number> {
  return (await totals())?.files.done ?? 0;
}

async function untilDone(share: number): Promise<void> {
  await until(`${share * 100} % of the files are copied`, async () => (await done()) >= share * total);
  say(`${await done()} of ${total} files are copied`);
}

async function killOne(): Promise<void> {
  await untilDone(0.03);
  const killed = await swarm.containerOf('transfer');
  await docker('kill', killed);
  const began = Date.now();
  await until('the killed process is replaced', async () => {
    const tasks = await swarm.healthyContainers('transfer');
    return tasks.length === 2 && !tasks.includes(killed);
  });
  say(`killed a transfer; another was there and healthy after ${seconds(began)}`);
}

async function drainNode(): Promise<void> {
  await untilDone(0.1);
  const began = Date.now();
  await swarm.availability('drain');
  await until('the node is empty', async () => (await swarm.containers()).length === 0);
  say(`drained the node: no process is left after ${seconds(began)}`);
  const again = Date.now();
  await swarm.availability('active');
  await swarm.allRunning();
  await until('work goes on', async () => (await done()) > 0.1 * total);
  say(`the node is back: all services run again after ${seconds(again)}`);
}

async function rollForward(): Promise<void> {
  await untilDone(0.2);
  const [began, before] = [Date.now(), await done()];
  const here = { ...names, 'registry.example/flants:0.1.1': images.second, flants_transfer: `${stack}_transfer` };
  // What the same shell has from the deployment.
  const exported = {
    AWS_REGION: region,
    FLANTS_SECRETS: join(folder, 'secrets'),
    FLANTS_DESTINATION: destination,
    FLANTS_JOURNAL: 's3://media-private/journal',
  };
  await runBlock('upgrade', here, { env: { ...exported, ...environment } });
  for (const role of roles) await swarm.updateEnds(role, 'completed');
  const after = await done();
  say(`rolled out ${images.second} to all roles in ${seconds(began)}; ${after - before} files were copied meanwhile`);
  if (after >= total) throw new Error('the library was whole before the update ended: there was no load');
}

/** Takes the update of one service back, and gives it again. */
async function rollBackByHand(): Promise<void> {
  const began = Date.now();
  await runBlock('rollback', { flants_transfer: `${stack}_transfer` });
  await swarm.updateEnds('transfer', 'rollback_completed');
  const image = await swarm.imageOf('transfer');
  if (image !== images.first) throw new Error(`transfer has ${image} after its rollback`);
  say(`transfer was rolled back to ${image} by hand in ${seconds(began)}`);
  await swarm.update('transfer', images.second);
  await swarm.updateEnds('transfer', 'completed');
}

/** Looks beside the aggregator, and has more transfers for a while. */
async function scale(): Promise<void> {
  const service = `${stack}_transfer`;
  const here = {
    flants_aggregator: `${stack}_aggregator`,
    // 2: not whole yet.
    [`flants status ${destination}`]: `flants status ${destination} || [ $? -eq 2 ]`,
    'flants_transfer=6': `${service}=3`,
  };
  const seen = await runBlock('look', here);
  await until('three transfers are healthy', async () => (await swarm.healthyContainers('transfer')).length === 3);
  say(`three transfers; flants status said: ${seen.split('\n').find((line) => /videos:/.test(line)) ?? ''}`);
  await docker('service', 'scale', '--detach', `${service}=2`);
}

async function rollBack(broken: string): Promise<void> {
  const [began, before] = [Date.now(), await done()];
  await swarm.update('transfer', broken);
  await swarm.updateEnds('transfer', 'rollback_completed');
  const image = await swarm.imageOf('transfer');
  if (image !== images.second) throw new Error(`transfer has ${image} after its rollback`);
  const meanwhile = (await done()) - before;
  say(
    `${broken} was rolled back by itself after ${seconds(began)}; transfer has ${image} again, ${meanwhile} files were copied meanwhile`,
  );
}

async function finish(): Promise<void> {
  await until('every video is published', async () => (await totals())?.videos['published'] === library.videos);
  say(`every video is published: ${JSON.stringify(await totals())}`);
}

/** Three opinions: the report, `flants verify`, and the bytes themselves. */
async function audit(): Promise<void> {
  const lines = (await swarm.flants('report', destination, '--format', 'ndjson')).trim().split('\n');
  const states = lines.map((line) => (JSON.parse(line) as { readonly state: string }).state);
  const doneFiles = states.filter((state) => state === 'done').length;
  let [verified, problems] = [0, 0];
  for (let video = 0; video < library.videos; video++) {
    const playlist = `${destination}/v-${String(video).padStart(3, '0')}/index.m3u8`;
    const found = JSON.parse(await swarm.flants('verify', playlist, '--json')) as {
      readonly objects: number;
      readonly problems: readonly unknown[];
    };
    verified += found.objects;
    problems += found.problems.length;
  }
  const script = await readFile(join(projectFolder, 'deploy', 'try', 'library.ts'), 'utf8');
  const env = Object.entries({ VIDEOS: library.videos, FILES: library.files, FILE_BYTES: library.fileBytes });
  const variables = env.flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const store = ['--user', '0', '--volume', `${stack}_store:/buckets:ro`];
  const words = ['--input-type=module-typescript', '--eval', script, 'audit', '/buckets/media/vod'];
  const bytes = await docker('run', '--rm', ...store, ...variables, '--entrypoint', 'node', images.first, ...words);
  say(
    `report: ${doneFiles} of ${total} files done; verify: ${verified} objects, ${problems} problems; bytes: ${bytes}`,
  );
  const { whole, missing, wrong } = JSON.parse(bytes) as Record<string, number>;
  const isAll = doneFiles === total && verified === total && whole === total + library.videos;
  if (!isAll || problems + Number(missing) + Number(wrong) > 0) throw new Error('files are lost or wrong');
}

/** One container that copies by itself, beside a store of its own. */
async function copyAlone(): Promise<void> {
  const network = `${stack}-alone`;
  const store = `${stack}-alone-store`;
  const shelf = join(folder, 'library');
  await mkdir(join(shelf, 'v'), { recursive: true });
  await writeFile(join(shelf, 'v', 'seg0.ts'), Buffer.alloc(1_880, 'G'));
  const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nseg0.ts\n#EXT-X-ENDLIST\n';
  await writeFile(join(shelf, 'v', 'index.m3u8'), playlist);
  await writeFile(
    join(shelf, 'videos.ndjson'),
    `${JSON.stringify({ id: 'v', playlistUrl: '/library/v/index.m3u8' })}\n`,
  );
  const keys = { AWS_ACCESS_KEY_ID: 'try-key', AWS_SECRET_ACCESS_KEY: secretKey, AWS_REGION: region };
  const script = 'mkdir -p /buckets/media && exec versitygw --port :7070 --quiet posix /buckets';
  const rootKeys = ['--env', 'ROOT_ACCESS_KEY=try-key', '--env', `ROOT_SECRET_KEY=${secretKey}`];
  await docker('network', 'create', network);
  try {
    const image = 'ghcr.io/versity/versitygw:v1.8.0';
    await docker(
      'run',
      '--detach',
      '--name',
      store,
      '--network',
      network,
      ...rootKeys,
      '--entrypoint',
      'sh',
      image,
      '-c',
      script,
    );
    const here = {
      'docker run': `docker run --network ${network} --env FLANTS_ENDPOINT=http://${store}:7070`,
      'flants:/state': `${network}:/state`,
      'flants:0.1.0': images.first,
      $PWD: shelf,
    };
    const said = await runBlock('run', here, { env: keys });
    say(`a container copied by itself: ${said.split('\n')[0] ?? ''}`);
  } finally {
    await docker('rm', '--force', store).catch(String);
    await docker('volume', 'rm', '--force', network).catch(String);
    await docker('network', 'rm', network).catch(String);
  }
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
