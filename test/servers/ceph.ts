import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../scripts/run-command.ts';
import { answers } from './answers.ts';
import { freePort } from './free-port.ts';
import type { S3Server } from './s3-server.ts';
import { spawnServer, startStore, until } from './store-program.ts';
import type { Launch, ServerProcess } from './store-program.ts';

/** The release of Debian 12, whose packages are used. */
export const cephVersion = '16.2.15';

/** For one command. */
const patienceMs = 180_000;

/** Starts Ceph on this machine: a monitor, one OSD that keeps its data in memory, and the gateway. */
export async function startCeph(): Promise<S3Server> {
  await assertVersion();
  return startStore(undefined, async (launch) => {
    const { folder, port } = launch;
    const monitorPort = await freePort();
    const configuration = join(folder, 'ceph.conf');
    const [keyring, monitors, fsid, osd] = [
      join(folder, 'keyring'),
      join(folder, 'monmap'),
      randomUUID(),
      randomUUID(),
    ];
    const env = { CEPH_CONF: configuration };
    const run = (program: string, ...args: readonly string[]): Promise<void> => runProgram(program, args, env);
    const servers: ServerProcess[] = [];
    const start = (name: string, ...args: readonly string[]): void => {
      servers.push(spawnServer(name, [...args, '-f'], env));
    };
    const stop = async (): Promise<void> => {
      await Promise.all(servers.map((server) => server.stop()));
    };
    try {
      for (const name of ['mon', 'osd', 'run']) await mkdir(join(folder, name));
      await writeFile(configuration, configurationOf(launch, { fsid, monitorPort }));
      const newKey = ['--gen-key', '--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *'];
      await run('ceph-authtool', '--create-keyring', keyring, '-n', 'mon.', ...newKey);
      for (const name of ['client.admin', 'osd.0']) await run('ceph-authtool', keyring, '-n', name, ...newKey);
      // Without a map, a monitor takes the default ports, whatever `mon_host` says, and never finds itself.
      const address = `[v2:127.0.0.1:${monitorPort}]`;
      await run('monmaptool', '--create', '--fsid', fsid, '--addv', 'a', address, monitors);
      await run('ceph-mon', '-i', 'a', '--mkfs', '--monmap', monitors, '--keyring', keyring);
      start('ceph-mon', '-i', 'a');
      await run('ceph', 'osd', 'new', osd);
      await run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd, '--no-mon-config');
      start('ceph-osd', '-i', '0');
      const user = ['--uid=flants', '--display-name=flants'];
      const keys = [`--access-key=${launch.accessKeyId}`, `--secret-key=${launch.secretAccessKey}`];
      await run('radosgw-admin', 'user', 'create', ...user, ...keys);
      start('radosgw', '-n', 'client.admin');
      const isOver = (): boolean => servers.some((server) => server.isOver());
      await until(() => answers(port), { isOver, what: 'Ceph' });
    } catch (error) {
      await stop();
      throw error;
    }
    return { stop, makesBuckets: true };
  });
}

/** Debian's other releases have other versions, which may do otherwise. */
async function assertVersion(): Promise<void> {
  const { stdout } = await runCommand('radosgw', ['--version']);
  if (!stdout.startsWith(`ceph version ${cephVersion} `)) {
    throw new Error(`Debian 12's Ceph ${cephVersion} is wanted, and here is ${stdout.trim() || 'none'}`);
  }
}

async function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const { code, stderr } = await runCommand(program, args, { env, timeoutMs: patienceMs });
  if (code !== 0) throw new Error(`${program} ${args[0]}: ${stderr.trim().split('\n').at(-1) ?? code}`);
}

/** One of everything, on the loopback, with nothing outside the folder. */
function configurationOf(
  { folder, port }: Launch,
  { fsid, monitorPort }: { readonly fsid: string; readonly monitorPort: number },
): string {
  return `[global]
fsid = ${fsid}
mon_host = v2:127.0.0.1:${monitorPort}
keyring = ${folder}/keyring
run_dir = ${folder}/run
admin_socket = ${folder}/run/$name.asok
pid_file = ${folder}/run/$name.pid
log_file = ${folder}/$name.log
crash_dir = ${folder}/crash
mon_data = ${folder}/mon
osd_data = ${folder}/osd
rgw_data = ${folder}/rgw
osd_objectstore = memstore
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
rgw_frontends = beast endpoint=127.0.0.1:${port}

[osd]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
`;
}
