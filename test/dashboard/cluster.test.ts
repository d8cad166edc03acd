import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findTool } from '../../scripts/tools.ts';
import { openClusterStage } from '../cluster/stage.ts';
import type { ClusterStage } from '../cluster/stage.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { freePort } from '../servers/free-port.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { accessibilityProblems, hasChromium, openPage, startChromium } from './chromium.ts';

const canRun = hasChromium && hasVersitygw && findTool('redis') !== undefined;

describe.skipIf(!canRun)('a cluster that is watched', { timeout: 240_000 }, () => {
  let browser: Browser;
  let stage: ClusterStage;
  let release: () => void = () => undefined;
  const running: RunningFlants[] = [];
  beforeAll(async () => {
    browser = await startChromium();
    const held = new Promise<void>((resolve) => (release = resolve));
    stage = await openClusterStage(
      { videos: 3, filesPerVideo: 120, fileBytes: 1_024, seed: 'watched' },
      // Two files of one video wait until they are let go: something to see, and room for all other files in their thread.
      {
        rule: ({ path }) => (/video-002\/seg-0006[01]/.test(path) ? { kind: 'held', until: held } : undefined),
        // One thread has the batch that is held.
        env: { FLANTS_THREADS: '2' },
      },
    );
  });
  afterEach(async () => {
    release();
    for (const role of running) role.kill('SIGKILL');
    await Promise.all(running.splice(0).map(({ ended }) => ended));
  });
  afterAll(async () => {
    await browser.close();
    await stage.close();
  });

  it('goes on being seen when its aggregator is started again', async () => {
    const address = `http://127.0.0.1:${await freePort()}`;
    const aggregate = (): RunningFlants => stage.start('aggregator', '--listen', address.slice('http://'.length));
    const first = aggregate();
    running.push(first, stage.start('scanner'), stage.start('crawler'), stage.start('transfer'));
    const { page, problems } = await openPage(browser, { origins: [address], expected: /ERR_|status of 5/ });
    await stage.until(({ totals }) => totals.videos.published === 2);
    await page.goto(address);
    const row = page.getByRole('article', { name: 'video-002' });
    await row.getByRole('listbox').waitFor();
    for (const role of ['scanner', 'crawler', 'transfer', 'aggregator'])
      await page.getByRole('region', { name: 'Services' }).getByText(role, { exact: true }).waitFor();
    await page
      .getByRole('region', { name: /In flight/ })
      .getByRole('link', { name: 'video-002' })
      .first()
      .waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);

    first.kill('SIGKILL');
    await first.ended;
    await page.getByText('connection lost').waitFor();
    running.push(aggregate());
    await page.getByText('live', { exact: true }).waitFor();
    release();
    await row.getByText('in place').waitFor();
    await page.getByText('360 of 360 files').first().waitFor();
    expect(problems).toEqual([]);
  });
});
