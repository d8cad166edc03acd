import { FlantsError } from '../domain/failure.ts';
import type { RedisClient } from './connect.ts';

/** What a server says of itself; absent: it does not let us ask. */
export interface RedisFacts {
  /** Answer to INFO: lines `name:value`. */
  readonly info: Readonly<Record<string, string>>;
  /** Answer to CONFIG GET; managed servers refuse it. */
  readonly config?: Readonly<Record<string, string>>;
}

/** What is wrong with a server, and the line that mends it. */
export interface SettingsFault {
  readonly problem: string;
  readonly mend: string;
}

/** What is to be said of a server. */
export interface SettingsVerdict {
  readonly faults: readonly SettingsFault[];
  readonly warnings: readonly string[];
}

/** Oldest versions, as [major, minor]. Redis 7 has what our scripts and BullMQ's use; Valkey began at 7.2. */
const oldest = { Redis: [7, 0], Valkey: [7, 2] } as const;

/**
 * Checks at the start that a server keeps what it acknowledges: it may lose its memory and we lose time only, but
 * through settings it would lose it again and again.
 *
 * @returns what could not be checked, in words for people
 * @throws {FlantsError} `usage` with every fault, and the lines that mend them
 */
export async function checkRedisSettings(client: RedisClient): Promise<readonly string[]> {
  const { faults, warnings } = judgeRedis(await askRedisFacts(client));
  const said = faults.map(({ problem, mend }) => `${problem}: ${mend}`);
  if (said.length > 0) throw new FlantsError('usage', `Redis is not fit for use: ${said.join('; ')}`);
  return warnings;
}

/** The decision of `checkRedisSettings`. */
export function judgeRedis({ info, config }: RedisFacts): SettingsVerdict {
  const faults = [...versionFaults(info)];
  const warnings: string[] = [];
  if (info['role'] === 'slave')
    faults.push({ problem: 'it is a replica, which refuses writes', mend: 'give the address of its primary' });
  const policy = config?.['maxmemory-policy'] ?? info['maxmemory_policy'];
  if (policy === undefined) warnings.push('Redis does not show its maxmemory-policy: make sure that it is noeviction');
  else if (policy !== 'noeviction')
    faults.push(wrong('maxmemory-policy', policy, 'noeviction', 'it may drop keys at any time'));
  if (config?.['appendonly'] === undefined) {
    warnings.push(
      'Redis does not show whether it keeps a file (appendonly yes, appendfsync everysec): without one, FLAnts ' +
        'checks the whole library again after each restart of Redis',
    );
  } else if (config['appendonly'] !== 'yes') {
    faults.push(wrong('appendonly', config['appendonly'], 'yes', 'it loses everything when it restarts'));
  }
  if (config?.['appendfsync'] === 'no') {
    faults.push(wrong('appendfsync', 'no', 'everysec', 'it may lose half a minute of work, or more'));
  }
  return { faults, warnings };
}

function wrong(name: string, found: string, wanted: string, why: string): SettingsFault {
  return {
    problem: `${name} is ${found} (${why})`,
    mend: `run "CONFIG SET ${name} ${wanted}" there, and put "${name} ${wanted}" into its redis.conf`,
  };
}

function* versionFaults(info: Readonly<Record<string, string>>): Generator<SettingsFault> {
  const name = info['valkey_version'] === undefined ? 'Redis' : 'Valkey';
  const version = info['valkey_version'] ?? info['redis_version'] ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldest[name];
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  const needed = Object.entries(oldest).map(([each, parts]) => `${each} ${parts.join('.')}`);
  yield {
    problem: `it is ${name} ${version || 'of an unknown version'}`,
    mend: `${needed.join(' or ')}, or newer, is needed`,
  };
}

/** Asks a server what it says of itself. @throws {FlantsError} `usage` or `state.unusable` if it says nothing */
export async function askRedisFacts(client: RedisClient): Promise<RedisFacts> {
  const info = Object.fromEntries(pairs(await infoOf(client)));
  const config = await client.config('GET', 'appendonly', 'appendfsync', 'maxmemory-policy').catch(unlessRefused);
  return Array.isArray(config) ? { info, config: Object.fromEntries(couples(config.map(String))) } : { info };
}

/** BullMQ asks for it too, and does not work without. */
async function infoOf(client: RedisClient): Promise<string> {
  const info = await client.info().catch(unlessRefused);
  if (info !== undefined) return info;
  throw new FlantsError('usage', 'Redis refuses INFO, which the queues need: run "ACL SETUSER <user> +info"');
}

/** Unknown or forbidden commands are no answer; anything else is an error. */
function unlessRefused(error: unknown): undefined {
  if (error instanceof Error && /^(NOPERM|ERR unknown (sub)?command)/i.test(error.message)) return undefined;
  const reason = error instanceof Error ? error.message : String(error);
  throw new FlantsError('state.unusable', `Redis does not show its settings: ${reason}`, { cause: error });
}

function* pairs(info: string): Generator<[string, string]> {
  for (const line of info.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) yield [line.slice(0, colon), line.slice(colon + 1)];
  }
}

function* couples(flat: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at + 1 < flat.length; at += 2) yield [flat[at] ?? '', flat[at + 1] ?? ''];
}
