import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findTool, isOnPath } from '../../scripts/tools.ts';
import { makeOnce } from '../setup/make-once.ts';

/** A server of one's own to test with: each test takes a database of its own there, and drops it. */
const ownUrl = process.env['FLANTS_TEST_MONGODB_URL'];

/** Whether a server of this project's own can be started, which may be killed. */
export const hasOwnMongo = librariesFolder() !== undefined;

/** Tests that need MongoDB are skipped where there is neither a server that speaks its protocol nor the URL of a real one. */
export const hasMongo = ownUrl !== undefined || hasOwnMongo;

/** A server that speaks MongoDB's protocol. */
export interface Mongo {
  readonly url: string;
  /** Ends it, and what was put into it. */
  stop(): Promise<void>;
}

/** One that was started here. */
export interface StartedMongo extends Mongo {
  readonly pid: number;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** The server to test with: the one in `FLANTS_TEST_MONGODB_URL`, else one started here. */
export async function startMongo(): Promise<Mongo> {
  return ownUrl === undefined ? startOwnMongo() : { url: ownUrl, stop: async () => {} };
}

/** Starts mongo-java-server on a port of the loopback (a free one, if nothing is said), with its data in memory. */
export async function startOwnMongo(
  options: { readonly changeStreams?: boolean; readonly port?: number } = {},
): Promise<StartedMongo> {
  const libraries = librariesFolder();
  if (libraries === undefined) throw new Error('mongo is not installed: node scripts/setup-tools.ts');
  const words = [String(options.port ?? 0), ...(options.changeStreams === false ? ['no-change-streams'] : [])];
  const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m'];
  const classPath = [await compiledServer(libraries), join(libraries, '*')].join(delimiter);
  // It ends when its input does.
  const child = spawn('java', [...quick, '-cp', classPath, 'Server', ...words], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  const firstLine = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const begun = await Promise.race([firstLine, exited.then(() => undefined)]);
  if (begun === undefined) throw new Error(`mongo ended with ${child.exitCode} before it answered`);
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  };
  return {
    url: `mongodb://127.0.0.1:${begun[0]}/?serverSelectionTimeoutMS=10000`,
    pid: child.pid as number,
    stop: kill,
    kill,
  };
}

/** Folder of the server's libraries; undefined where they, or a JDK to run them, are not installed. */
function librariesFolder(): string | undefined {
  return isOnPath('javac') ? findTool('mongo') : undefined;
}

/**
 * The folder of the server's classes, compiled once for each state of their source.
 */
async function compiledServer(libraries: string): Promise<string> {
  const source = join(import.meta.dirname, 'mongo', 'Server.java');
  const digest = createHash('sha256')
    .update(await readFile(source))
    .digest('hex');
  return makeOnce('mongo', `server-${digest.slice(0, 16)}`, async (draft) => {
    await promisify(execFile)('javac', ['-cp', join(libraries, '*'), '-d', draft, source]);
  });
}
