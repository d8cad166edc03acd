/** Compiles `src/` into a fresh `dist/`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runTool } from './run-command.ts';

await rm(join(projectFolder, 'dist'), { recursive: true, force: true });
const { code } = await runTool('tsc', ['-p', 'tsconfig.build.json'], { show: true });
process.exitCode = code;
