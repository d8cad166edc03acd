import { access, constants, stat, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { ProxySettings } from '../../config/values/proxies.ts';
import { failureOf } from '../../domain/failure.ts';
import type { Finding } from '../../domain/report/finding.ts';
import { GiB, MiB } from '../../domain/units.ts';
import { hasStateFile, openStateFile } from '../../state/file.ts';
import { takeLock } from '../../state/lock.ts';
import { mostConcurrency } from '../../config/values/concurrency.ts';
import { freeDescriptors } from '../fit-streams.ts';

/** The oldest Node that runs this, as `engines` of package.json has it. */
const oldestNode = [22, 19] as const;
/** Two for each file in flight, and some for the rest. */
const wantedDescriptors = 2 * mostConcurrency + 64;

/** Looks at Node and at what the process may open. */
export async function checkMachine(): Promise<readonly Finding[]> {
  return [nodeFinding(process.versions.node), await descriptorsFinding()];
}

function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
  const cores = availableParallelism();
  const message = `${version} on ${process.platform} ${process.arch}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${(totalmem() / GiB).toFixed(1)} GiB`;
  if (!isOld) return { check: 'Node', level: 'ok', message };
  return { check: 'Node', level: 'fault', message: `${message}: too old`, mend: 'install Node 24: https://nodejs.org' };
}

async function descriptorsFinding(): Promise<Finding> {
  const free = await freeDescriptors();
  if (free === undefined || free >= wantedDescriptors) {
    const message = free === undefined ? 'no limit is known' : `${free} more may be opened`;
    return { check: 'open files', level: 'ok', message };
  }
  return {
    check: 'open files',
    level: 'warning',
    message: `only ${free} more may be opened: fewer files are copied at a time`,
    mend: 'ulimit -n 65536',
  };
}

/** The proxies that requests take. */
export function checkProxies({ http, https, bypass }: ProxySettings): readonly Finding[] {
  const named = [
    ...(http === undefined ? [] : [`http through ${new URL(http).origin}`]),
    ...(https === undefined ? [] : [`https through ${new URL(https).origin}`]),
  ];
  if (named.length === 0) return [];
  const but = bypass.length === 0 ? '' : `, but not to ${bypass.join(', ')}`;
  return [{ check: 'proxy', level: 'ok', message: named.join(', ') + but }];
}

/** Looks at the folder that the state of a copy is in, or would be. Leaves nothing there. */
export async function checkStateFolder(folder: string): Promise<readonly Finding[]> {
  const place = { check: 'state', subject: folder };
  const mend = 'name another folder with --state DIR';
  const existing = await nearestFolder(folder);
  if (existing === undefined)
    return [{ ...place, level: 'fault', message: 'it cannot be made: a file is in its way', mend }];
  try {
    await access(existing, constants.W_OK | constants.X_OK);
  } catch {
    const message = existing === folder ? 'it cannot be written' : `it cannot be made: ${existing} cannot be written`;
    return [{ ...place, level: 'fault', message, mend: `sudo chown "$USER" ${existing}; or ${mend}` }];
  }
  return [
    stateFinding(folder, existing === folder),
    await spaceFinding('state space', existing, mend),
    ...(await fileSystemFindings(existing)),
  ];
}

function stateFinding(folder: string, exists: boolean): Finding {
  const place = { check: 'state', subject: folder };
  if (!exists || !hasStateFile(folder))
    return { ...place, level: 'ok', message: 'it can be written; nothing was copied with it yet' };
  try {
    takeLock(folder).release();
  } catch (error) {
    const { message } = failureOf(error);
    return { ...place, level: 'warning', message, mend: 'wait for its end; flants status works meanwhile' };
  }
  try {
    openStateFile(folder, { readOnly: true }).close();
    return { ...place, level: 'ok', message: 'it can be written, and nobody holds it' };
  } catch (error) {
    return {
      ...place,
      level: 'warning',
      message: failureOf(error).message,
      mend: 'name another folder with --state DIR',
    };
  }
}

/** The folder, or the closest one above it that exists. Undefined if a file is in the way. */
async function nearestFolder(path: string): Promise<string | undefined> {
  const found = await stat(path).catch((error: unknown) => error);
  if (found instanceof Error) {
    const isMissing = 'code' in found && found.code === 'ENOENT';
    return isMissing && dirname(path) !== path ? nearestFolder(dirname(path)) : undefined;
  }
  return (found as Awaited<ReturnType<typeof stat>>).isDirectory() ? path : undefined;
}

const scarceBytes = GiB;
const tooFewBytes = 100 * MiB;

/** Looks at the free space of a folder that exists. */
export async function spaceFinding(check: string, folder: string, mend: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const message = `${(freeBytes / GiB).toFixed(1)} GiB are free`;
  const subject = folder;
  if (freeBytes >= scarceBytes) return { check, subject, level: 'ok', message };
  return { check, subject, level: freeBytes < tooFewBytes ? 'fault' : 'warning', message, mend };
}

/** Types of file systems of other machines, as Linux numbers them: statfs(2). */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x00c36400, 'CephFS'],
  [0x5346414f, 'AFS'],
]);

async function fileSystemFindings(folder: string): Promise<readonly Finding[]> {
  const name = networkFileSystems.get((await statfs(folder)).type);
  if (name === undefined) return [];
  return [
    {
      check: 'state disk',
      subject: folder,
      level: 'warning',
      message: `it is on ${name}: SQLite's locks and shared memory may not work there, and it is slow`,
      mend: 'name a folder on a disk of this machine with --state DIR',
    },
  ];
}
