import { emptyBits } from '../../domain/bits.ts';
import { applyChange, openFiles } from '../../domain/change.ts';
import type { Change, Tally } from '../../domain/change.ts';
import { FlantsError } from '../../domain/failure.ts';
import { isSettled } from '../../domain/video.ts';
import type { Generation, RevisionDigest, VideoId, VideoRecord } from '../../domain/video.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { redisNames } from '../../redis/names.ts';
import type { RedisNames } from '../../redis/names.ts';
import { refusedByRedis } from '../../redis/refused.ts';
import type { Applied, BatchEnding, EndedBatch, Ledger, Lease, Survey } from '../ledger.ts';
import { endBatchScript } from './end-batch.ts';
import { factScript } from './fact.ts';
import { leaseScript } from './lease.ts';
import { leasesScript } from './leases.ts';
import {
  fieldsOf,
  hashOf,
  leaseOf,
  leaseText,
  planesOf,
  recordFields,
  recordOf,
  runsOf,
  tallyOf,
  valueOf,
} from './rows.ts';
import { markScript } from './mark.ts';
import { openScript } from './open.ts';
import { passScript } from './pass.ts';
import { registerScript } from './register.ts';
import { renewScript } from './renew.ts';
import { restoreScript } from './restore.ts';
import { retireScript } from './retire.ts';
import type { RedisScript } from './script.ts';
import { surveyScript } from './survey.ts';
import { tallyScript } from './tally.ts';

/** Videos read per command, so that no command blocks the server for long. */
const pageSize = 500;

const scripts = [
  openScript,
  restoreScript,
  registerScript,
  markScript,
  endBatchScript,
  factScript,
  leaseScript,
  passScript,
  renewScript,
  leasesScript,
  retireScript,
  tallyScript,
  surveyScript,
];

type FileChange = Extract<Change, { type: 'record' | 'accept' | 'reopen' }>;
type Argument = string | number | Buffer;
type Method = (...keysAndArguments: Argument[]) => Promise<unknown>;
/** Result of scripts that apply a change: whether it was applied, fields before, fields after. */
type ScriptAnswer = readonly [applied: number, before: readonly string[], now: readonly string[]];

/** Result of the tally script, as bytes: fields and values, planes of bits. */
type TallyAnswer = readonly [flat: readonly Buffer[], planes: Buffer | null];
/** Result of the survey script, as bytes: fields and values, leases, planes of bits. */
type SurveyAnswer = readonly [flat: readonly Buffer[], leases: readonly Buffer[], planes: Buffer | null];

/**
 * A ledger in Redis, shared by any number of processes. Each operation is one script and therefore atomic. Leases expire by
 * the server's clock.
 */
export class RedisLedger implements Ledger {
  readonly #client: RedisClient;
  readonly #names: RedisNames;

