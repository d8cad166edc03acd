import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';

/** What else than `npm test` wants tools: `npm run bench`, `npm run stores`. */
export type Purpose = 'bench' | 'stores';

/** Something that tests or benches run and npm does not bring. */
export interface Tool {
  /** What people and test titles call it. */
  readonly name: string;
  /** Where it is looked for: paths, or names to be found on the `PATH`. Any one will do. */
  readonly places: readonly string[];
  readonly from:
    /** Names of packages, with spaces between them. */
    | { readonly apt: string }
    /** `replaces`: the replacements of its own go.mod, with which it is built in a module made for it. */
    | { readonly go: string; readonly version: string; readonly replaces?: readonly string[] }
    /** A pom of this checkout; its libraries go into the one place. */
    | { readonly maven: string }
    /** Into a folder of its own, which is two above the one place. */
    | { readonly pip: string }
    | { readonly npm: string }
    | { readonly cargo: string; readonly version: string; readonly features: string };
  /** What it is installed for, where that is not `npm test`. */
  readonly only?: readonly Purpose[];
  /** Name of the tool that is built with it: where that is there, this one is not missed. */
  readonly builds?: string;
}

const module = (file: string): string[] =>
  ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules'].map((folder) => join(folder, file));

const table = [
  { name: 'ffmpeg', places: ['ffmpeg'], from: { apt: 'ffmpeg' } },
  { name: 'openssl', places: ['openssl'], from: { apt: 'openssl' } },
  { name: 'nginx', places: ['nginx', '/usr/sbin/nginx'], from: { apt: 'nginx-light' } },
  { name: 'nginx-dav-ext', places: module('ngx_http_dav_ext_module.so'), from: { apt: 'libnginx-mod-http-dav-ext' } },
  { name: 'redis', places: ['redis-server', '/usr/bin/redis-server'], from: { apt: 'redis-server' } },
  { name: 'chromium', places: ['/usr/bin/chromium', 'chromium', 'chromium-browser'], from: { apt: 'chromium' } },
  { name: 'zsh', places: ['zsh'], from: { apt: 'zsh' } },
  { name: 'fish', places: ['fish'], from: { apt: 'fish' } },
  { name: 'mandoc', places: ['mandoc'], from: { apt: 'mandoc' } },
  { name: 'java', places: ['javac'], from: { apt: 'openjdk-17-jdk-headless' } },
  { name: 'maven', places: ['mvn'], from: { apt: 'maven' }, builds: 'mongo' },
  { name: 'mongo', places: [cacheFolder('mongo', '1.47.0')], from: { maven: 'test/servers/mongo/pom.xml' } },
  {
    name: 'versitygw',
    places: [cacheFolder('bin', 'versitygw')],
    from: { go: 'github.com/versity/versitygw/cmd/versitygw', version: 'v1.8.0' },
  },
  { name: 'autoconf', places: ['autoconf'], from: { apt: 'autoconf' }, builds: 'aws-lambda-ric' },
  { name: 'automake', places: ['automake'], from: { apt: 'automake' }, builds: 'aws-lambda-ric' },
  { name: 'libtool', places: ['libtoolize'], from: { apt: 'libtool' }, builds: 'aws-lambda-ric' },
  { name: 'cmake', places: ['cmake'], from: { apt: 'cmake' }, builds: 'aws-lambda-ric' },
  { name: 'g++', places: ['g++'], from: { apt: 'g++' }, builds: 'aws-lambda-ric' },
  {
    // Its native part is built, which takes two minutes.
    name: 'aws-lambda-ric',
    places: [cacheFolder('lambda', 'ric-4.0.2', 'node_modules', 'aws-lambda-ric', 'rapid-client.node')],
    from: { npm: 'aws-lambda-ric@4.0.2' },
  },
  {
    name: 'aws-lambda-rie',
    places: [cacheFolder('bin', 'aws-lambda-rie')],
    from: {
      go: 'github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie',
      version: 'v0.0.0-20261030222936-bef5c4ba774d',
    },
  },
  {
    name: 'rclone',
    places: [cacheFolder('bin', 'rclone')],
    from: { go: 'github.com/rclone/rclone', version: 'v1.76.0' },
    only: ['bench', 'stores'],
  },
  {
    name: 'weed',
    places: [cacheFolder('bin', 'weed')],
    // 4.53
    from: {
      go: 'github.com/seaweedfs/seaweedfs/weed',
      version: 'v0.0.0-20261109003541-7506e5f91cd6',
      replaces: ['github.com/tyler-smith/go-bip39=github.com/cosmos/go-bip39@v1.0.0'],
    },
    only: ['stores'],
  },
  { name: 'ceph', places: ['radosgw'], from: { apt: 'ceph-mon ceph-osd ceph-common radosgw' }, only: ['stores'] },
  {
    name: 'gofakes3',
    places: [cacheFolder('bin', 'gofakes3')],
    from: { go: 'github.com/johannesboyne/gofakes3/cmd/gofakes3', version: 'v1.2.0' },
    only: ['stores'],
  },
  {
    name: 's3s-fs',
    places: [cacheFolder('bin', 's3s-fs')],
    // The newest wants a newer Rust than Debian's users have.
    from: { cargo: 's3s-fs', version: '0.14.1', features: 'binary' },
    only: ['stores'],
  },
  {
    name: 'moto',
    places: [cacheFolder('stores', 'moto-5.2.5', 'bin', 'moto_server')],
    from: { pip: 'moto[server]==5.2.5' },
    only: ['stores'],
  },
  {
    name: 's3rver',
    places: [cacheFolder('stores', 's3rver-3.7.1', 'node_modules', '.bin', 's3rver')],
    from: { npm: 's3rver@3.7.1' },
    only: ['stores'],
  },
] as const satisfies readonly Tool[];

/** All of them, with pinned versions where the version matters. */
export const tools: readonly Tool[] = table;

/** Name of a tool of the table. */
export type ToolName = (typeof table)[number]['name'];

/**
 * Path of a tool as it is found now: an installation under way may change the answer, so nobody remembers it.
 *
 * @returns undefined where it is not installed
 */
export function findTool(name: ToolName): string | undefined {
  const tool = tools.find((each) => each.name === name);
  return tool && pathOf(tool);
}

function pathOf({ places }: Tool): string | undefined {
  return places.flatMap((place) => (place.startsWith('/') ? [place] : onPath(place))).find((path) => existsSync(path));
}

/** Whether a tool is not there, and missed. */
export function isMissing(tool: Tool): boolean {
  const built = tools.find(({ name }) => name === tool.builds);
  return pathOf(tool) === undefined && !(built && pathOf(built) !== undefined);
}

/** Whether a command can be found. */
export function isOnPath(command: string): boolean {
  return onPath(command).some((path) => existsSync(path));
}

function onPath(command: string): string[] {
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, command));
}
