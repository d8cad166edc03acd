import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectFolder } from '../../scripts/run-command.ts';
import { verbNames, verbs } from '../../src/config/registry/verbs.ts';

it('docs/output.md has a heading for the output of each verb that takes --json', async () => {
  const page = await readFile(join(projectFolder, 'docs', 'output.md'), 'utf8');
  const headings = page.split('\n').filter((line) => line.startsWith('## '));
  const takesJson = verbNames.filter((verb) => (verbs[verb].options as readonly string[]).includes('json'));
  expect(takesJson).toContain('copy');
  expect(takesJson.filter((verb) => !headings.some((line) => line.includes(verb)))).toEqual([]);
});
