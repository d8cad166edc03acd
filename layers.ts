/**
 * The rooms of `src/` and what each may import. `oxlint.config.ts` turns this
 * table into lint rules, and `test/architecture/` plants violations to see them
 * bite.
 *
 * Everything is refused unless it stands here: a folder that is not in the table
 * may import nothing, and a package that a room does not own is refused in it. A
 * room may have folders, one level deep, for files that belong together; they
 * may import what their room may. Tests are free.
 */

/** What one room may import, beside its own files and Node's modules. */
export interface Room {
  /** Arrows point from a higher layer to a lower one, or to the named neighbour. */
  readonly layer: number;
  /** Rooms of which every file may be imported. */
  readonly rooms: readonly string[];
  /** Whether it may import the ports of layer 2 (and no adapter). */
  readonly ports: boolean;
  /** Pure: of Node's modules only those that touch neither disk nor network nor processes. */
  readonly pure: boolean;
  /** Packages that it owns, each with the files that may import it. */
  readonly packages: Readonly<Record<string, string>>;
  /** Whether `process.env` is read here. */
  readonly readsEnvironment: boolean;
}

/** Port files of layer 2: what a service may know of a room with adapters. */
export const ports: Readonly<Record<string, readonly string[]>> = {
  storage: ['source.ts', 'object-store.ts', 'locator.ts'],
  queue: ['job-queue.ts'],
  ledger: ['ledger.ts', 'change-feed.ts'],
  journal: ['journal.ts'],
  catalogue: ['catalogue.ts'],
  executor: ['executor.ts'],
  cdn: ['cdn.ts'],
};

/** Pure files, and functions over ports alone, that every room from layer 2 on may import. */
export const freeFiles: readonly string[] = [
  'storage/probe/reachability.ts',
  'storage/checksum.ts',
  'storage/body-range.ts',
  'storage/confirm-object.ts',
  'storage/http/decode.ts',
  'storage/unchanged.ts',
  'storage/own-bucket.ts',
  'storage/list-persistently.ts',
  'storage/persistently.ts',
  'storage/circuit-breaker.ts',
  'storage/paced-source.ts',
  'storage/large-readings.ts',
  'journal/align.ts',
  'journal/failed-files.ts',
  'journal/initial-record.ts',
  'journal/tally.ts',
  'journal/record-cache.ts',
  'journal/failure-causes.ts',
  'journal/report-video.ts',
  'journal/restore.ts',
  'ledger/keep-lease.ts',
];

/** Node's modules that a pure room may import. */
export const pureModules: readonly string[] = [
  'node:buffer',
  'node:crypto',
  'node:path',
  'node:path/posix',
  'node:url',
  'node:util',
  'node:zlib',
];

/** Node's modules that belong to some rooms only, or to none. */
export const ownedModules: Readonly<Record<string, readonly string[]>> = {
  'node:sqlite': ['state', 'ledger', 'journal'],
  // The global `process` does as well, and its `env` is easier to watch.
  'node:process': [],
};

/** Owner of a package that every file of a room may import. */
const anyFile = '**/*.ts';

const base = ['domain', 'config', 'telemetry'];
const adapters = ['state', 'redis', ...Object.keys(ports)];
const services = ['scanner', 'crawler', 'transfer', 'publisher', 'aggregator', 'verifier', 'control', 'monitor'];

const closed = { rooms: [], ports: false, pure: false, packages: {}, readsEnvironment: false } as const;
const adapterRoom: Room = { ...closed, layer: 2, rooms: base };
const serviceRoom: Room = { ...closed, layer: 3, rooms: [...base, 'hls'], ports: true };

/** Every folder of `src/`. */
export const rooms: Readonly<Record<string, Room>> = {
  domain: { ...closed, layer: 0, pure: true },
  hls: { ...closed, layer: 0, pure: true, rooms: ['domain'] },

  config: {
    ...closed,
    layer: 1,
    rooms: ['domain'],
    packages: { zod: anyFile, yaml: 'input/config-file.ts', picomatch: 'values/selection.ts' },
    readsEnvironment: true,
  },
  telemetry: { ...closed, layer: 1, rooms: ['domain', 'config'], packages: { 'prom-client': 'metrics.ts' } },

  state: adapterRoom,
  redis: { ...adapterRoom, packages: { ioredis: 'connect.ts' } },
  storage: {
    ...adapterRoom,
    packages: {
      undici: 'proxy/*.ts',
      'undici/**': 'proxy/undici.ts',
      'tough-cookie': 'http/cookies.ts',
      '@aws-sdk/*': 's3/*.ts',
      '@smithy/core/config': 's3/region.ts',
    },
  },
  queue: { ...adapterRoom, rooms: [...base, 'redis'], packages: { bullmq: 'bullmq-*.ts' } },
  ledger: { ...adapterRoom, rooms: [...base, 'state', 'redis'] },
  journal: { ...adapterRoom, rooms: [...base, 'state'], ports: true },
  catalogue: {
    ...adapterRoom,
    packages: { bson: 'bson-values.ts', mongodb: 'mongo/*.ts', 'csv-parse': 'csv-rows.ts' },
  },
  cdn: { ...adapterRoom, rooms: [...base, 'storage'] },
  executor: { ...adapterRoom, packages: { piscina: 'threads.ts', '@aws-sdk/client-lambda': 'lambda/client.ts' } },

  ...Object.fromEntries(services.map((name) => [name, serviceRoom])),

  api: {
    ...closed,
    layer: 4,
    rooms: [...base, 'control', 'monitor'],
    packages: {
      hono: anyFile,
      'hono/*': anyFile,
      '@hono/node-server': 'library-app.ts',
      '@hono/node-server/*': 'page-routes.ts',
      zod: anyFile,
    },
  },
  engine: { ...closed, layer: 4, rooms: [...base, 'hls', ...services], ports: true },
  app: {
    ...closed,
    layer: 5,
    rooms: [...base, 'hls', ...adapters, ...services, 'api', 'engine'],
    packages: { fflate: 'functions/archive.ts' },
  },
  lambda: {
    ...closed,
    layer: 6,
    rooms: [...base, ...adapters, 'transfer', 'app'],
    packages: { '@aws-sdk/client-ssm': 'header-parameter.ts' },
  },
  cli: {
    ...closed,
    layer: 6,
    rooms: [...base, 'control', 'app'],
    packages: { commander: anyFile, 'log-update': anyFile, '@clack/prompts': 'ask-config.ts' },
  },
};

