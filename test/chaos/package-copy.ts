import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleCommand } from '../../scripts/bundle.ts';
import { projectFolder } from '../../scripts/run-command.ts';

/**
 * Builds this checkout into a folder of its own, which may be changed meanwhile.
 *
 * @returns path of the command
 */
export async function buildCommand(folder: string): Promise<string> {
  const command = await bundleCommand(folder, { withFunction: true });
  await symlink(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  return command;
}
