import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { projectFolder } from '../../scripts/run-command.ts';
import { startFlants } from '../e2e/flants.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { freePort } from '../servers/free-port.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { accessibilityProblems, closePages, hasChromium, openPage, startChromium } from './chromium.ts';

const token = 'the-token-of-the-test';
const lost = '/encrypted/seg_002.ts';
const patiently = { timeout: 60_000 };
const ladder = 'A ladder of two bitrates';
const encrypted = 'AES-128, the key changes half way';

/** `flants copy --dashboard` of the demo's library, watched by a person with a browser. */
describe.skipIf(!hasChromium)('a copy that is watched', { timeout: 240_000 }, () => {
  let browser: Browser;
  let origin: Origin;
  let [folder, address] = ['', ''];
  let release: () => void = () => undefined;
  const running: RunningFlants[] = [];

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-watched-'));
    await cp(join(projectFolder, 'demo', 'media'), join(folder, 'media'), { recursive: true });
    const held = new Promise<void>((resolve) => (release = resolve));
    origin = await startOrigin({
      folder: join(folder, 'media'),
      // One video waits until it is let go, so that what happens meanwhile is seen.
      rule: ({ path }) => (path.startsWith('/two-bitrates/hi/seg') ? { kind: 'held', until: held } : undefined),
    });
    const rows = [
      { id: 'ladder', title: ladder, url: `${origin.url}/two-bitrates/master.m3u8` },
      { id: 'encrypted', title: encrypted, url: `${origin.url}/encrypted/index.m3u8` },
    ];
    await writeFile(join(folder, 'catalogue.json'), JSON.stringify(rows));
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
  });
  afterEach(async () => {
    await closePages(browser);
    release();
    for (const command of running.splice(0)) {
      command.kill('SIGKILL');
      await command.ended;
    }
    await origin.stop();
    await rm(folder, { recursive: true });
  });

  const start = (...flags: readonly string[]): RunningFlants => {
    const words = ['copy', 'catalogue.json', join(folder, 'vod'), '--state', join(folder, 'state'), '--no-progress'];
    const listen = address.slice('http://'.length);
    const command = startFlants([...words, `--dashboard=${listen}`, ...flags], {
      cwd: folder,
      // The second thread has the retry while the first waits for the video that is held.
      env: { FLANTS_TOKEN: token, FLANTS_THREADS: '2' },
    });
    running.push(command);
    return command;
  };
  const signIn = async (page: Page, given: string): Promise<void> => {
    await page.getByRole('textbox', { name: 'Token' }).fill(given);
    await page.locator('form').getByRole('button', { name: 'Sign in' }).click();
  };

  it('is seen from start to end: a failure, retried by click, completed and folded, and played', async () => {
    origin.behave(lost, { kind: 'status', status: 404 });
    const command = start();
    await command.says(address);
    const { page, problems } = await openPage(browser, { origins: [address], expected: /status of 401/ });
    await page.goto(address);

    // Under copy, with what failed.
    const cause = page.getByRole('listitem').filter({ hasText: 'Not found at the source' });
    await cause.getByText('1 file').waitFor();
    const row = page.getByRole('article', { name: ladder });
    await row.getByRole('listbox').waitFor();
    await row.getByText(/copying/).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);

    // Without the token nothing can be changed; a wrong one is refused.
    expect(await page.getByRole('button', { name: /Retry/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn(page, 'another token');
    await page.getByRole('alert').filter({ hasText: 'the token is wrong' }).waitFor();
    await signIn(page, token);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();

    // The file that failed: title, rendition, file, tries.
    await cause.getByRole('link').click();
    await page.getByText('seg_002.ts').first().waitFor();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('n');
    await page.keyboard.press('Enter');
    const panel = page.getByRole('region', { name: /^File \d+, failed/ });
    await panel.getByRole('cell', { name: /source\.not-found/ }).waitFor();
    await panel.getByRole('cell', { name: '404', exact: true }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);

    // It is there again, and is retried by click.
    origin.heal(lost);
    await page.getByRole('link', { name: 'Overview' }).click();
    await cause.getByRole('button', { name: /Retry/ }).click();
    await page.getByText('Nothing has failed.').waitFor();
    const complete = page.getByRole('article', { name: encrypted });
    await complete.getByText('in place').waitFor();
    await expect.poll(() => complete.getByRole('listbox').count(), patiently).toBe(0);

    release();
    await row.getByText('in place').waitFor();
    await page.getByText('100%').first().waitFor();
    await page.getByText('the run has ended').waitFor();

    // Its tries tell of both.
    await complete.getByRole('link').click();
    await page.getByRole('button', { name: 'Show each file' }).waitFor();

    // It plays to its end, from the destination.
    await page.getByRole('link', { name: 'Overview' }).click();
    await row.getByRole('link').click();
    await page.getByRole('button', { name: /Play it/ }).click();
    const video = page.locator('video');
    await video.evaluate((element: HTMLVideoElement) => (element.playbackRate = 8));
    await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.ended), patiently).toBe(true);
    expect(await page.getByRole('alert').count()).toBe(0);

    // Who has seen the end and leaves lets the command end.
    expect(problems).toEqual([]);
    await page.close();
    expect(await command.ended).toMatchObject({ code: 0 });
  });

  it('says which line is missing where the destination lets no page read it, and plays once it is there', async () => {
    release();
    // Serves what the copy writes, as a web server without CORS.
    let allowsPages = false;
    const headers = { 'Access-Control-Allow-Origin': address };
    const store = await startOrigin({
      folder: join(folder, 'vod'),
      rule: () => (allowsPages ? { kind: 'with-headers', headers } : undefined),
    });
    try {
      const command = start('--public-url', `${store.url}/`);
      await command.says(address);
      const { page, problems } = await openPage(browser, {
        origins: [address, store.url],
        expected: /CORS|ERR_FAILED/,
      });
      await page.goto(`${address}/video?id=encrypted`);
      await page.getByRole('button', { name: /Play it/ }).click();
      const alert = page.getByRole('alert');
      await alert.getByText('CORS is not set up there').waitFor();
      await alert.getByText(`"AllowedOrigins":["${address}"]`).waitFor();
      allowsPages = true;
      await page.reload();
      await page.getByRole('button', { name: /Play it/ }).click();
      const time = (): Promise<number> =>
        page.locator('video').evaluate((element: HTMLVideoElement) => element.currentTime);
      await expect.poll(time, patiently).toBeGreaterThan(0.5);
      expect(problems).toEqual([]);
    } finally {
      await store.stop();
    }
  });

  it('goes on being seen when the service is started again', async () => {
    const first = start();
    await first.says(address);
    const { page, problems } = await openPage(browser, { origins: [address], expected: /ERR_|status of 5/ });
    await page.goto(address);
    await page
      .getByRole('article', { name: ladder })
      .getByText(/copying/)
      .waitFor();
    first.kill('SIGKILL');
    await first.ended;
    await page.getByText('connection lost').waitFor();
    const second = start();
    await second.says(address);
    await page
      .getByRole('article', { name: ladder })
      .getByText(/copying/)
      .waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    release();
    await page.getByText('the run has ended').waitFor();
    await page.getByText('100%').first().waitFor();
    expect(problems).toEqual([]);
  });

  it('takes what people decide: pause, priority, a file accepted, a video added, cancel', async () => {
    origin.behave(lost, { kind: 'status', status: 404 });
    const command = start();
    await command.says(address);
    const { page, problems } = await openPage(browser, { origins: [address] });
    await page.goto(`${address}/video?id=ladder`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn(page, token);
    const state = page.getByRole('definition').first();
    await page.getByRole('button', { name: 'Pause' }).click();
    await state.getByText('paused').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await state.getByText('copying').waitFor();
    await page.getByRole('button', { name: 'Put first' }).click();
    await page.getByText('prioritised: goes first').waitFor();

    await page.goto(`${address}/video?id=encrypted`);
    await page.getByRole('listbox').focus();
    // The field fills the window, so that the file opens below it.
    await page.setViewportSize({ width: 360, height: 200 });
    await page.keyboard.press('n');
    await page.keyboard.press('Enter');
    const heading = page.getByRole('heading', { name: /^File \d+, failed/ });
    const isSeen = (): Promise<boolean> =>
      heading.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight && element === document.activeElement;
      });
    await expect.poll(isSeen, patiently).toBe(true);
    await page.getByRole('button', { name: 'Close' }).press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.role)).toBe('listbox');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Enter');
    await page.getByLabel('Publish without it, because').fill('the camera was off');
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('Accepted: the camera was off').waitFor();

    await page.goto(`${address}/videos`);
    await page.getByRole('button', { name: 'Add a video' }).click();
    await page.getByLabel('URL of its playlist').fill(`${origin.url}/languages-and-subtitles/master.m3u8`);
    await page.getByRole('dialog').getByLabel('Title').fill('One more');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('listitem').filter({ hasText: 'One more' }).getByText('published').waitFor();

    await page.goto(`${address}/video?id=ladder`);
    await page.getByRole('button', { name: 'Cancel…' }).click();
    await page.getByRole('button', { name: 'Cancel the video' }).click();
    await state.getByText('cancelled').waitFor();
    // That would be refused: a cancelled video is submitted again.
    expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Submit again' }).click();
    await state.getByText('copying').waitFor();
    release();
    await state.getByText('published').waitFor();
    expect(problems).toEqual([]);
  });

  it('asks for the token even to read, where that is wanted', async () => {
    const command = start('--require-token-to-read');
    await command.says(address);
    const { page, problems } = await openPage(browser, { origins: [address], expected: /status of 401/ });
    await page.goto(address);
    await page.getByRole('heading', { name: 'This page asks for a token' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await signIn(page, token);
    await page
      .getByRole('article', { name: ladder })
      .getByText(/copying/)
      .waitFor();
    expect(problems).toEqual([]);
  });

  it('is found in the list of all videos, by state, text and order, with a link for each view', async () => {
    const command = start();
    await command.says(address);
    const { page, problems } = await openPage(browser, { origins: [address] });
    await page.goto(`${address}/videos?sort=state`);
    await page.getByRole('listitem').filter({ hasText: ladder }).waitFor();
    await page.getByRole('searchbox').fill('half way');
    await expect.poll(() => page.getByRole('listitem').filter({ hasText: ladder }).count(), patiently).toBe(0);
    await page.waitForURL(`${address}/videos?text=half+way&sort=state`);
    await page.getByRole('button', { name: /^published/ }).click();
    await page.getByRole('listitem').filter({ hasText: encrypted }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('listitem').getByRole('link').click();
    await page.waitForURL(/\/video\?id=encrypted/);
    await page.getByRole('heading', { name: encrypted }).waitFor();
    await page.goto(`${address}/runs`);
    await page.getByRole('heading', { name: 'Finished runs' }).waitFor();
    for (const [role, name, said] of [
      ['link', 'JSON', '"format":1'],
      ['link', 'CSV', encrypted],
      ['link', 'HTML', `<td>${encrypted}<small>`],
    ] as const) {
      const saved = page.waitForEvent('download');
      await page.getByRole(role, { name }).click();
      expect(await readFile(await (await saved).path(), 'utf8')).toContain(said);
    }
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
