import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runCommand } from '../../scripts/run-command.ts';

const page = await readFile(join(projectFolder, 'docs', 'operations.md'), 'utf8');

/** Blocks of `docs/operations.md` that are for this trial, by their names. */
const blocks = new Map(
  Array.from(page.matchAll(/^ *```sh\n *# tried: (\S+)\n([\s\S]*?)^ *```$/gm), ([, name = '', text = '']) => [
    name,
    text,
  ]),
);
const run = new Set<string>();

/**
 * Runs a block as it stands, up to the first command that fails.
 *
 * @param here - what is written there, and what is meant here: names of images, of the stack, of the node
 * @returns what it wrote
 */
export async function runBlock(
  name: string,
  here: Readonly<Record<string, string>>,
  { env = {}, cwd = projectFolder }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<string> {
  let text = blocks.get(name);
  if (text === undefined) throw new Error(`docs/operations.md has no block ${name}`);
  for (const [written, meant] of Object.entries(here)) {
    if (!text.includes(written)) throw new Error(`the block ${name} of docs/operations.md does not have ${written}`);
    text = text.replaceAll(written, meant);
  }
  run.add(name);
  const { code, stdout, stderr } = await runCommand('bash', ['-e', '-c', text], {
    cwd,
    env: { DOCKER_BUILDKIT: '1', ...env },
  });
  if (code !== 0) throw new Error(`the block ${name} of docs/operations.md ended with ${code}: ${stderr.trim()}`);
  return stdout.trim();
}

/** Names of the blocks that were not run. */
export function blocksLeft(): readonly string[] {
  return [...blocks.keys()].filter((name) => !run.has(name));
}