/** Packages of the dashboard, each with the files that may import it. It is no room: it runs in a browser. */
const dashboardPackages: Readonly<Record<string, string>> = {
  react: anyFile,
  'react-dom/client': 'main.tsx',
  '@tanstack/react-query': anyFile,
  '@tanstack/react-virtual': 'views/*.tsx',
  wouter: anyFile,
  uplot: 'parts/rate-chart.tsx',
  'uplot/**': 'parts/rate-chart.tsx',
  'hls.js': 'parts/player.tsx',
  zod: 'api/contract.ts',
};

/** What the dashboard may know of the product, in one file and as types only. */
const dashboardContracts = ['../../../src/api/contract.ts', '../../../src/api/live-contract.ts'];

/** Pure code of the product that the dashboard runs as well: what people read is worded the same there. */
export const dashboardCode: readonly string[] = ['src/domain/report/amount-text.ts', 'src/domain/report/code-text.ts'];

/** Rules of one set of files, as gitignore patterns over import specifiers: the last that matches decides. */
export interface ImportRule {
  readonly files: readonly string[];
  readonly patterns: readonly string[];
  readonly message: string;
}

/**
 * Import rules in the order in which they replace one another: all of `src/`
 * shut, then each room, then the files that own a package.
 */
export function importRules(): readonly ImportRule[] {
  const shut: ImportRule = {
    files: ['src/**'],
    patterns: ['**'],
    message:
      'Not a room of layers.ts, or too deep: src/<room>/*.ts and src/<room>/<folder>/*.ts are, once entered there.',
  };
  return [shut, ...Object.entries(rooms).flatMap(([name, room]) => rulesOfRoom(name, room)), ...rulesOfDashboard()];
}

function rulesOfDashboard(): ImportRule[] {
  const rule = (owner: string): ImportRule => {
    const owned = Object.entries(dashboardPackages).filter(([, owners]) => owners === anyFile || owners === owner);
    const contracts = owner === dashboardPackages['zod'] ? dashboardContracts : [];
    const code = dashboardCode.flatMap((path) => [`../../${path}`, `../../../${path}`]);
    const own = ['./*', '../*', './*/*', '../*/*', '../style/*'];
    const open = [...own, ...owned.map(([name]) => name), ...contracts, ...code];
    return {
      files: [`dashboard/src/${owner === anyFile ? '**' : owner}`],
      patterns: ['**', ...open.map((pattern) => `!${pattern}`), '**/*.test.ts'],
      message: 'Not open to this file of the dashboard: layers.ts says which packages, types and pure files are.',
    };
  };
  return [...new Set([anyFile, ...Object.values(dashboardPackages)])].map(rule);
}

function rulesOfRoom(name: string, room: Room): ImportRule[] {
  const rule = (owner: string, depth: Depth): ImportRule => {
    const files = owner === anyFile ? (depth === 1 ? '*.ts' : '*/*.ts') : owner;
    const owned = Object.entries(room.packages).filter(([, owners]) => owners === anyFile || owners === owner);
    return {
      files: [`src/${name}/${files}`],
      patterns: [
        '**',
        ...allowed(name, room, depth).map((pattern) => `!${pattern}`),
        ...refusedImports(name),
        ...owned.map(([pattern]) => `!${pattern}`),
      ],
      message: `Not open to src/${name}: layers.ts says which rooms, port files and packages are.`,
    };
  };
  const special = Object.values(room.packages).filter((owner) => owner !== anyFile);
  return [
    rule(anyFile, 1),
    rule(anyFile, 2),
    ...[...new Set(special)].map((owner) => rule(owner, owner.includes('/') ? 2 : 1)),
  ];
}

/** Folders between `src/` and a file: its room, or its room and one folder in it. */
type Depth = 1 | 2;

function allowed(name: string, room: Room, depth: Depth): string[] {
  const portFiles = Object.entries(ports).flatMap(([owner, files]) => files.map((file) => `${owner}/${file}`));
  const files = [
    ...room.rooms.flatMap((other) => [`${other}/*.ts`, `${other}/*/*.ts`]),
    ...(room.ports ? portFiles : []),
    ...(room.layer >= 2 ? freeFiles : []),
  ].filter((file) => !file.startsWith(`${name}/`));
  const own = depth === 1 ? ['./*.ts', './*/*.ts'] : ['./*.ts', '../*.ts', '../*/*.ts'];
  const modules = room.pure ? pureModules : ['node:*', 'node:*/*'];
  return [...own, ...files.map((file) => `${'../'.repeat(depth)}${file}`), ...modules];
}

function refusedImports(name: string): string[] {
  const foreign = Object.entries(ownedModules).filter(([, owners]) => !owners.includes(name));
  return [...foreign.map(([module]) => module), '**/*.test.ts'];
}
