import { readdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../../scripts/run-command.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { blocksOf, readDocument, shownCommands } from './doc-blocks.ts';
import type { DocBlock, ShownCommand } from './doc-blocks.ts';
import { firstMisfit } from './doc-shape.ts';
import { startDocWorld } from './doc-world.ts';
import type { DocWorld } from './doc-world.ts';
import { patient } from './stage.ts';

/** Writes what the commands say into the documents, in place of what these show. */
const isWriting = process.env['FLANTS_TEST_WRITE_DOCS'] === '1';

const paths = [
  'README.md',
  ...(await readdir(join(projectFolder, 'docs'))).filter(isPage).map((name) => `docs/${name}`),
];
/** Made from data whose examples help-examples.test.ts runs; and run by operations.test.ts and try-swarm.ts. */
const elsewhere = new Set(['docs/options.md', 'docs/operations.md']);
const pages = await Promise.all(
  paths
    .filter((path) => !elsewhere.has(path))
    .map(async (path) => {
      const text = await readDocument(path);
      return { path, text, blocks: blocksOf(text) };
    }),
);

function isPage(name: string): boolean {
  return name.endsWith('.md');
}

describe('the documents', () => {
  it('say of each block of commands who runs it, or why nobody does', () => {
    const blocks = pages.flatMap(({ path, blocks: all }) => all.map(({ mark, text }) => ({ path, mark, text })));
    expect(blocks.length).toBeGreaterThan(10);
    expect(blocks.filter(({ mark }) => mark === undefined)).toEqual([]);
  });

  it('have links to files and headings that exist', async () => {
    const broken: string[] = [];
    for (const path of [...paths, 'CONTRIBUTING.md', 'SECURITY.md']) {
      const text = await readDocument(path);
      for (const [, target = ''] of text.replaceAll(/```[^]*?```|`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [file = '', anchor] = target.split('#');
        const named = file === '' ? path : join(dirname(path), file);
        const isThere = existsSync(join(projectFolder, named));
        if (!isThere || (anchor !== undefined && !anchorsOf(await readDocument(named)).has(anchor)))
          broken.push(`${path}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });
});

/** Anchors of the headings, as GitHub makes them. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm);
  return new Set(
    Array.from(headings, ([, title = '']) =>
      title
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replaceAll(/&[a-z]+;/g, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe.skipIf(!hasVersitygw)('commands of the documents', patient, () => {
  const tested = pages
    .map(({ path, text, blocks }) => ({ path, text, blocks: blocks.filter(({ mark }) => mark?.how === 'tested') }))
    .filter(({ blocks }) => blocks.length > 0);

  describe.each(tested)('$path', ({ path, text, blocks }) => {
    let world: DocWorld;
    /** Texts to put in place of blocks, last one first. */
    const written: { readonly block: DocBlock; readonly text: string }[] = [];
    beforeAll(async () => {
      world = await startDocWorld();
    });
    afterAll(async () => {
      await world.stop();
      let page = text;
      for (const { block, text: now } of written.toReversed())
        page = page.slice(0, block.at) + now + page.slice(block.at + block.text.length);
      if (isWriting) await writeFile(join(projectFolder, path), page);
    });

    it.each(blocks.map((block) => [block.mark?.what, block] as const))('%s', async (_, block) => {
      if (block.language === 'sh') {
        const { code, said } = await world.run(`set -e\n${block.text}`);
        expect(code, said).toBe(0);
        return;
      }
      const shown = shownCommands(block.text);
      const results = await runShown(world, shown);
      if (isWriting) written.push({ block, text: rewritten(shown, results) });
      else
        for (const [at, { command, output }] of shown.entries())
          expect(firstMisfit(output, results[at] ?? []), command).toBeUndefined();
    });
  });
});

/** Runs commands one after the other in one shell, and splits what they say. A failure must be shown by `echo $?`. */
async function runShown(world: DocWorld, shown: readonly ShownCommand[]): Promise<readonly (readonly string[])[]> {
  const end = '\u0001';
  const script = shown.map(({ command }) => `${command}\ncode=$?; echo "${end}$code"; (exit $code)`).join('\n');
  const { said } = await world.run(script);
  const results = said.split(new RegExp(`${end}\\d+\n`)).slice(0, -1);
  const codes = Array.from(said.matchAll(new RegExp(`${end}(\\d+)`, 'g')), ([, code]) => Number(code));
  for (const [at, code] of codes.entries())
    if (code !== 0) expect(shown[at + 1]?.command, `${shown[at]?.command} ends with ${code}\n${said}`).toBe('echo $?');
  expect(codes).toHaveLength(shown.length);
  return results.map((result) => (result === '' ? [] : result.replace(/\n$/, '').split('\n')));
}

function rewritten(shown: readonly ShownCommand[], results: readonly (readonly string[])[]): string {
  const lines = shown.flatMap(({ command, output }, at) => [
    `$ ${command}`,
    ...(output.some((line) => line.includes('…')) ? output : (results[at] ?? [])),
  ]);
  return `${lines.join('\n')}\n`;
}
