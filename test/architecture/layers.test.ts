import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ports, rooms } from '../../layers.ts';
import { projectFolder } from '../../scripts/run-command.ts';
import { lintPlanted } from './planted-tree.ts';
import type { Verdicts } from './planted-tree.ts';

const imports = 'eslint(no-restricted-imports)';
const properties = 'eslint(no-restricted-properties)';
const processEnv = 'node(no-process-env)';
const cycle = 'import(no-cycle)';
const typeImports = 'typescript(consistent-type-imports)';

type Planted = readonly [what: string, path: string, text: string, rule: string];

/** One violation of each kind. Files of the same folder do not refer to each other unless the kind is about that. */
const violations: readonly Planted[] = [
  ['an upward import', 'src/domain/upward.ts', `export * from '../hls/walk.ts';`, imports],
  [
    'an upward type import',
    'src/domain/upward-type.ts',
    `import type { A } from '../hls/a.ts';\nexport type B = A;`,
    imports,
  ],
  ['an upward re-export', 'src/hls/re-export.ts', `export { a } from '../storage/source.ts';`, imports],
  ['an upward dynamic import', 'src/hls/dynamic.ts', `export const a = import('../app/a.ts');`, imports],
  ['an upward import for its effect', 'src/hls/effect.ts', `import '../app/a.ts';`, imports],
  ['an upward import type', 'src/hls/import-type.ts', `export type A = import('../app/a.ts').A;`, typeImports],
  ['a require', 'src/hls/require.ts', `import a = require('../app/a.ts');\nexport const b: unknown = a;`, imports],
  ['config importing a store', 'src/config/store.ts', `export * from '../storage/object-store.ts';`, imports],
  ['a room of layer 2 importing its neighbour', 'src/queue/side.ts', `export * from '../ledger/ledger.ts';`, imports],
  ['storage importing state', 'src/storage/state.ts', `export * from '../state/file.ts';`, imports],
  ['a service importing a service', 'src/crawler/side.ts', `export * from '../publisher/publish.ts';`, imports],
  ['a service importing an adapter', 'src/crawler/adapter.ts', `export * from '../storage/http/source.ts';`, imports],
  ['a service importing the state file', 'src/control/state.ts', `export * from '../state/file.ts';`, imports],
  ['a service importing the app', 'src/control/app.ts', `export * from '../app/embedded/copy-library.ts';`, imports],
  ['the app importing the command line', 'src/app/cli.ts', `export * from '../cli/main.ts';`, imports],
  ['the command line importing an adapter', 'src/cli/store.ts', `export * from '../storage/s3/store.ts';`, imports],
  ['the command line importing a service', 'src/cli/crawl.ts', `export * from '../crawler/crawl.ts';`, imports],
  ['an import of a room nobody knows', 'src/app/unknown.ts', `export * from '../stranger/a.ts';`, imports],
  ['a room nobody knows', 'src/stranger/a.ts', `export * from '../domain/video.ts';`, imports],
  ['a file of no room', 'src/loose.ts', `export * from './domain/video.ts';`, imports],
  [
    'a folder below a folder of a room',
    'src/storage/s3/deep/a.ts',
    `export * from '../../../domain/video.ts';`,
    imports,
  ],
  [
    'a folder of a room importing another room',
    'src/storage/http/side.ts',
    `export * from '../../ledger/ledger.ts';`,
    imports,
  ],
  ['a folder of a room importing upward', 'src/journal/object/up.ts', `export * from '../../app/connect.ts';`, imports],
  [
    'a folder of the app importing the command line',
    'src/app/up/cli.ts',
    `export * from '../../cli/main.ts';`,
    imports,
  ],
  ['the engine importing an adapter', 'src/engine/adapter.ts', `export * from '../queue/memory-queue.ts';`, imports],
  ['the engine importing a folder of adapters', 'src/engine/s3.ts', `export * from '../storage/s3/store.ts';`, imports],
  ['the engine importing the app', 'src/engine/app.ts', `export * from '../app/connect.ts';`, imports],
  [
    'a way round from a folder',
    'src/storage/s3/round.ts',
    `export * from '../../storage/../ledger/ledger.ts';`,
    imports,
  ],
  ['a way round through the own folder', 'src/hls/round.ts', `export * from './../storage/source.ts';`, imports],
  [
    'a way round through an open room',
    'src/hls/round-open.ts',
    `export * from '../domain/../storage/source.ts';`,
    imports,
  ],
  ['a way round from outside', 'src/hls/round-out.ts', `export * from '../../src/storage/source.ts';`, imports],
  ['an absolute import', 'src/hls/absolute.ts', `export * from '/src/storage/source.ts';`, imports],
  ['an import of a test', 'src/hls/test.ts', `export * from './walk.test.ts';`, imports],
  ['an import of test equipment', 'src/hls/equipment.ts', `export * from '../media/library.ts';`, imports],

  ['the AWS SDK in another folder', 'src/storage/http/sdk.ts', `export * from '@aws-sdk/client-s3';`, imports],
  ['SQLite in a folder of a foreign room', 'src/app/embedded/sqlite.ts', `export * from 'node:sqlite';`, imports],
  ['process.env in a folder', 'src/app/cluster/env.ts', `export const a = process.env['HOME'];`, processEnv],
  ['the AWS SDK outside its adapter', 'src/storage/folder-sdk.ts', `export * from '@aws-sdk/client-s3';`, imports],
  [
    'parts of undici outside their one file',
    'src/storage/a.ts',
    `export * from 'undici/lib/dispatcher/pool.js';`,
    imports,
  ],
  ['the AWS SDK in the app', 'src/app/sdk.ts', `export const a = import('@aws-sdk/client-s3');`, imports],
  ['undici outside storage', 'src/transfer/undici.ts', `export { request } from 'undici';`, imports],
  ['undici on the way of bytes', 'src/storage/http/fetch-all.ts', `export { request } from 'undici';`, imports],
  ['piscina outside executor', 'src/app/piscina.ts', `export { Piscina } from 'piscina';`, imports],
  ['SQLite outside its rooms', 'src/control/sqlite.ts', `export { DatabaseSync } from 'node:sqlite';`, imports],
  ['SQLite in storage', 'src/storage/sqlite.ts', `export const a = import('node:sqlite');`, imports],
  ['commander outside the command line', 'src/app/commander.ts', `export { Command } from 'commander';`, imports],
  [
    'log-update outside the command line',
    'src/app/log-update.ts',
    `export { createLogUpdate } from 'log-update';`,
    imports,
  ],
  ['hono outside the HTTP interface', 'src/app/hono.ts', `export { Hono } from 'hono';`, imports],
  ['the HTTP server outside its file', 'src/api/server.ts', `export { serve } from '@hono/node-server';`, imports],
  ['prom-client outside its file', 'src/telemetry/figures.ts', `export { Counter } from 'prom-client';`, imports],
  [
    'the HTTP interface importing an adapter',
    'src/api/adapter.ts',
    `export * from '../journal/sqlite-journal.ts';`,
    imports,
  ],
  ['zod outside its rooms', 'src/hls/zod.ts', `export { z } from 'zod';`, imports],
  ['a development tool in the product', 'src/hls/oracle.ts', `export { Parser } from 'm3u8-parser';`, imports],
  ['files in the domain', 'src/domain/files.ts', `export { readFile } from 'node:fs/promises';`, imports],

  [
    'the dashboard importing the service',
    'dashboard/src/parts/domain.ts',
    `export * from '../../../src/domain/bits.ts';`,
    imports,
  ],
  [
    'the contract outside its file of the dashboard',
    'dashboard/src/live/contract.ts',
    `export type * from '../../../src/api/contract.ts';`,
    imports,
  ],
  [
    'a package of the product in the dashboard',
    'dashboard/src/parts/http.ts',
    `export { request } from 'undici';`,
    imports,
  ],
  ['the chart outside its file', 'dashboard/src/views/chart.ts', `export { default as Plot } from 'uplot';`, imports],
  [
    'a module of Node in the dashboard',
    'dashboard/src/parts/files.ts',
    `export { readFile } from 'node:fs/promises';`,
    imports,
  ],
  ['React in the product', 'src/api/react.ts', `export { useState } from 'react';`, imports],

  ['process.env', 'src/app/env.ts', `export const a = process.env['HOME'];`, processEnv],
  ['env taken out of process', 'src/app/env-taken.ts', `export const { env } = process;`, properties],
  ['process by way of globalThis', 'src/app/env-global.ts', `export const a = globalThis.process.env;`, properties],
  ['env of node:process', 'src/app/env-import.ts', `export { env } from 'node:process';`, imports],
  [
    'node:process as a default',
    'src/app/env-default.ts',
    `import p from 'node:process';\nexport const a = p.env;`,
    imports,
  ],
  [
    'node:process as a namespace',
    'src/app/env-all.ts',
    `import * as p from 'node:process';\nexport const a = p.env;`,
    imports,
  ],
  ['a module behind the linter', 'src/hls/builtin.ts', `export const a = process.getBuiltinModule('fs');`, properties],

  ['a cycle', 'src/hls/cycle-a.ts', `import { b } from './cycle-b.ts';\nexport const a = (): unknown => b;`, cycle],
  [
    'its other half',
    'src/hls/cycle-b.ts',
    `import { a } from './cycle-a.ts';\nexport const b = (): unknown => a;`,
    cycle,
  ],
  ['a cycle of types', 'src/hls/types-a.ts', `import type { B } from './types-b.ts';\nexport type A = B[];`, cycle],
  ['its other half', 'src/hls/types-b.ts', `import type { A } from './types-a.ts';\nexport type B = A[];`, cycle],

  [
    'a floating promise',
    'src/hls/floating.ts',
    `export function a(): void {\n  Promise.resolve();\n}`,
    'typescript(no-floating-promises)',
  ],
  ['console in a room', 'src/app/console.ts', `console.log('a');`, 'eslint(no-console)'],
  ['a default export', 'src/hls/default.ts', `export default 1;`, 'import(no-default-export)'],
  ['any', 'src/hls/any.ts', `export type A = any;`, 'typescript(no-explicit-any)'],
];

