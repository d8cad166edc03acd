import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { builtDashboard } from '../../scripts/build-dashboard.ts';
import { projectFolder } from '../../scripts/run-command.ts';
import { runFlants } from '../e2e/flants.ts';
import { accessibilityProblems, closePages, hasChromium, openPage, startChromium } from './chromium.ts';

const steps = 600;
const files = 900;

describe.skipIf(!hasChromium)('a replay in Chromium', { timeout: 240_000 }, () => {
  let browser: Browser;
  let [folder, address] = ['', ''];
  beforeAll(async () => {
    browser = await startChromium();
    folder = await mkdtemp(join(tmpdir(), 'flants-replay-'));
    const template = await readFile(join(await builtDashboard(), 'replay.html'), 'utf8');
    const videos = ['A class', 'Another <b>class</b>'].map((title, video) => ({
      title,
      files,
      when: Array.from({ length: files / 10 }, (_, run) => [Math.min(steps - 1, run * 6 + video * 20), 10]).flat(),
      failed: [[40, 42]],
    }));
    const bytes = Array.from({ length: steps }, () => 1_000_000);
    const replay = { format: 1, startedAt: '2026-11-29T00:00:00Z', durationMs: 600_000, steps, videos, bytes };
    const path = join(folder, 'replay.html');
    const data = JSON.stringify(replay).replaceAll('<', String.raw`\u003c`);
    await writeFile(
      path,
      template.replace(/(id="replay-data">)\s*null\s*/, (_, start: string) => start + data),
    );
    address = pathToFileURL(path).href;
  });
  afterEach(() => closePages(browser));
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  it('plays from a single file, is stopped, and is moved to any moment', async () => {
    const { page, problems } = await openPage(browser, { origins: [] });
    await page.goto(address);
    await page.getByText('A class', { exact: true }).waitFor();
    expect(await page.getByText('Another <b>class</b>').count()).toBe(1);
    const scrubber = page.getByRole('slider');
    const position = async (): Promise<number> => Number(await scrubber.inputValue());
    await expect.poll(position, { timeout: 60_000 }).toBeGreaterThan(5);
    await page.getByRole('button', { name: 'Pause' }).click();
    const stopped = await position();
    expect(stopped).toBeLessThan(steps / 2);
    await page.getByText('Play', { exact: true }).waitFor();
    await scrubber.fill(String(steps));
    await page.getByText('1,796 of 1,800 files').waitFor();
    await page.getByText('10 min 00 s').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('plays what `flants replay` wrote of a copy', async () => {
    const catalogue = join(folder, 'catalogue.json');
    const media = join(projectFolder, 'demo', 'media', 'encrypted', 'index.m3u8');
    await writeFile(catalogue, JSON.stringify([{ id: 'secret-id', title: 'Secret title', url: media }]));
    const state = ['--state', join(folder, 'state')];
    const copied = await runFlants(['copy', catalogue, join(folder, 'vod'), ...state]);
    expect(copied).toMatchObject({ code: 0 });
    const path = join(folder, 'of-a-copy.html');
    expect(await runFlants(['replay', ...state, '--out', path])).toMatchObject({ code: 0 });
    expect(await readFile(path, 'utf8')).not.toMatch(/secret|seg_00/i);
    const { page, problems } = await openPage(browser, { origins: [] });
    await page.goto(pathToFileURL(path).href);
    await page.getByText('Video 1', { exact: true }).waitFor();
    await page.getByRole('slider').fill(String(steps));
    await page.getByText('6 of 6 files').waitFor();
    expect(problems).toEqual([]);
  });

  it('does not move by itself for a reader who wants no motion', async () => {
    const { page, problems } = await openPage(browser, { origins: [], reducedMotion: 'reduce' });
    await page.goto(address);
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expect(await page.getByRole('slider').inputValue()).toBe('0');
    expect(problems).toEqual([]);
  });
});
