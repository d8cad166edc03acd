import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inject } from 'vitest';
import type { main as Main } from '../../src/cli/main.ts';
import { isRunningHere, runHere } from '../cli/run-here.ts';
import type { FlantsResult } from '../cli/run-here.ts';

export type { FlantsResult };

const root = resolve(import.meta.dirname, '../..');

/** A command under way. */
export interface RunningFlants {
  readonly pid: number;
  /** Resolves at its end, whatever that is. */
  readonly ended: Promise<FlantsResult>;
  /** Resolves once the text stands in what it said on either stream; rejects when it ends without. */
  says(text: string): Promise<void>;
  /** What the promise resolves to, while the command runs; rejects with all it said when it ends before. */
  during<T>(promise: Promise<T>): Promise<T>;
  /** What it said so far: standard output, then the other stream. */
  said(): string;
  /** @returns false when it had ended already */
  kill(signal: NodeJS.Signals): boolean;
}

/** Where and in what circumstances a command runs. */
export interface FlantsOptions {
  /** Added to the environment of this process, from which all that concerns FLAnts and AWS is taken out. */
  readonly env?: Readonly<Record<string, string>>;
  /** The root of the repository where absent. */
  readonly cwd?: string;
  /** Path of the command; that which was built of this checkout where absent. */
  readonly entry?: string;
  /** What comes on standard input. Nothing where absent. */
  readonly input?: string;
  /** Its limit of open files (`ulimit -n`); that of this process where absent. */
  readonly openFiles?: number;
}

/**
 * Runs the command to its end: in this process, since starting one costs more than most verbs do. A second command at the
 * same time gets a process, and so does one that has a limit, an entry or options of Node to itself.
 */
export async function runFlants(args: readonly string[], options: FlantsOptions = {}): Promise<FlantsResult> {
  const { env = {}, cwd = root, entry, openFiles, input = '' } = options;
  const ownProcess = entry ?? openFiles ?? env['NODE_OPTIONS'];
  if (ownProcess !== undefined || isRunningHere()) return startFlants(args, options).ended;
  const bundle = pathToFileURL(join(dirname(inject('command')), '../dist/cli/main.js'));
  const { main } = (await import(bundle.href)) as { readonly main: typeof Main };
  return runHere(main, args, { env: { ...plainEnvironment(), ...env }, cwd, input });
}

/** Starts the command as a person does, as a process. */
export function startFlants(
  args: readonly string[],
  { env = {}, cwd = root, entry = inject('command'), openFiles, input }: FlantsOptions = {},
): RunningFlants {
  const limit = openFiles === undefined ? [] : ['sh', '-c', `ulimit -n ${openFiles}; exec "$0" "$@"`];
  const [program = '', ...words] = [...limit, process.execPath, entry, ...args];
  const child = spawn(program, words, {
    cwd,
    env: { ...plainEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A command may end before it has read what comes.
  child.stdin.on('error', () => {}).end(input ?? '');
  const said = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      for (const listen of listeners) listen();
    });
  }
  const ended = new Promise<FlantsResult>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => done({ code, signal, ...said }));
  });
  const endsBefore = async (what: string): Promise<never> => {
    const { code, stdout, stderr } = await ended;
    throw new Error(`ended with ${code} before ${what}:\n${stdout}${stderr}`);
  };
  return {
    pid: child.pid ?? 0,
    ended,
    during: (promise) => Promise.race([promise, endsBefore('what was waited for')]),
    said: () => said.stdout + said.stderr,
    says: (text) =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (!said.stdout.includes(text) && !said.stderr.includes(text)) return;
          listeners.delete(look);
          done();
        };
        listeners.add(look);
        look();
        endsBefore(`it said "${text}"`).catch(fail);
      }),
    kill: (signal) => child.exitCode === null && child.signalCode === null && child.kill(signal),
  };
}

/** Without this machine's own settings: what a test does not give is not there. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:FLANTS|AWS|VITEST|NODE_OPTIONS|NODE_V8)|^(?:https?|no)_proxy$/i.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    // Each thread costs a quarter of a second to start. Tests that are about several of them say --threads.
    FLANTS_THREADS: '1',
  };
}
