import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Beside the built command. */
const built = fileURLToPath(new URL('../dashboard/', import.meta.url));
/** In a clone, where nothing is built: it prints the folder that it built. */
const buildScript = fileURLToPath(new URL('../../scripts/build-dashboard.ts', import.meta.url));

/** The folder of the built page. In a clone it is built first, which takes some seconds. Undefined: there is none. */
export async function dashboardFolder(): Promise<string | undefined> {
  if (existsSync(built)) return built;
  if (!existsSync(buildScript)) return undefined;
  const { stdout } = await promisify(execFile)(process.execPath, [buildScript]);
  return stdout.trim().split('\n').at(-1);
}
