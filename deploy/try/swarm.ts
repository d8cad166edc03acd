import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../../scripts/run-command.ts';
import { runBlock } from './document.ts';

const began = Date.now();
const minute = 60_000;

/** Says a line with the seconds since the start. */
export function say(text: string): void {
  console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(7)} s  ${text}`);
}

/** Runs docker. @returns what it wrote. @throws when it fails */
export async function docker(...args: readonly string[]): Promise<string> {
  return run('docker', args);
}

async function run(
  command: string,
  args: readonly string[],
  {
    env = {},
    codes = [0],
  }: { readonly env?: Readonly<Record<string, string>>; readonly codes?: readonly number[] } = {},
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, { env: { DOCKER_BUILDKIT: '1', ...env } });
  if (codes.includes(code)) return stdout.trim();
  throw new Error(`${command} ${args.slice(0, 4).join(' ')} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
}

/** Waits until it is so; fails after ten minutes. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10 * minute; !(await isSo()); await sleep(1000))
    if (Date.now() > end) throw new Error(`never: ${what}`);
}

/** A stack on the Swarm, and the node that it runs on. */
export interface Swarm {
  run: typeof run;
  /** Waits until each service has all of its processes, healthy where they can tell. */
  allRunning(): Promise<void>;
  /** Ids of the stack's running containers. */
  containers(): Promise<readonly string[]>;
  healthyContainers(service: string): Promise<readonly string[]>;
  containerOf(service: string): Promise<string>;
  imageOf(service: string): Promise<string>;
  /** Runs a verb where Redis, journal and rights are known: beside the aggregator. */
  flants(...words: readonly string[]): Promise<string>;
  availability(value: 'active' | 'drain'): Promise<void>;
  /** Begins to replace the processes of a service. */
  update(service: string, image: string): Promise<void>;
  updateEnds(service: string, state: 'completed' | 'rollback_completed'): Promise<void>;
  logs(service: string): Promise<string>;
  /** Removes the stack with its volumes, and the Swarm if it was made for this. */
  remove(): Promise<void>;
}

/** Finds the Swarm of this node or makes one, and prepares the node for the stack. */
export async function createSwarm(stack: string): Promise<Swarm> {
  const isOurs = (await docker('info', '--format', '{{.Swarm.LocalNodeState}}')) !== 'active';
  if (isOurs) await docker('swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:2377');
  const node = await docker('info', '--format', '{{.Swarm.NodeID}}');
  await runBlock('label', { NODE: node });
  const inStack = `label=com.docker.stack.namespace=${stack}`;

  const ps = async (...filters: readonly string[]): Promise<readonly string[]> => {
    const text = await docker('ps', '--quiet', '--no-trunc', ...filters.flatMap((filter) => ['--filter', filter]));
    return text === '' ? [] : text.split('\n');
  };
  const serviceLabel = (service: string): string => `label=com.docker.swarm.service.name=${stack}_${service}`;
  const healthyContainers = (service: string) => ps(serviceLabel(service), 'health=healthy');
  const containerOf = async (service: string): Promise<string> => {
    const [id] = await healthyContainers(service);
    if (id === undefined) throw new Error(`no ${service} runs`);
    return id;
  };
  const services = async (): Promise<readonly string[]> =>
    (await docker('stack', 'services', stack, '--format', '{{.Name}} {{.Replicas}}')).split('\n');

  return {
    run,
    containers: () => ps(inStack),
    healthyContainers,
    containerOf,
    allRunning: () =>
      until('all services run', async () => {
        const counts = await services();
        return counts.every((line) => {
          const [, now, wanted] = / (\d+)\/(\d+)/.exec(line) ?? [];
          return now !== undefined && now === wanted;
        });
      }),
    imageOf: (service) =>
      docker('service', 'inspect', `${stack}_${service}`, '--format', '{{.Spec.TaskTemplate.ContainerSpec.Image}}'),
    // 2: something is not whole, or not yet.
    flants: async (...words) =>
      run('docker', ['exec', await containerOf('aggregator'), 'flants', ...words], { codes: [0, 2] }),
    availability: async (value) => void (await docker('node', 'update', '--availability', value, node)),
    async update(service, image) {
      const args = ['service', 'update', '--detach=true', '--no-resolve-image', '--image', image];
      await docker(...args, `${stack}_${service}`);
    },
    updateEnds: (service, state) =>
      until(`the update of ${service} is ${state}`, async () => {
        const format = '{{if .UpdateStatus}}{{.UpdateStatus.State}} {{.UpdateStatus.Message}}{{end}}';
        const status = await docker('service', 'inspect', `${stack}_${service}`, '--format', format);
        const [now = ''] = status.split(' ');
        if (/^(?:paused|rollback_paused|completed|rollback_completed)$/.test(now) && now !== state)
          throw new Error(`the update of ${service} ended as ${status}`);
        return now === state;
      }),
    logs: (service) => docker('service', 'logs', '--raw', `${stack}_${service}`).catch(String),
    async remove() {
      await docker('stack', 'rm', stack).catch(String);
      await until('all processes have ended', async () => (await ps(inStack)).length === 0);
      await sleep(3000);
      for (const volume of ['redis', 'store'])
        await docker('volume', 'rm', '--force', `${stack}_${volume}`).catch(String);
      await docker('node', 'update', '--label-rm', 'flants.redis', node).catch(String);
      if (isOurs) await docker('swarm', 'leave', '--force');
    },
  };
}
