import { expect } from 'vitest';
import type { z } from 'zod';
import * as contract from '../../src/api/contract.ts';
import { serveHttp } from '../../src/api/serve.ts';
import type { HttpOptions } from '../../src/api/http-options.ts';
import type { HttpService } from '../../src/api/serve.ts';
import type { ControlPorts } from '../../src/control/control-ports.ts';
import { failureWith } from '../../src/domain/failure.ts';
import { digestOf } from '../../src/domain/revision.ts';
import type { MemoryJournal } from '../../src/journal/memory-journal.ts';
import type { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { openLibrary } from '../control/library.ts';
import { documentedFetch } from '../servers/documented-fetch.ts';
import { httpOptions, token } from './http-service.ts';

const services: HttpService[] = [];

/** Closes what was started since the last call. To be called after each test. */
export async function closeServices(): Promise<void> {
  await Promise.all(services.splice(0).map((service) => service.close()));
}

/** Starts a service of its own, with other options than usual. */
export async function serve(options: HttpOptions): Promise<HttpService> {
  const service = await serveHttp(options);
  services.push(service);
  return service;
}

/** A running service over a library in memory. */
export interface Service {
  readonly base: string;
  readonly port: number;
  readonly journal: MemoryJournal;
  readonly ledger: MemoryLedger;
  readonly errors: string[];
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** With the token. */
  change(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<Response>;
}

/** Starts one. */
export async function start(options: Partial<HttpOptions> = {}, ports: Partial<ControlPorts> = {}): Promise<Service> {
  const library = openLibrary();
  const { journal, ledger } = library;
  const control = library.with(ports);
  const errors: string[] = [];
  const log = { error: (message: string): void => void errors.push(message) };
  const service = await serve(httpOptions({ control, log, ...options }));
  const base = `http://127.0.0.1:${service.port}`;
  return {
    base,
    port: service.port,
    journal,
    ledger,
    errors,
    ask: (path, init) => documentedFetch(`${base}${path}`, init),
    change: (method, path, body) =>
      documentedFetch(`${base}${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

/** The answer as its schema says, or the test fails. */
export async function answerOf<T extends z.ZodType>(answer: Response, schema: T, status = 200): Promise<z.infer<T>> {
  expect(answer.status).toBe(status);
  return schema.parse(await answer.json());
}

/** Status and code of an answer that is an error. */
export async function codeOf(answer: Response): Promise<readonly [number, string]> {
  return [answer.status, contract.errorSchema.parse(await answer.json()).error.code];
}

/** The path of a video. */
export const video = (id: string): string => `/api/v1/videos/${encodeURIComponent(id)}`;

/** A video of two files, one of which has failed. */
export async function addIncomplete({ journal, ledger }: Service, id: string): Promise<void> {
  const playlistUrl = 'https://cdn.example/a.m3u8';
  await journal.decide({
    type: 'submitted',
    video: id,
    at: '2026-10-01T00:00:00.000Z',
    submission: { id, playlistUrl },
  });
  const files = ['s0.ts', 's1.ts'].map((key) => ({ key, url: `https://cdn.example/${key}`, role: 'segment' }) as const);
  const plan = { files, documents: [], playlists: [] };
  const digest = digestOf(plan);
  const rest = { total: 2, playlists: [], external: [], warnings: [], hasTokens: false };
  await journal.seal({ video: id, digest, ...plan, ...rest });
  await ledger.apply(id, { type: 'open', generation: 'a' });
  await ledger.apply(id, { type: 'register', seen: 'a', generation: 'b', revision: digest, total: 2, done: [0] });
  const failure = failureWith('source.not-found', 'no such file', { status: 404 });
  const told = {
    key: 's1.ts',
    url: 'https://cdn.example/s1.ts',
    failure,
    generation: 'b',
    tries: 3,
    worker: 'w',
    at: '',
  };
  await journal.recordOutcomes(id, [{ index: 1, kind: 'failed', failure: told }]);
  await ledger.apply(id, { type: 'record', generation: 'b', revision: digest, done: [], failed: [1] });
}
