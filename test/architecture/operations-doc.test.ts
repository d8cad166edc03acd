import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../../scripts/run-command.ts';
import { defaultPrices } from '../../src/domain/cost/prices.ts';

const read = (...path: readonly string[]): Promise<string> => readFile(join(projectFolder, ...path), 'utf8');
const page = await read('docs', 'operations.md');

describe('docs/operations.md', () => {
  it('says of each block of commands who runs it, or why nobody does', async () => {
    const blocks = Array.from(page.matchAll(/^ *```sh\n *(.*)$/gm), ([, first = '']) => first);
    expect(blocks.length).toBeGreaterThan(10);
    expect(blocks.filter((first) => !/^# (?:tested|tried): [a-z]+$|^# not run: \S/.test(first))).toEqual([]);
    const named = (how: string): string[] =>
      blocks.flatMap((first) => (first.startsWith(`# ${how}: `) ? [first.slice(how.length + 4)] : [])).toSorted();
    const run = (text: string, call: string): string[] =>
      [
        ...new Set(Array.from(text.matchAll(new RegExp(`${call}\\('([a-z]+)'`, 'g')), ([, name = '']) => name)),
      ].toSorted();
    expect(named('tested')).toEqual(run(await read('test', 'e2e', 'operations.test.ts'), 'run'));
    const trial = (await read('deploy', 'try-swarm.ts')) + (await read('deploy', 'try', 'swarm.ts'));
    expect(named('tried')).toEqual(run(trial, 'runBlock'));
  });

  it('reckons costs by the prices that come with this version, as of their day', () => {
    const { thousandPuts, gbSecond, millionInvocations, egressGb, gbMonth = 0, invalidationPath } = defaultPrices;
    const { freeInvalidationPaths, at } = defaultPrices;
    const [files, videos] = [16_000_000, 100_000];
    const batches = files / 100;
    const seconds = batches * 2 * (1_769 / 1_024);
    const moved = [
      ['PUT of files', (files / 1_000) * thousandPuts],
      ['PUT of evidence', (batches / 1_000) * thousandPuts],
      ['functions', seconds * gbSecond.arm64],
      ['invocations', (batches / 1_000_000) * millionInvocations],
    ] as const;
    const costs = [
      ...moved,
      ['egress of the source', ((4 * 2 ** 40) / 1e9) * egressGb],
      ['keeping it', 4 * 1_024 * gbMonth],
      ['telling CloudFront', (videos - freeInvalidationPaths) * invalidationPath],
      ['**moving it, once**', moved.reduce((sum, [, dollars]) => sum + dollars, 0)],
    ] as const;
    for (const [what, dollars] of costs) {
      const row = page.split('\n').find((line) => line.startsWith(`| ${what}`));
      const told = Number(/([\d.]+)(?:\*\*)?(?:, and [\d.]+ to the old home)? \|$/.exec(row ?? '')?.[1]);
      // Each was rounded by hand.
      expect(Math.abs(told - dollars), `${what}: ${dollars}`).toBeLessThan(0.02);
    }
    expect(page).toContain(`as of ${at}`);
  });
});
