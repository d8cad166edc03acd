import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import { onWatchedCluster } from './watched-cluster.ts';
import type { WatchedCluster } from './watched-cluster.ts';
import { tell } from './results.ts';

const shape = { videos: 500, filesOfVideo: 5_000, outcomesPerSecond: 20_000 };
const windowMs = 15_000;
const viewersLater = 20;
const goals = { snapshotBytes: 400_000, bytesPerSecond: 50_000 };

/** The serving half of `npm run bench -- dashboard`: what it costs to be watched: on the wire, and of the aggregator's time. */
export async function dashboardServing(installed: Installed): Promise<void> {
  await onWatchedCluster(installed, shape, async (cluster) => {
    await untilQuiet(cluster);
    const serving = await measureServing(cluster);
    report(serving);
  });
}

interface Serving {
  readonly snapshotMs: number;
  readonly snapshotBytes: number;
  readonly snapshotText: number;
  readonly bytesPerSecond: number;
  readonly eventsPerSecond: number;
  readonly outcomesPerSecond: number;
  /** Share of one core, by viewers. */
  readonly cpu: readonly { readonly viewers: number; readonly share: number }[];
}

async function measureServing(cluster: WatchedCluster): Promise<Serving> {
  const unwatched = await during(cluster);
  // The first viewer has the library read; those after it find it there.
  const first = await watch(cluster.url);
  await first.snapshot;
  const [bytesBefore, eventsBefore] = [first.bytes(), first.events()];
  const one = await during(cluster);
  const [bytes, events] = [first.bytes() - bytesBefore, first.events() - eventsBefore];
  const startedAt = performance.now();
  const second = await watch(cluster.url);
  const snapshot = await second.snapshot;
  const snapshotMs = performance.now() - startedAt;
  const others = await Promise.all(Array.from({ length: viewersLater - 2 }, () => watch(cluster.url)));
  await Promise.all(others.map((other) => other.snapshot));
  const twenty = await during(cluster);
  for (const viewer of [first, second, ...others]) viewer.close();
  return {
    snapshotMs,
    snapshotBytes: snapshot.bytes,
    snapshotText: snapshot.text,
    bytesPerSecond: bytes / one.seconds,
    eventsPerSecond: events / one.seconds,
    outcomesPerSecond: one.outcomes / one.seconds,
    cpu: [
      { viewers: 0, share: unwatched.cpuShare },
      { viewers: 1, share: one.cpuShare },
      { viewers: viewersLater, share: twenty.cpuShare },
    ],
  };
}

function report(serving: Serving): void {
  const { snapshotMs, snapshotBytes, snapshotText, bytesPerSecond, eventsPerSecond, outcomesPerSecond, cpu } = serving;
  const inKB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
  console.log(`a dashboard of ${shape.videos} videos of ${shape.filesOfVideo} files`);
  console.log(`  outcomes recorded: ${Math.round(outcomesPerSecond)} a second`);
  console.log(
    `  snapshot: ${inKB(snapshotBytes)} on the wire, of ${inKB(snapshotText)} of text, after ${Math.round(snapshotMs)} ms`,
  );
  console.log(`  then: ${inKB(bytesPerSecond)} and ${eventsPerSecond.toFixed(1)} events a second`);
  console.log(
    tableOf([
      ['  viewers', "aggregator's share of a core"],
      ...cpu.map(({ viewers, share }) => [`  ${viewers}`, `${(share * 100).toFixed(1)} %`]),
    ]),
  );
  const ok = snapshotBytes < goals.snapshotBytes && bytesPerSecond < goals.bytesPerSecond;
  tell({ bench: 'dashboard', ...shape, ...serving, ok });
}

/** What happens in one window. */
async function during(cluster: WatchedCluster): Promise<{ cpuShare: number; outcomes: number; seconds: number }> {
  const [cpu, outcomes, at] = [cluster.cpuSeconds(), cluster.recorded(), performance.now()];
  await sleep(windowMs);
  const seconds = (performance.now() - at) / 1000;
  return { cpuShare: (cluster.cpuSeconds() - cpu) / seconds, outcomes: cluster.recorded() - outcomes, seconds };
}

/** A process that has just started is busy with itself. */
async function untilQuiet(cluster: WatchedCluster): Promise<void> {
  for (let before = cluster.cpuSeconds(); ;) {
    await sleep(2_000);
    const now = cluster.cpuSeconds();
    if (now - before < 0.2) return;
    before = now;
  }
}

interface Watching {
  /** Bytes on the wire and of text until the first event was there. */
  readonly snapshot: Promise<{ readonly bytes: number; readonly text: number }>;
  bytes(): number;
  events(): number;
  close(): void;
}

function watch(url: string): Promise<Watching> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}api/v1/live`, { headers: { 'Accept-Encoding': 'gzip' }, agent: false }, (answer) => {
      const first = Promise.withResolvers<{ bytes: number; text: number }>();
      let [bytes, text, events] = [0, 0, 0];
      const gunzip = createGunzip();
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
      answer.on('error', () => undefined);
      gunzip.on('error', () => undefined);
      answer.pipe(gunzip).on('data', (chunk: Buffer) => {
        text += chunk.length;
        const found = chunk.toString('latin1').match(/^event: /gm)?.length ?? 0;
        events += found;
        if (chunk.at(-1) === 10 && events > 0) first.resolve({ bytes, text });
      });
      resolve({
        snapshot: first.promise,
        bytes: () => bytes,
        events: () => events,
        close: () => request.destroy(),
      });
    });
    request.once('error', reject);
  });
}