/** What must pass: each room's own ways. */
const fine: readonly (readonly [what: string, path: string, text: string])[] = [
  ['hls on domain', 'src/hls/fine.ts', `export * from '../domain/video.ts';\nexport * from './walk.ts';`],
  ['a digest in the domain', 'src/domain/fine.ts', `export { createHash } from 'node:crypto';`],
  [
    'ledger on state and SQLite',
    'src/ledger/fine.ts',
    `export * from '../state/file.ts';\nexport * from 'node:sqlite';`,
  ],
  ['the SDK in its adapter', 'src/storage/s3/fine.ts', `export * from '@aws-sdk/client-s3';`],
  [
    'a folder on its own room and the domain',
    'src/storage/folder/fine.ts',
    `export * from '../object-store.ts';\nexport * from '../s3/store.ts';\nexport * from './store.ts';\nexport * from '../../domain/video.ts';`,
  ],
  [
    'undici beside connections through a proxy',
    'src/storage/proxy/fine.ts',
    `export * from 'undici';\nexport { readFile } from 'node:fs/promises';`,
  ],
  [
    'ports and services in the engine',
    'src/engine/fine.ts',
    `${portImports('../')}\nexport * from '../crawler/crawl.ts';`,
  ],
  ['the environment in a folder of config', 'src/config/input/fine.ts', `export const home = process.env['HOME'];`],
  ['checksums in a service', 'src/transfer/fine.ts', `export * from '../storage/checksum.ts';`],
  ['every port in a service', 'src/control/fine.ts', portImports('../')],
  [
    'the app on adapters and services',
    'src/app/fine.ts',
    `export * from '../storage/s3/store.ts';\nexport * from '../crawler/crawl.ts';`,
  ],
  ['the environment in config', 'src/config/fine.ts', `export const home = process.env['HOME'];`],
  ['files in a store', 'src/storage/fine.ts', `export { readFile } from 'node:fs/promises';`],
  [
    'anything in a test beside the code',
    'src/crawler/fine.test.ts',
    `export * from '../storage/memory-source.ts';\nexport * from 'fast-check';`,
  ],
  [
    'anything in tests',
    'test/fine.ts',
    `export * from '../src/storage/s3/store.ts';\nexport const a = process.env['HOME'];`,
  ],
  [
    'the contract in its file of the dashboard',
    'dashboard/src/api/contract.ts',
    `import type * as contract from '../../../src/api/contract.ts';\nexport type A = typeof contract;`,
  ],
  [
    'the wording of amounts in the dashboard',
    'dashboard/src/views/amounts.ts',
    `export { formatBytes } from '../../../src/domain/report/amount-text.ts';`,
  ],
  [
    'React in the dashboard',
    'dashboard/src/views/fine.ts',
    `export { useState } from 'react';\nexport * from '../live/store.ts';`,
  ],
  ['anything in scripts', 'scripts/fine.ts', `export * from '../src/app/embedded/copy-library.ts';\nconsole.log(1);`],
  ['anything in benches', 'bench/fine.ts', `export * from '../src/app/embedded/copy-library.ts';\nconsole.log(1);`],
];

