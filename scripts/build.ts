/** Builds `dist/`, which the package holds. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleInto } from './bundle.ts';
import { projectFolder } from './run-command.ts';

const folder = join(projectFolder, 'dist');
await rm(folder, { recursive: true, force: true });
await bundleInto(folder, 'imported');
