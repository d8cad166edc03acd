import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder, runTool } from '../../scripts/run-command.ts';

/** What the linter says about each planted file, as `code: help` lines. */
export type Verdicts = ReadonlyMap<string, readonly string[]>;

interface Diagnostic {
  readonly code?: string;
  readonly message: string;
  readonly help?: string;
  readonly filename: string;
}

/**
 * Writes files into a temporary folder, has the linter look at them by the
 * project's own configuration, and takes the folder away again.
 *
 * @throws when the linter examined not as many files as were planted
 */
export async function lintPlanted(files: Readonly<Record<string, string>>): Promise<Verdicts> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-layers-'));
  try {
    await symlink(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
    const config = pathToFileURL(join(projectFolder, 'oxlint.config.ts')).href;
    await writeFile(join(folder, 'oxlint.config.ts'), `export { default } from '${config}';\n`);
    const tsconfig = {
      extends: join(projectFolder, 'tsconfig.json'),
      include: ['src', 'dashboard', 'test', 'scripts', 'bench'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const result = await runTool('oxlint', ['--type-aware', '--format', 'json', ...Object.keys(files)], {
      cwd: folder,
    });
    return verdictsOf(result.stdout, Object.keys(files));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function verdictsOf(output: string, paths: readonly string[]): Verdicts {
  const report = JSON.parse(output) as { number_of_files: number; diagnostics: Diagnostic[] };
  if (report.number_of_files !== paths.length) throw new Error(`the linter saw ${report.number_of_files} files`);
  const verdicts = new Map<string, string[]>(paths.map((path) => [path, []]));
  for (const { filename, code, message, help } of report.diagnostics) {
    verdicts.get(filename)?.push(`${code ?? 'syntax'}: ${message} ${help ?? ''}`);
  }
  return verdicts;
}
