import { Readable, Writable } from 'node:stream';

/** How a command ended, and all it said. */
export interface FlantsResult {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command finds in its process. */
export interface Surroundings {
  /** All of its environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What comes on standard input. */
  readonly input: string;
}

let isRunning = false;

/** Whether a command has this process to itself. */
export function isRunningHere(): boolean {
  return isRunning;
}

/**
 * Runs a command in this process, with streams, environment and folder of its own. Afterwards this process has its own
 * back, and listens to nothing that the command did.
 *
 * @param main - as `src/cli/main.ts` has it
 */
export async function runHere(
  main: (argv: readonly string[]) => Promise<number>,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<FlantsResult> {
  isRunning = true;
  const said = { stdout: '', stderr: '' };
  const goBack = surround(surroundings, said);
  try {
    return { code: await main(args), signal: null, ...said };
  } finally {
    goBack();
    isRunning = false;
  }
}

function surround({ env, cwd, input }: Surroundings, said: { stdout: string; stderr: string }): () => void {
  const before = { folder: process.cwd(), listeners: listenersOfProcess() };
  const own = Object.entries({
    env,
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    stdout: output((text) => (said.stdout += text)),
    stderr: output((text) => (said.stderr += text)),
  }).map(([name, value]) => {
    const property = Object.getOwnPropertyDescriptor(process, name) ?? {};
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true, writable: true });
    return () => Object.defineProperty(process, name, property);
  });
  process.chdir(cwd);
  // Of a process they stand on standard error.
  process.on('warning', ({ name, message }) => (said.stderr += `(node) ${name}: ${message}\n`));
  return () => {
    for (const restore of own) restore();
    process.chdir(before.folder);
    for (const [event, listeners] of listenersOfProcess())
      for (const listener of listeners)
        if (!before.listeners.get(event)?.includes(listener)) process.off(event, listener);
  };
}

/** Is as a pipe is: no terminal. */
function output(hear: (text: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _, done) {
      hear(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      done();
    },
  });
}

type Listener = (...args: unknown[]) => void;

function listenersOfProcess(): ReadonlyMap<string | symbol, readonly Listener[]> {
  return new Map(process.eventNames().map((event) => [event, process.listeners(event as never) as Listener[]]));
}