  /** @param prefix - begins the name of each key */
  constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#names = redisNames(prefix);
    for (const { name, numberOfKeys, lua } of scripts) client.defineCommand(name, { numberOfKeys, lua });
  }

  async apply(video: VideoId, change: Change): Promise<Applied> {
    return appliedOf((await this.#send(video, change)) as ScriptAnswer, change);
  }

  async read(video: VideoId): Promise<VideoRecord | undefined> {
    return recordOf(await refusedByRedis(this.#client.hgetall(this.#names.video(video))));
  }

  async tally(video: VideoId): Promise<Tally | undefined> {
    const keys = [this.#names.video(video), this.#names.bits(video)];
    const [flat, planes] = (await this.#call(`${tallyScript.name}Buffer`, keys, [])) as TallyAnswer;
    const record = recordOf(hashOf(flat.map(String)));
    return record && tallyOf(record, planes ?? Buffer.alloc(0));
  }

  async survey(video: VideoId): Promise<Survey | undefined> {
    const keys = [...this.#leaseKeys(video), this.#names.bits(video)];
    const [flat, leases, planes] = (await this.#call(`${surveyScript.name}Buffer`, keys, [])) as SurveyAnswer;
    const record = recordOf(hashOf(flat.map(String)));
    if (!record) return undefined;
    const open = isSettled(record) ? [] : openFiles(tallyOf(record, planes ?? Buffer.alloc(0)));
    return { record, leases: leasesOf(leases.map(String)), open };
  }

  async *videos(): AsyncIterable<{ readonly video: VideoId; readonly record: VideoRecord }> {
    for await (const ids of this.#pages()) {
      const pipeline = this.#client.pipeline();
      for (const id of ids) pipeline.hgetall(this.#names.video(id));
      const hashes = await answersOf(pipeline);
      for (const [at, video] of ids.entries()) {
        const record = recordOf(hashes[at] as Record<string, string>);
        if (record) yield { video, record };
      }
    }
  }

  async lease(video: VideoId, lease: Lease, revision?: RevisionDigest): Promise<boolean> {
    const given = [...leaseArguments(lease), ...(revision === undefined ? [] : [revision])];
    return (await this.#run(leaseScript, this.#leaseKeys(video), given)) === 1;
  }

  async pass(video: VideoId, leaseId: string, successors: readonly Lease[]): Promise<boolean> {
    const given = [leaseId, ...successors.flatMap(leaseArguments)];
    return (await this.#run(passScript, this.#leaseKeys(video), given)) === 1;
  }

  async endBatch(video: VideoId, { leaseId, outcomes, successors }: BatchEnding): Promise<EndedBatch> {
    const keys = [this.#names.video(video), this.#names.bits(video), ...this.#feedKeys(), this.#names.leases(video)];
    const given = [...markArguments(video, outcomes), leaseId, ...successors.flatMap(leaseArguments)];
    const [marked, isPassed] = (await this.#run(endBatchScript, keys, given)) as readonly [ScriptAnswer, number];
    return { applied: appliedOf(wholeAnswer(marked), outcomes), isPassed: isPassed === 1 };
  }

  async renew(video: VideoId, leaseId: string, ttlMs: number): Promise<boolean> {
    return (await this.#run(renewScript, this.#leaseKeys(video), [leaseId, ttlMs])) === 1;
  }

  async release(video: VideoId, leaseId: string): Promise<void> {
    await refusedByRedis(this.#client.hdel(this.#names.leases(video), leaseId));
  }

  async leases(video: VideoId): Promise<readonly Lease[]> {
    return leasesOf((await this.#run(leasesScript, this.#leaseKeys(video), [])) as readonly string[]);
  }

  async releaseAll(): Promise<void> {
    for await (const ids of this.#pages()) {
      await refusedByRedis(this.#client.unlink(ids.map((id) => this.#names.leases(id))));
    }
  }

  async retire(video: VideoId, generation: Generation): Promise<boolean> {
    const { videos } = this.#names;
    const own = [this.#names.video(video), videos, this.#names.bits(video), this.#names.leases(video)];
    const keys = [...own, ...this.#feedKeys()];
    return (await this.#run(retireScript, keys, [video, generation])) === 1;
  }

  async #send(video: VideoId, change: Change): Promise<unknown> {
    const { videos } = this.#names;
    const [key, bits, leases] = [this.#names.video(video), this.#names.bits(video), this.#names.leases(video)];
    const feed = this.#feedKeys();
    switch (change.type) {
      case 'open': {
        const { seen = '', ...first } = change;
        const fields = fieldsOf(tallyAfter(undefined, first).record);
        const given = [video, change.generation, seen, change.asked ?? '', ...fields];
        return this.#run(openScript, [key, videos, bits, leases, ...feed], given);
      }
      case 'restore': {
        const tally = tallyAfter(undefined, change);
        const given = [video, change.generation, change.revision, planesOf(tally), ...fieldsOf(tally.record)];
        return this.#run(restoreScript, [key, videos, bits, ...feed], given);
      }
      case 'register': {
        const { seen, generation, revision, total } = change;
        const tally = tallyAfter(unplanned(seen), change);
        const given = [video, seen, generation, revision, total, tally.record.done, planesOf(tally)];
        return this.#run(registerScript, [key, bits, leases, ...feed], given);
      }
      case 'record':
      case 'accept':
      case 'reopen': {
        const marked = await this.#run(markScript, [key, bits, ...feed], markArguments(video, change));
        return wholeAnswer(marked as ScriptAnswer);
      }
      default:
        return this.#run(factScript, [key, ...feed], [video, ...factArguments(change)]);
    }
  }

  /** Ids of all videos, in ascending order of their bytes. */
  async *#pages(): AsyncIterable<readonly VideoId[]> {
    let after = '-';
    for (;;) {
      const ids = await refusedByRedis(this.#client.zrangebylex(this.#names.videos, after, '+', 'LIMIT', 0, pageSize));
      const last = ids.at(-1);
      if (last === undefined) return;
      yield ids;
      after = `(${last}`;
    }
  }

  #feedKeys(): readonly string[] {
    return [this.#names.feed, this.#names.changed];
  }

  #leaseKeys(video: VideoId): string[] {
    return [this.#names.video(video), this.#names.leases(video)];
  }

  #run({ name }: RedisScript, keys: readonly string[], given: readonly Argument[]): Promise<unknown> {
    return this.#call(name, keys, given);
  }

  /** Sends the script's digest only; where the server forgot the script, ioredis sends it again by itself. */
  async #call(name: string, keys: readonly string[], given: readonly Argument[]): Promise<unknown> {
    const method = (this.#client as unknown as Readonly<Record<string, Method>>)[name];
    if (!method) throw new FlantsError('internal', `there is no script ${name}`);
    return refusedByRedis(method.call(this.#client, ...keys, ...given));
  }
}

type Fact = Extract<
  Change,
  { type: 'publish' | 'invalidate' | 'live' | 'hold' | 'prioritise' | 'restart' | 'look' | 'announce' }
>;

function factArguments(change: Fact): Argument[] {
  const { generation } = change;
  switch (change.type) {
    case 'publish':
      return [generation, change.revision, recordFields.published, change.revision];
    case 'invalidate':
      return [generation, '', recordFields.invalid, valueOf(change.failure)];
    case 'live':
      return [generation, '', recordFields.live, valueOf(change.live)];
    case 'hold':
      return [generation, '', recordFields.hold, ...(change.hold ? [change.hold] : [])];
    case 'prioritise':
      return [generation, '', recordFields.fresh, ...(change.fresh ? [valueOf(true)] : [])];
    case 'restart':
      return [generation, '', recordFields.restarts, change.count];
    case 'look':
      return [generation, '', recordFields.nextLook, valueOf(change.nextLook)];
    case 'announce':
      return [generation, '', recordFields.announced, change.announced];
  }
}

function appliedOf([applied, was, is]: ScriptAnswer, { type }: Change): Applied {
  const before = recordOf(hashOf(was));
  if (applied === 0) return { result: 'stale', record: before };
  const record = recordOf(hashOf(is));
  if (!record) throw new FlantsError('internal', `a ${type} was applied to no video`);
  return { result: 'applied', before, record };
}

/** The answer of a mark script with all fields: of those after the change, it tells only what has changed. */
function wholeAnswer([applied, before, changed]: ScriptAnswer): ScriptAnswer {
  if (hashOf(changed)[recordFields.published] !== '') return [applied, before, [...before, ...changed]];
  const { [recordFields.published]: _, ...now } = hashOf([...before, ...changed]);
  return [applied, before, Object.entries(now).flat()];
}

function markArguments(video: VideoId, change: FileChange): Argument[] {
  const runs = change.type === 'record' ? runsOf(change.done, change.failed) : runsOf(change.files);
  return [video, change.type, change.generation, change.revision, JSON.stringify(runs)];
}

function leasesOf(flat: readonly string[]): readonly Lease[] {
  return Object.entries(hashOf(flat)).map(([id, text]) => leaseOf(id, text));
}

function leaseArguments(lease: Lease): Argument[] {
  return [lease.id, lease.ttlMs, leaseText(lease)];
}

/** Applies a change that cannot be stale. */
function tallyAfter(tally: Tally | undefined, change: Change): Tally {
  const changed = applyChange(tally, change);
  if (changed.result === 'stale') throw new FlantsError('internal', `a ${change.type} that begins anew was stale`);
  return changed.tally;
}

function unplanned(generation: Generation): Tally {
  const none = emptyBits(0);
  return {
    record: { generation, total: 0, done: 0, failed: 0, accepted: 0 },
    done: none,
    failed: none,
    accepted: none,
  };
}

type Commands = ReturnType<RedisClient['pipeline']>;

/** The results of a pipeline's commands. @throws {FlantsError} `state.unusable` where one was refused */
async function answersOf(commands: Commands): Promise<readonly unknown[]> {
  const answers = (await refusedByRedis(commands.exec())) ?? [];
  return Promise.all(
    answers.map(([error, value]) => refusedByRedis(error ? Promise.reject(error) : Promise.resolve(value))),
  );
}
