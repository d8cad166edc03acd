import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runTool } from '../../scripts/run-command.ts';

/**
 * Compiles this checkout into a folder of its own: what is started so often need not strip types each time, and may be
 * changed meanwhile.
 *
 * @returns path of the command
 */
export async function buildCommand(folder: string): Promise<string> {
  const { code, stdout } = await runTool('tsc', ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')]);
  if (code !== 0) throw new Error(`this checkout does not compile: ${stdout}`);
  await cp(join(projectFolder, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(projectFolder, 'package.json'), join(folder, 'package.json'));
  await symlink(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'bin', 'flants.js');
}
