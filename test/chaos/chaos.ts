import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LibraryStatus } from '../../src/domain/report/library-status.ts';
import { minute, second } from '../../src/domain/units.ts';
import { openClusterStage } from '../cluster/stage.ts';
import type { ClusterStage } from '../cluster/stage.ts';
import { runFlants } from '../e2e/flants.ts';
import type { FlantsOptions } from '../e2e/flants.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { auditByCommands } from './audit-commands.ts';
import type { RunVerb } from './audit-commands.ts';
import { auditDestination } from './audit-destination.ts';
import { auditJournal } from './audit-journal.ts';
import { auditRedis, readLedger, workLeft } from './audit-redis.ts';
import { expectedVideos } from './expected.ts';
import type { ExpectedVideo } from './expected.ts';
import { noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { startFunctions } from './functions.ts';
import type { ChaosFunctions } from './functions.ts';
import { createGate } from './gate.ts';
import type { Gate } from './gate.ts';
import { killAll, until } from './hunt.ts';
import { planKills, preys } from './kill-plan.ts';
import type { Prey } from './kill-plan.ts';
import { watchProgress } from './progress.ts';
import type { Progress } from './progress.ts';
import { herdIsBack, startHerd, stopHerd } from './start-herd.ts';

/** How large a run is. */
export interface ChaosShape {
  readonly videos: number;
  readonly filesPerVideo: number;
  readonly kills: number;
  /** The same seed kills the same processes in the same order. */
  readonly seed: number;
  /** It is given up after so long. */
  readonly timeoutMs: number;
  /** Path of the command; that of this checkout where absent. */
  readonly entry?: string;
  /** Where files are copied: on threads where absent. */
  readonly executor?: 'lambda';
}

/** What a run tells at its end. */
export interface ChaosResult {
  readonly seed: number;
  readonly files: number;
  readonly videos: number;
  readonly kills: number;
  readonly killsByRole: Readonly<Record<Prey, number>>;
  readonly missing: number;
  readonly wrong: number;
  readonly extra: number;
  /** Writes to the destination, refused ones too, for each file; playlists left out. */
  readonly putsPerFile: number;
  /** Requests of any method for each file. */
  readonly journalRequestsPerFile: number;
  /** The longest that nothing new arrived at the destination. */
  readonly longestStillSeconds: number;
  readonly seconds: number;
  /** What became of functions, where they copied. */
  readonly functions?: ReturnType<ChaosFunctions['counts']>;
}

/** A run, and what did not agree at its end. */
export interface ChaosRun {
  readonly result: ChaosResult;
  readonly disagreements: readonly string[];
  /** Folder with what each process said; kept where something disagrees or nothing moved for long. */
  readonly logs?: string;
}

/** A run under way. */
interface Scene {
  readonly shape: ChaosShape;
  readonly stage: ClusterStage;
  readonly videos: readonly ExpectedVideo[];
  readonly progress: Progress;
  readonly command: FlantsOptions;
  readonly findings: Findings;
  readonly say: (line: string) => void;
}

const fileBytes = 4 * 1024;
/** That nothing moves for so long wants an explanation, if only that the machine is busy. */
const longestStillMs = minute;
/** A sixteenth of the library waits for the crawlers at a time. */
const waves = 16;
const killsPerLine = 25;

/** Copies a library while its processes are killed at random, and compares all that is known of it at the end. */
export async function runChaos(shape: ChaosShape, say: (line: string) => void): Promise<ChaosRun> {
  const { videos, filesPerVideo, seed, entry } = shape;
  const library: SyntheticShape = { videos, filesPerVideo, fileBytes, seed: `chaos ${seed}` };
  const begun = performance.now();
  const gate = createGate();
  const stage = await openClusterStage(library, { rule: gate.rule });
  const logs = await mkdtemp(join(tmpdir(), 'flants-chaos-logs-'));
  const functions = shape.executor === 'lambda' ? await startFunctions(stage, seed) : undefined;
  try {
    const scene: Scene = {
      shape,
      stage,
      videos: expectedVideos(library),
      progress: watchArrivals(stage, shape),
      command: { env: { ...stage.env, ...functions?.env }, ...(entry === undefined ? {} : { entry }) },
      findings: noFindings(),
      say,
    };
    const { killed, stillMs } = await copyAmidKills(scene, gate, logs);
    const restedSeconds = secondsSince(begun);
    say(`at rest after ${restedSeconds} s; now everything is compared`);
    const counts = countRequests(scene);
    await audit(scene, library);
    const { disagreements, ...found } = scene.findings;
    const result: ChaosResult = {
      seed,
      files: videos * filesPerVideo,
      videos,
      kills: Object.values(killed).reduce((sum, count) => sum + count, 0),
      killsByRole: killed,
      ...found,
      ...counts,
      longestStillSeconds: Math.round(stillMs / second),
      seconds: restedSeconds,
      ...(functions ? { functions: functions.counts() } : {}),
    };
    if (disagreements.length > 0 || stillMs > longestStillMs) return { result, disagreements, logs };
    await rm(logs, { recursive: true, force: true });
    return { result, disagreements };
  } finally {
    await functions?.stop();
    await stage.close();
  }
}

/** What came of the copy itself. */
interface Copied {
  readonly killed: Readonly<Record<Prey, number>>;
  /** The longest that nothing new arrived. */
  readonly stillMs: number;
}

/** Runs the cluster until every video is published, or nothing moves any more. */
async function copyAmidKills(scene: Scene, gate: Gate, logs: string): Promise<Copied> {
  const { shape, stage, videos, progress, command, findings, say } = scene;
  const files = shape.videos * shape.filesPerVideo;
  const onTrouble = (what: string): void => void findings.disagreements.push(what);
  const killed = Object.fromEntries(preys.map((prey) => [prey, 0])) as Record<Prey, number>;
  let kills = 0;
  const onKill = (prey: Prey): void => {
    killed[prey] += 1;
    kills += 1;
    if (kills % killsPerLine === 0) say(`${kills} kills, ${gate.passed()} of ${files} files are under way or done`);
  };
  const maxVideos = Math.max(2, Math.round(shape.videos / waves));
  const victims = startHerd(stage, { command, maxVideos, logs, onTrouble, onNoRedis: say });
  let stillMs = 0;
  const tellStill = (): void => {
    const longest = progress.longest();
    ({ stillMs } = longest);
    const time = longest.until.toISOString();
    if (stillMs > longestStillMs) say(`nothing new arrived for ${Math.round(stillMs / second)} s until ${time}: why?`);
  };
  try {
    await killAll(planKills({ files, ...shape }), { victims, gate, progress, files, onKill });
    say('all kills are done; now the cluster comes to rest');
    await herdIsBack(victims);
    await awaitRest(scene);
    tellStill();
    await auditRedis(stage, videos, onTrouble);
  } catch (error) {
    tellStill();
    onTrouble(error instanceof Error ? error.message : String(error));
    await herdIsBack(victims);
    await writeFile(join(logs, 'ledger.json'), JSON.stringify(await readLedger(stage), null, 2));
  } finally {
    await stopHerd(victims);
  }
  return { killed, stillMs };
}

/** Something moves when a key is written for the first time. */
function watchArrivals(stage: ClusterStage, { timeoutMs }: ChaosShape): Progress {
  const progress = watchProgress(timeoutMs);
  const keys = new Set<string>();
  stage.onRequest(({ method, path }) => {
    if (method !== 'PUT' || keys.has(path) || !path.includes('/vod/video-')) return;
    keys.add(path);
    progress.note();
  });
  return progress;
}

/** Waits until every video is published and nothing is left to do. */
async function awaitRest({ stage, shape, progress, command }: Scene): Promise<void> {
  let totals: LibraryStatus['totals'] | undefined;
  const isAtRest = async (): Promise<boolean> => {
    const { stdout, stderr } = await runnerOf(command)('status', stage.destination, '--json');
    if (stdout === '') throw new Error(`status said: ${stderr}`);
    ({ totals } = JSON.parse(stdout) as LibraryStatus);
    if (totals.videos.published !== shape.videos) return false;
    return Object.values(await workLeft(stage)).every((jobs) => jobs === 0);
  };
  await until(isAtRest, progress, () => `all to be published and no work left: ${JSON.stringify(totals)}`);
}

function countRequests({ stage, shape }: Scene): Pick<ChaosResult, 'putsPerFile' | 'journalRequestsPerFile'> {
  const files = shape.videos * shape.filesPerVideo;
  const puts = stage.puts().filter((key) => key.endsWith('.ts')).length;
  const journalRequests = stage.requests.filter(({ path }) => path.includes('/journal/')).length;
  return { putsPerFile: hundredths(puts / files), journalRequestsPerFile: hundredths(journalRequests / files) };
}

async function audit({ stage, videos, command, findings, say }: Scene, library: SyntheticShape): Promise<void> {
  const disagree = (what: string): void => void findings.disagreements.push(what);
  await auditDestination(stage, library, findings);
  await auditJournal(stage, videos, { disagree, remark: say });
  await auditByCommands(runnerOf(command), stage.destination, videos, disagree);
}

function runnerOf(command: FlantsOptions): RunVerb {
  return (verb, ...words) => runFlants([verb, ...words], command);
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function secondsSince(begun: number): number {
  return Math.round((performance.now() - begun) / second);
}
