import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveHttp } from '../../src/api/serve.ts';
import type { HttpOptions } from '../../src/api/http-options.ts';
import type { HttpService } from '../../src/api/serve.ts';
import { createControl } from '../../src/control/control.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { createLocalChangeFeed } from '../../src/ledger/change-feed.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { observeLedger } from '../../src/ledger/observe-ledger.ts';
import { SqliteLedger } from '../../src/ledger/sqlite-ledger.ts';
import { createMonitor } from '../../src/monitor/monitor.ts';
import type { Monitor } from '../../src/monitor/monitor.ts';
import { openStateFile } from '../../src/state/file.ts';
import { documentedFetch } from '../servers/documented-fetch.ts';
import { idleGauges } from '../control/idle-gauges.ts';
import { createChangingLibrary } from './changing-library.ts';
import type { ChangingLibrary } from './changing-library.ts';
import { httpOptions } from './http-service.ts';
import { openEvents } from './sse-client.ts';
import type { EventClient } from './sse-client.ts';

const closers: (() => Promise<unknown> | void)[] = [];

/** Has something closed by the next call of `closeAll`. */
export function closeLater(close: () => Promise<unknown> | void): void {
  closers.push(close);
}

/** Closes what was opened since the last call, the latest first. To be called after each test. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}

/** A watched library, and its service. */
export interface Live {
  readonly base: string;
  readonly port: number;
  readonly service: HttpService;
  readonly monitor: Monitor;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly library: ChangingLibrary;
  /** Answers are checked against the service's document. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** A library in a real state file, watched over real HTTP. */
export async function start(
  options: Partial<HttpOptions> = {},
  size: { readonly videos: number; readonly files: number } = { videos: 3, files: 60 },
): Promise<Live> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-live-'));
  closeLater(() => rm(folder, { recursive: true }));
  const state = openStateFile(folder);
  closeLater(() => state.close());
  const journal = new SqliteJournal(state);
  const changes = createLocalChangeFeed();
  const ledger = observeLedger(new SqliteLedger(state), (video) => changes.note(video));
  const library = await createChangingLibrary({ journal, ledger }, size);
  let count = 0;
  const tokenRules = async (): Promise<{ tokenParameters: string[] }> => ({ tokenParameters: ['token'] });
  const control = createControl({
    journal,
    ledger,
    newGeneration: () => `g${++count}`,
    now: Date.now,
    destination: 's3://bucket/vod',
    tokenRules,
    idOf: (url) => url.pathname.slice(1),
    takeNextStep: async () => {},
    crawl: async () => true,
  });
  const monitor = createMonitor({
    ledger,
    journal,
    changes,
    gauges: async () => idleGauges,
    history: () => [],
    tokenRules,
    version: '1.2.3',
    destination: 's3://bucket/vod',
    now: Date.now,
    newEpoch: () => `e${++count}`,
    onTrouble: (error) => {
      throw error;
    },
  });
  closeLater(() => monitor.close());
  const service = await serveHttp(httpOptions({ control, monitor, ...options }));
  closeLater(() => service.close());
  const base = `http://127.0.0.1:${service.port}`;
  const ask = (path: string, init?: RequestInit): Promise<Response> => documentedFetch(`${base}${path}`, init);
  return { base, port: service.port, service, monitor, ledger, journal, library, ask };
}

/** Opens the live stream, behind the event that was seen last. */
export async function open({ base }: Live, seen?: string, headers: Record<string, string> = {}): Promise<EventClient> {
  const events = await openEvents(`${base}/api/v1/live`, { ...headers, ...(seen ? { 'Last-Event-ID': seen } : {}) });
  closeLater(() => events.close());
  return events;
}

/** The cookie that an answer sets, as a browser sends it. */
export function cookieOf(answer: Response): string {
  return answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
}

/** The status of a POST with headers that `fetch` does not let one set. */
export function statusOf(port: number, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST', path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}
