import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { accessibilityProblems, hasChromium, startChromium } from '../dashboard/chromium.ts';
import { syntheticCatalogue } from '../media/synthetic.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library = { videos: 3, filesPerVideo: 4, fileBytes: 1_000, seed: 'report' };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    destination: 'folder',
    library,
    rule: ({ path }) => (path.includes('2/seg-00001') ? { kind: 'status', status: 404 } : undefined),
  });
  const catalogue = join(stage.scratch, 'videos.ndjson');
  await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
  await stage.copy(catalogue, '--allow-host', '127.0.0.1');
});
afterAll(() => stage.close());

describe('flants report', patient, () => {
  it('writes a page for people and a table for spreadsheets, and nothing else unless asked', async () => {
    const [html, csv] = [join(stage.scratch, 'report.html'), join(stage.scratch, 'videos.csv')];
    const { code, stdout, stderr } = await stage.run('report', '--html', html, '--csv', csv);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`written: ${html}\nwritten: ${csv}\n`);
    expect(await readFile(html, 'utf8')).toMatch(/of 3 videos (is|are) published/);
    const lines = (await readFile(csv, 'utf8')).split('\r\n');
    expect(lines[0]).toMatch(/^id,title,state,/);
    expect(lines).toHaveLength(5);
  });

  it('writes a line for each file of the videos that are named', async () => {
    const path = join(stage.scratch, 'files.csv');
    const listed = await stage.run('videos', '--json');
    const ids = listed.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect((await stage.run('report', ...ids.slice(0, 2), '--csv', path)).code).toBe(0);
    const [heading, first = '', ...rest] = (await readFile(path, 'utf8')).trimEnd().split('\r\n');
    expect(heading).toBe(
      'video,index,key,role,state,bytes,crc32,etag,tries,milliseconds,at,code,message,accepted because,url',
    );
    expect(first.split(',').slice(1, 6)).toEqual(['0', expect.stringContaining('.ts'), 'segment', 'done', '1000']);
    expect(rest).toHaveLength(2 * library.filesPerVideo - 1);
    const unknown = await stage.run('report', 'nobody', '--csv', path);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('nobody')]);
  });

  it('refuses a file whose folder does not exist', async () => {
    const { code, stderr } = await stage.run('report', '--html', join(stage.scratch, 'no', 'report.html'));
    expect([code, stderr]).toEqual([1, expect.stringContaining('--html')]);
  });

  describe.skipIf(!hasChromium)('in a browser', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startChromium();
    });
    afterAll(() => browser.close());

    it.each(['light', 'dark'] as const)(
      'has nothing that axe objects to, %s, and works without scripts',
      async (colorScheme) => {
        const html = join(stage.scratch, `${colorScheme}.html`);
        await stage.run('report', '--html', html);
        const context = await browser.newContext({
          colorScheme,
          bypassCSP: true,
          viewport: { width: 390, height: 844 },
        });
        const page = await context.newPage();
        await page.goto(pathToFileURL(html).href);
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await page.locator('script').count()).toBe(0);
        const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
        expect(isWide).toBe(false);
        await context.close();
      },
    );
  });
});