function portImports(up: string): string {
  return Object.entries(ports)
    .flatMap(([room, files]) => files.map((file) => `export * from '${up}${room}/${file}';`))
    .join('\n');
}

const guards = [imports, properties, processEnv, cycle, typeImports, 'eslint(no-console)'];

describe('layers', () => {
  let verdicts: Verdicts;
  beforeAll(async () => {
    const planted = [...violations, ...fine].map(([, path, text]) => [path, `${text}\n`] as const);
    verdicts = await lintPlanted(Object.fromEntries(planted));
  });

  it.each(violations)('refuse %s (%s)', (_what, path, _text, rule) => {
    expect(verdicts.get(path)).toContainEqual(expect.stringContaining(rule));
  });

  it.each(fine)('admit %s (%s)', (_what, path) => {
    const refused = verdicts.get(path)?.filter((verdict) => guards.some((guard) => verdict.startsWith(guard)));
    expect(refused).toEqual([]);
  });

  it('know every folder of src, and no other', async () => {
    const entries = await readdir(join(projectFolder, 'src'), { withFileTypes: true });
    const known = Object.keys(rooms);
    expect(entries.filter((entry) => !entry.isDirectory() || !known.includes(entry.name))).toEqual([]);
  });

  it('are drawn in CONTRIBUTING.md, with every folder', async () => {
    const drawn = await readFile(join(projectFolder, 'CONTRIBUTING.md'), 'utf8');
    const tree = /^src\/\n([\s\S]*?)^test\/$/m.exec(drawn)?.[1] ?? '';
    const named = new Set(tree.match(/^ {2,4}(?:[a-z0-9-]+\/ ?)+/gm)?.flatMap((names) => names.trim().split(/ +/)));
    const folders = await readdir(join(projectFolder, 'src'), { withFileTypes: true, recursive: true });
    const present = folders.flatMap((entry) => (entry.isDirectory() ? [`${entry.name}/`] : []));
    expect([...named].toSorted()).toEqual([...new Set(present)].toSorted());
  });

  it('know ports that are there', async () => {
    for (const [room, files] of Object.entries(ports)) {
      expect(await readdir(join(projectFolder, 'src', room))).toEqual(expect.arrayContaining([...files]));
    }
  });

  it('point downwards only', () => {
    for (const [name, room] of Object.entries(rooms)) {
      const above = room.rooms.filter((other) => (rooms[other]?.layer ?? Infinity) > room.layer);
      expect({ name, above }).toEqual({ name, above: [] });
    }
  });
});
