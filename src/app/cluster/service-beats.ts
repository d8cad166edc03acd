import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Role } from '../../config/service-options.ts';
import type { Failure } from '../../domain/failure.ts';
import type { HaltedService } from '../../domain/report/library-status.ts';
import type { LiveService, RateSample } from '../../domain/progress/live-view.ts';
import { createPaceMeter, createRateMeter } from '../../domain/progress/pace.ts';
import type { Rates } from '../../domain/progress/pace.ts';
import type { Pace } from '../../domain/progress/remaining.ts';
import { minute, second } from '../../domain/units.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { refusedByRedis } from '../../redis/refused.ts';
import { serverTimeMs } from '../../redis/server-time.ts';
import { repeat } from '../../engine/repeat.ts';
import { createRateHistory } from '../../monitor/rate-history.ts';

/** What a process tells of one of its roles. */
interface Beat {
  readonly role: Role;
  readonly version: string;
  /** When it began to tell, by the clock of Redis, which is the same for all. */
  readonly since: number;
  /** Grows with each beat. */
  readonly count: number;
  /** Since it started. */
  readonly files: number;
  readonly bytes: number;
  /** Why its work cannot continue. */
  readonly halted?: Failure;
  /** By the same clock. Absent: an earlier version. */
  readonly at?: number;
}

/** What a role has copied since its process started. */
export type WorkDone = Pick<Beat, 'files' | 'bytes'>;

const beatMs = 2 * second;
/** A process that was not heard for this long is forgotten. */
const forgottenMs = 10 * minute;
/** One that was not heard for this long is forgotten where another has taken its place: five beats were missing. */
const silentMs = 10 * second;

/**
 * Name of this process among all of a cluster. Containers in the network of their host have its name, and all of them the
 * same process id.
 */
export const processId = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;

/** A role of this process, and what it has done. */
export interface BeatingRole {
  readonly role: Role;
  readonly work: () => WorkDone;
  /** Why its work cannot continue. */
  readonly halted: () => Failure | undefined;
}

/**
 * Tells the cluster every two seconds that this process is there and what its roles have done. Returns a function that
 * stops it.
 */
export function startBeats(
  redis: Pick<RedisClient, 'hset' | 'hdel' | 'time' | 'status'>,
  key: string,
  { roles, version }: { readonly roles: readonly BeatingRole[]; readonly version: string },
): () => Promise<void> {
  const fieldOf = ({ role }: BeatingRole): string => `${role}/${processId}`;
  let since: number | undefined;
  let count = 0;
  const beat = async (): Promise<void> => {
    const at = await serverTimeMs(redis);
    since ??= at;
    const told = { version, since, at, count: count++ };
    const beats = roles.map((each) => {
      const { role, work } = each;
      const halted = each.halted();
      const own: Beat = { role, ...told, ...work(), ...(halted ? { halted } : {}) };
      return [fieldOf(each), JSON.stringify(own)] as const;
    });
    await redis.hset(key, Object.fromEntries(beats));
  };
  void beat().catch(() => undefined);
  const stop = repeat(beatMs, beat);
  return async () => {
    stop();
    // A server that is away would be waited for.
    if (redis.status === 'ready') await redis.hdel(key, ...roles.map(fieldOf)).catch(() => undefined);
  };
}

/**
 * Services whose work cannot continue, by their latest beats. One that has died since is left out after a while. This
 * machine's clock and theirs may be wrong, which is a reason to be halted.
 */
export async function readHalted(
  redis: Pick<RedisClient, 'hgetall' | 'time'>,
  key: string,
): Promise<readonly HaltedService[]> {
  const [told, now] = await refusedByRedis(Promise.all([redis.hgetall(key), serverTimeMs(redis)]));
  const beats = Object.entries(told).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return beats.flatMap(([field, text]) => {
    const { role, halted, at = 0 } = JSON.parse(text) as Beat;
    return halted && now - at < forgottenMs ? [{ service: role, id: idOf(field), failure: halted }] : [];
  });
}

/** The latest beat of a role of a process, and when it was heard, by the listener's clock. */
interface Heard {
  readonly beat: Beat;
  readonly at: number;
}

/**
 * Fields of processes that fell silent, and after whose last beat another of the same role began on their host: a container
 * that was killed and started again. Containers in the network of their host have its name, too, but do not fall silent.
 */
export function replacedIn(heard: ReadonlyMap<string, Heard>, now: number): readonly string[] {
  const startedAt = new Map<string, number>();
  for (const [field, { beat }] of heard)
    startedAt.set(placeOf(field), Math.max(beat.since, startedAt.get(placeOf(field)) ?? 0));
  const isReplaced = (field: string, { beat, at }: Heard): boolean =>
    now - at > silentMs && (startedAt.get(placeOf(field)) ?? 0) > (beat.at ?? at);
  return [...heard].flatMap(([field, each]) => (isReplaced(field, each) ? [field] : []));
}

/** Role and host. */
function placeOf(field: string): string {
  return field.replace(/-\d+-[0-9a-f]+$/, '');
}

function idOf(field: string): string {
  return field.slice(field.indexOf('/') + 1);
}

/** What is heard of the processes of a cluster. */
export interface HeardServices {
  services(): readonly LiveService[];
  /** Over the last seconds, of all processes together. */
  rates(): Rates;
  /** The pace by which the end is estimated. */
  pace(): Pace;
  history(): readonly RateSample[];
  stop(): void;
}

/** Listens to all processes, whoever watches: it is one small read every two seconds. */
export function hearServices(redis: Pick<RedisClient, 'hgetall' | 'hdel'>, key: string): HeardServices {
  const heard = new Map<string, Heard>();
  const history = createRateHistory();
  const meter = createPaceMeter();
  const speed = createRateMeter();
  let [files, bytes] = [0, 0];
  const hear = (field: string, beat: Beat, at: number): void => {
    const before = heard.get(field);
    if (before?.beat.since === beat.since && before.beat.count === beat.count) return;
    // What one has done that was not heard before, it did before this process listened.
    if (before) {
      const from = before.beat.since === beat.since ? before.beat : { files: 0, bytes: 0 };
      files += beat.files - from.files;
      bytes += beat.bytes - from.bytes;
    }
    heard.set(field, { beat, at });
  };
  const listen = async (): Promise<void> => {
    const beats = await redis.hgetall(key);
    const at = Date.now();
    for (const [field, text] of Object.entries(beats)) hear(field, JSON.parse(text) as Beat, at);
    const replaced = new Set(replacedIn(heard, at));
    for (const [field, { at: heardAt }] of heard) {
      const isGone = beats[field] === undefined;
      if (!isGone && !replaced.has(field) && at - heardAt < forgottenMs) continue;
      heard.delete(field);
      if (!isGone) await redis.hdel(key, field);
    }
    speed.add({ at, files, bytes });
    meter.add({ at, files, bytes });
    const { filesPerSecond, bytesPerSecond } = speed.rates();
    history.add([at, filesPerSecond, bytesPerSecond]);
  };
  void listen().catch(() => undefined);
  return {
    services: () =>
      [...heard]
        .map(([field, { beat, at }]) => ({
          name: beat.role,
          id: idOf(field),
          version: beat.version,
          since: beat.since,
          at,
          ...(beat.halted ? { halted: beat.halted } : {}),
        }))
        .toSorted((a, b) => (a.name + a.id < b.name + b.id ? -1 : 1)),
    rates: () => speed.rates(),
    pace: () => meter.pace(),
    history: () => history.samples(),
    stop: repeat(beatMs, listen),
  };
}
