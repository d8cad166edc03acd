/** Builds `dist/` and `man/`, which the package holds. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleInto } from './bundle.ts';
import { manPage } from './man-page.ts';
import { readVersion } from '../src/cli/version.ts';
import { projectFolder } from './run-command.ts';

const folder = join(projectFolder, 'dist');
await rm(folder, { recursive: true, force: true });
await bundleInto(folder, { withFunction: true });

const manual = join(projectFolder, 'man');
await mkdir(manual, { recursive: true });
await writeFile(join(manual, 'flants.1'), manPage(readVersion(), new Date().toISOString().slice(0, 10)));
