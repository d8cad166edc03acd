import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../../scripts/run-command.ts';
import { verbNames, verbs } from '../../src/config/registry/verbs.ts';
import { fileRoles } from '../../src/domain/revision.ts';
import { videoStates } from '../../src/domain/video.ts';

describe('docs/output.md', async () => {
  const page = await readFile(join(projectFolder, 'docs', 'output.md'), 'utf8');

  it('has a heading for the output of each verb that takes --json', () => {
    const headings = page.split('\n').filter((line) => line.startsWith('## '));
    const takesJson = verbNames.filter((verb) => (verbs[verb].options as readonly string[]).includes('json'));
    expect(takesJson).toContain('copy');
    expect(takesJson.filter((verb) => !headings.some((line) => line.includes(verb)))).toEqual([]);
  });

  it.each([
    ['state of a video', /^The \*\*state\*\* of a video is ([^]*?)\n\n/m, videoStates],
    ['role of a file', /role is (.*) \|$/m, fileRoles],
  ])('lists each %s', (_, list, words) => {
    const listed = Array.from(list.exec(page)?.[1]?.matchAll(/`([^`]+)`/g) ?? [], ([, word]) => word);
    expect(new Set(listed)).toEqual(new Set<string>(words));
  });
});
