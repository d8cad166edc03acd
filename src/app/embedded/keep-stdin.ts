import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';
import type { SourceArgument } from '../../config/values/location.ts';
import { FlantsError } from '../../domain/failure.ts';

/** Standard input: whether people type there, and what comes. */
export type StandardInput = Readable & { readonly isTTY?: boolean };

/** Where standard input is kept. */
export interface KeepOptions {
  readonly folder: string;
  readonly stdin: StandardInput;
  readonly signal: AbortSignal;
  /** A catalogue of an earlier run takes the place of standard input. */
  readonly onResumed: (message: string) => void;
}

type FileSource = Extract<SourceArgument, { readonly kind: 'catalogue' }>;

const names = { json: 'stdin-catalogue.ndjson', csv: 'stdin-catalogue.csv' } as const;
/** Where a terminal stands for a catalogue, and where nothing was kept. */
const noInput = 'standard input is a terminal: pipe a catalogue into this command, or name its file in place of -';

/**
 * Puts a file in the place of the source `-`. Standard input can be read once only, and a run reads its catalogue more than
 * once and may be resumed: what comes is kept in the folder of the state, for this user alone, until other input takes its
 * place. On a terminal, the catalogue that was kept last is read again.
 *
 * @throws {FlantsError} `usage` on a terminal where nothing was kept; `catalogue.unreadable` for empty input
 */
export async function keepStandardInput(
  sources: readonly SourceArgument[],
  options: KeepOptions,
): Promise<readonly SourceArgument[]> {
  const source = sources.find((each) => each.kind === 'stdin');
  if (!source) return sources;
  const path = options.stdin.isTTY === true ? await keptBefore(options) : await keep(options);
  const file: FileSource = { kind: 'catalogue', path, folder: source.folder, name: 'standard input' };
  return sources.map((each) => (each === source ? file : each));
}

/** Puts a file in the place of the source `-` for as long as `use` runs. */
export async function keptForNow<T>(
  sources: readonly SourceArgument[],
  options: Omit<KeepOptions, 'folder'>,
  use: (sources: readonly SourceArgument[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-'));
  try {
    return await use(await keepStandardInput(sources, { ...options, folder }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function keptBefore({ folder, onResumed }: KeepOptions): Promise<string> {
  for (const name of Object.values(names)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found) continue;
    onResumed(`standard input is a terminal: goes on with the catalogue that came there ${found.mtime.toISOString()}`);
    return path;
  }
  throw new FlantsError('usage', noInput);
}

async function keep({ folder, stdin, signal }: KeepOptions): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const coming = join(folder, 'stdin-catalogue.part');
  const file = await open(coming, 'w', 0o600);
  try {
    for await (const chunk of addAbortSignal(signal, stdin) as AsyncIterable<Uint8Array | string>) {
      await file.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    }
  } catch (error) {
    await file.close();
    await rm(coming, { force: true });
    throw signal.aborted ? new FlantsError('aborted', 'stopped while reading standard input', { cause: error }) : error;
  }
  await file.close();
  const start = await startOf(coming);
  if (start === '') {
    await rm(coming, { force: true });
    throw new FlantsError('catalogue.unreadable', 'standard input is empty: it holds no catalogue');
  }
  const kind = /^[[{]/.test(start) ? 'json' : 'csv';
  await rm(join(folder, names[kind === 'json' ? 'csv' : 'json']), { force: true });
  await rename(coming, join(folder, names[kind]));
  return join(folder, names[kind]);
}

/** The first character that is not blank. Empty if there is none. */
async function startOf(path: string): Promise<string> {
  for await (const chunk of createReadStream(path, { encoding: 'utf8' }) as AsyncIterable<string>) {
    const start = chunk.replace(/^\ufeff/, '').trimStart();
    if (start !== '') return start.slice(0, 1);
  }
  return '';
}
