import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '../test/servers/certificate.ts';
import { startNginx } from '../test/servers/nginx.ts';
import { startVersitygw } from '../test/servers/versitygw.ts';
import type { Versitygw } from '../test/servers/versitygw.ts';
import { findTool } from '../scripts/tools.ts';
import type { Installed } from './installed.ts';
import { addressesOf, assertDelivered, catalogueOf, makeLibrary } from './library.ts';
import type { Library, LibrarySpec } from './library.ts';
import { measure } from './measure.ts';
import type { Command, Cost, Goal } from './measure.ts';
import { startDistance } from './distance.ts';

/** Memory that can be used like a disk, so that no disk is measured. */
const memoryFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A library behind nginx and an empty bucket of versitygw, all of it in memory. */
export interface Stage {
  readonly library: Library;
  readonly store: Versitygw;
  /** Without a final slash. */
  readonly originUrl: string;
  /** A catalogue of all videos, and the same as addresses for rclone. */
  readonly cataloguePath: string;
  readonly addressesPath: string;
  /** PEM of the authority of both servers. Absent: they speak plain HTTP. */
  readonly caPath?: string;
  /** Measures a mover that writes below the prefix, checks what it delivered, and removes it. */
  run(prefix: string, command: Command, goal?: Goal): Promise<Cost>;
}

/** How a stage differs from one machine. */
export interface StageOptions {
  /** Between movers and each of both ends. Absent: none. */
  readonly roundTripMs?: number;
  /** Both ends speak TLS. */
  readonly tls?: boolean;
}

/** Builds a stage for the time of a play. */
export async function onStage<T>(
  spec: LibrarySpec,
  play: (stage: Stage) => Promise<T>,
  { roundTripMs, tls = false }: StageOptions = {},
): Promise<T> {
  const folder = await mkdtemp(join(memoryFolder, 'flants-bench-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    await mkdir(join(folder, 'origin'));
    const library = await makeLibrary(join(folder, 'origin'), spec);
    const certified = tls ? { tls: await certify(folder) } : {};
    const origin = await startNginx(library.folder, certified);
    stops.unshift(origin.stop);
    const nearStore = await startVersitygw({ parent: memoryFolder, ...certified });
    stops.unshift(nearStore.stop);
    const away = async (url: string): Promise<string> => {
      if (roundTripMs === undefined) return url;
      const distance = await startDistance(url, roundTripMs);
      stops.unshift(distance.stop);
      return distance.url;
    };
    const originUrl = await away(origin.url);
    const store = { ...nearStore, endpoint: await away(nearStore.endpoint) };
    const [cataloguePath, addressesPath] = [join(folder, 'videos.ndjson'), join(folder, 'addresses.csv')];
    await writeFile(cataloguePath, catalogueOf(library, originUrl));
    await writeFile(addressesPath, addressesOf(library, originUrl));
    const run: Stage['run'] = async (prefix, command, goal) => {
      const { stdout: _, ...cost } = await measure(command, goal);
      await assertDelivered(library, join(store.folder, prefix));
      await rm(join(store.folder, prefix), { recursive: true });
      return cost;
    };
    const caPath = certified.tls ? { caPath: certified.tls.certPath } : {};
    return await play({ library, store, originUrl, cataloguePath, addressesPath, ...caPath, run });
  } finally {
    for (const stop of stops) await stop();
  }
}

async function certify(folder: string): Promise<{ readonly keyPath: string; readonly certPath: string }> {
  const { key, cert } = await selfSigned('IP:127.0.0.1');
  const [keyPath, certPath] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await Promise.all([writeFile(keyPath, key), writeFile(certPath, cert)]);
  return { keyPath, certPath };
}

/** `flants copy` of the whole stage. */
export function copyCommand(
  { store, cataloguePath, caPath }: Stage,
  installed: Installed,
  {
    prefix,
    state,
    flags = [],
  }: { readonly prefix: string; readonly state: string; readonly flags?: readonly string[] },
): Command {
  const place = ['--endpoint', store.endpoint, '--region', store.region, '--state', state];
  const trust = caPath === undefined ? [] : ['--ca', caPath];
  const args = ['copy', cataloguePath, `s3://${store.bucket}/${prefix}`, ...place, ...trust, ...flags];
  return installed.command(args, keysOf(store));
}

function keysOf(store: Versitygw): Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string> {
  return { AWS_ACCESS_KEY_ID: store.accessKeyId, AWS_SECRET_ACCESS_KEY: store.secretAccessKey };
}

/** Measures `flants copy` of the whole stage, with a state that is thrown away. */
export async function runFlants(
  stage: Stage,
  installed: Installed,
  prefix: string,
  flags: readonly string[] = [],
): Promise<Cost> {
  const state = await mkdtemp(join(tmpdir(), 'flants-bench-state-'));
  try {
    return await stage.run(prefix, copyCommand(stage, installed, { prefix, state, flags }));
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

/** Measures `raw-copy.ts` on the same, with as many files in flight as rclone. */
export function runRaw(stage: Stage, prefix: string): Promise<Cost> {
  const { store, addressesPath, caPath } = stage;
  const script = join(import.meta.dirname, 'raw-copy.ts');
  const trust = caPath === undefined ? [] : [caPath];
  const args = [script, addressesPath, store.endpoint, store.bucket, prefix, '32', ...trust];
  return stage.run(prefix, { file: process.execPath, args, env: keysOf(store) });
}

/** Delivers a stage's library below a prefix. */
export type Mover = (stage: Stage, prefix: string) => Promise<Cost>;

/** A build of FLAnts as a mover. */
export function flantsMover(build: Installed, ...flags: readonly string[]): Mover {
  return (stage, prefix) => runFlants(stage, build, prefix, flags);
}

/**
 * Rclone as a mover, with so many transfers at a time.
 *
 * @throws where it is not installed
 */
export function rcloneMover(transfers: number): Mover {
  const rclone = findTool('rclone');
  if (rclone === undefined) throw new Error('rclone is not there: node scripts/setup-tools.ts --bench');
  return (stage, prefix) => runRclone(stage, rclone, prefix, transfers);
}

/** `rclone copyurl` of the same. The bucket is there: asked to check, rclone tries for minutes to create it. */
async function runRclone(stage: Stage, rclone: string, prefix: string, transfers: number): Promise<Cost> {
  const { store, addressesPath, caPath } = stage;
  return stage.run(prefix, {
    file: rclone,
    args: [
      'copyurl',
      '--config',
      '',
      '--urls',
      addressesPath,
      `store:${store.bucket}/${prefix}`,
      '--transfers',
      String(transfers),
      '--s3-no-check-bucket',
      ...(caPath === undefined ? [] : ['--ca-cert', caPath]),
    ],
    env: {
      RCLONE_CONFIG_STORE_TYPE: 's3',
      RCLONE_CONFIG_STORE_PROVIDER: 'Other',
      RCLONE_CONFIG_STORE_ENDPOINT: store.endpoint,
      RCLONE_CONFIG_STORE_REGION: store.region,
      RCLONE_CONFIG_STORE_ACCESS_KEY_ID: store.accessKeyId,
      RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: store.secretAccessKey,
    },
  });
}
