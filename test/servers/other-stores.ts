import { findTool } from '../../scripts/tools.ts';
import type { ToolName } from '../../scripts/tools.ts';
import type { StoreCapabilities } from '../../src/storage/object-store.ts';
import { allCapabilities } from '../contract/object-store/bench.ts';
import type { Shortcoming } from '../contract/object-store/bench.ts';
import { cephVersion, startCeph } from './ceph.ts';
import type { S3Server } from './s3-server.ts';
import { startSeaweedfs } from './seaweedfs.ts';
import { bucket, startProgram } from './store-program.ts';
import { startVersitygw } from './versitygw.ts';

/** An S3 server that others wrote, and what it is known to guard and keep. */
export interface OtherStore {
  readonly name: string;
  readonly version: string;
  readonly tool: ToolName;
  readonly capabilities: StoreCapabilities;
  readonly shortcomings?: readonly Shortcoming[];
  /** Also in `npm test`, where it is installed. The others are for `npm run stores`. */
  readonly isUsual: boolean;
  readonly start: () => Promise<S3Server>;
}

/** The stores beside those that all tests use (versitygw, fauxqs). */
export const otherStores: readonly OtherStore[] = [
  {
    name: 'versitygw',
    version: '1.8.0',
    tool: 'versitygw',
    isUsual: false,
    capabilities: { ...allCapabilities, emptySegments: false },
    shortcomings: ['replaces-own-files'],
    start: startVersitygw,
  },
  {
    name: 'rclone serve s3',
    version: '1.76.0',
    tool: 'rclone',
    isUsual: true,
    capabilities: { ...allCapabilities, emptySegments: false },
    start: () =>
      startProgram({
        tool: 'rclone',
        args: ({ folder, port, accessKeyId, secretAccessKey }) =>
          words(`serve s3 ${folder} --addr 127.0.0.1:${port} --auth-key ${accessKeyId},${secretAccessKey}`),
      }),
  },
  {
    name: 'Ceph radosgw',
    version: cephVersion,
    tool: 'ceph',
    isUsual: false,
    capabilities: { ...allCapabilities, etags: 'bare', checksums: 'md5' },
    start: startCeph,
  },
  {
    name: 's3s-fs',
    version: '0.14.1',
    tool: 's3s-fs',
    isUsual: true,
    capabilities: { ...allCapabilities, checksums: 'none', emptySegments: false },
    shortcomings: ['no-etags-listed', 'conditions-race'],
    start: () =>
      startProgram({
        tool: 's3s-fs',
        args: ({ folder, port, accessKeyId, secretAccessKey }) =>
          words(
            `--host 127.0.0.1 --port ${port} --access-key ${accessKeyId} --secret-key ${secretAccessKey} ${folder}`,
          ),
      }),
  },
  {
    name: 'SeaweedFS',
    version: '4.53',
    tool: 'weed',
    isUsual: false,
    capabilities: { ...allCapabilities, emptySegments: false },
    shortcomings: ['backslash-is-slash'],
    start: startSeaweedfs,
  },
  {
    name: 'moto',
    version: '5.2.5',
    tool: 'moto',
    isUsual: true,
    capabilities: { ...allCapabilities, checksums: 'none' },
    // Its threads look at what stands there, and then write: 11 of 800 keys with eight writers each, on a busy machine.
    shortcomings: ['conditions-race'],
    start: () =>
      startProgram({ tool: 'moto', args: ({ port }) => words(`-H 127.0.0.1 -p ${port}`), asksForBucket: true }),
  },
  {
    name: 'gofakes3',
    version: '1.2.0',
    tool: 'gofakes3',
    isUsual: false,
    capabilities: { ...allCapabilities, checksums: 'md5', cacheControl: false },
    start: () =>
      startProgram({
        tool: 'gofakes3',
        args: ({ port }) => words(`-backend memory -host 127.0.0.1:${port}`),
        asksForBucket: true,
      }),
  },
  {
    name: 's3rver',
    version: '3.7.1',
    tool: 's3rver',
    isUsual: false,
    capabilities: {
      ...allCapabilities,
      createOnly: false,
      replaceOnly: false,
      checksums: 'none',
      emptySegments: false,
    },
    start: () =>
      startProgram({
        tool: 's3rver',
        // It knows these only.
        keys: ['S3RVER', 'S3RVER'],
        // It marks the pages of a listing by a cipher that OpenSSL 3 has put aside.
        env: { NODE_OPTIONS: '--openssl-legacy-provider' },
        args: ({ folder, port }) => words(`-d ${folder} -a 127.0.0.1 -p ${port} --configure-bucket ${bucket}`),
      }),
  },
];

/** Whether `npm run stores` runs the tests. */
export const isThorough = process.env['FLANTS_TEST_STORES'] === 'all';

/** Those to be tested now. */
export const testedStores: readonly OtherStore[] = otherStores.filter(({ isUsual }) => isUsual || isThorough);

/** Whether a store is installed. */
export function hasStore({ tool }: OtherStore): boolean {
  return findTool(tool) !== undefined;
}

/** The words of a command line without spaces in them. */
function words(line: string): readonly string[] {
  return line.split(' ');
}
