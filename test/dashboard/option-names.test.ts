import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { flagOf } from '../../src/config/registry/option-spec.ts';
import { optionNames } from '../../src/config/registry/options.ts';

it('the page names options that there are', async () => {
  const folder = join(import.meta.dirname, '..', '..', 'dashboard', 'src');
  const sources = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.tsx'));
  const texts = await Promise.all(sources.map((name) => readFile(join(folder, name), 'utf8')));
  const named = texts.flatMap((text) => Array.from(text.matchAll(/>(--[a-z-]+)/g), ([, flag]) => flag));
  expect(named).toContain('--public-url');
  expect(optionNames.map(flagOf)).toEqual(expect.arrayContaining(named));
});
