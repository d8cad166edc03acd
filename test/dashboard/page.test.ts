import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { failureWith } from '../../src/domain/failure.ts';
import { accessibilityProblems, closePages, hasChromium, openPage, startChromium } from './chromium.ts';
import { startFeed } from './feed.ts';
import type { Feed } from './feed.ts';
import { makeLibrary } from './made-library.ts';
import type { MadeLibrarySpec } from './made-library.ts';

const small: MadeLibrarySpec = {
  videos: 4,
  filesPerVideo: 300,
  outcomesPerSecond: 150,
  batches: 3,
  oneFailsOf: 40,
  doneAtFirst: (video) => video / 4,
  endless: false,
};

/** What only the browser decides, over a made-up library: the real service has tests of its own. */
describe.skipIf(!hasChromium)('the page', { timeout: 240_000 }, () => {
  let browser: Browser;
  let feed: Feed;
  beforeAll(async () => {
    browser = await startChromium();
    feed = await startFeed(small);
  });
  afterEach(() => closePages(browser));
  afterAll(async () => {
    await browser.close();
    await feed.stop();
  });

  it('draws every file of what is seen, and follows when the page is scrolled', async () => {
    const { page, problems } = await openPage(browser, { origins: [feed.url], viewport: { width: 900, height: 400 } });
    await page.goto(feed.url);
    const field = page.getByRole('listbox').first();
    await field.scrollIntoViewIfNeeded();
    const drawn = (): Promise<number> =>
      field.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
        return new Set(data).size;
      });
    await expect.poll(drawn, { timeout: 60_000 }).toBeGreaterThan(10);
    expect(problems).toEqual([]);
  });

  it('leads through the files of a video by keys alone', async () => {
    const { page, problems } = await openPage(browser, { origins: [feed.url] });
    await page.goto(feed.url);
    const field = page.getByRole('listbox').first();
    await field.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await field.getByRole('option').textContent()).toMatch(/^file 2, /);
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    expect(await field.getByRole('option').getAttribute('aria-posinset')).toBe(
      await field.getByRole('option').getAttribute('aria-setsize'),
    );
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/video\?id=class-\d+&file=0$/);
    await page.goBack();
    await page.getByRole('listbox').first().waitFor();
    // What the made-up service does not have is answered with 404, which browsers write on the console.
    expect(problems.filter((problem) => !problem.includes('404'))).toEqual([]);
  });

  it.each([
    { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
    { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  ] as const)('has nothing that axe objects to: $colorScheme, $viewport.width pixels wide', async (options) => {
    const { page, problems } = await openPage(browser, { origins: [feed.url], ...options });
    await page.goto(feed.url);
    await page.getByRole('listbox').first().waitFor();
    await page.getByText('Not found at the source').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
  });

  it.each([360, 768, 1440])(
    'names each video of the list where one has a long reason, %i pixels wide',
    async (width) => {
      const { page, problems } = await openPage(browser, { origins: [feed.url], viewport: { width, height: 800 } });
      await page.goto(`${feed.url}/videos`);
      const links = page.getByRole('listitem').getByRole('link');
      await expect.poll(() => links.count()).toBe(2);
      const boxes = await Promise.all((await links.all()).map((link) => link.boundingBox()));
      for (const box of boxes) expect(box?.width).toBeGreaterThan(width / 4);
      const heights = await page
        .getByRole('listitem')
        .evaluateAll((rows) => rows.map((row) => row.scrollHeight - row.clientHeight));
      expect(heights).toEqual([0, 0]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(problems).toEqual([]);
    },
  );

  it('says what of it cannot be shown, keeps the rest usable, and recovers with the next data', async () => {
    const expected = /Cannot read properties of undefined/;
    const { page, problems } = await openPage(browser, { origins: [feed.url], expected });
    // Answers as of a service of another version, until it is the same again.
    let isOther = true;
    const snapshot = JSON.stringify({ ...makeLibrary(small).snapshot(), causes: [{ code: 'some.code' }] });
    await page.route('**/api/v1/live', (route) =>
      isOther
        ? route.fulfill({
            contentType: 'text/event-stream',
            body: `retry: 100\nevent: snapshot\ndata: ${snapshot}\n\n`,
          })
        : route.continue(),
    );
    await page.route('**/api/v1/list*', (route) =>
      isOther ? route.fulfill({ json: { total: 1, rows: [{ id: 'class-1' }], listVersion: 0 } }) : route.continue(),
    );
    await page.goto(feed.url);
    const alert = page.getByRole('alert');
    await page.getByRole('heading', { name: 'What failed and what is in flight cannot be shown' }).waitFor();
    expect(await alert.textContent()).toMatch(expected);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('listbox').first().waitFor();

    await page.getByRole('link', { name: 'Videos', exact: true }).click();
    await page.getByRole('heading', { name: 'This view cannot be shown' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    expect(await alert.count()).toBe(0);

    await page.getByRole('link', { name: 'Videos', exact: true }).click();
    await alert.waitFor();
    isOther = false;
    await page.getByRole('listitem').getByRole('link').first().waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('In flight').first().waitFor();
    expect(await alert.count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('names a process that cannot continue, and why', async () => {
    const { page, problems } = await openPage(browser, { origins: [feed.url] });
    const [first, ...others] = makeLibrary(small).snapshot().services;
    const services = [{ ...first, halted: failureWith('store.full', '/vod/a.ts: the disk is full') }, ...others];
    const snapshot = JSON.stringify({ ...makeLibrary(small).snapshot(), services });
    await page.route('**/api/v1/live', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: `event: snapshot\ndata: ${snapshot}\n\n` }),
    );
    await page.goto(feed.url);
    await page.getByText('cannot continue: /vod/a.ts: the disk is full').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('says since when the catalogue cannot be read, and why', async () => {
    const { page, problems } = await openPage(browser, { origins: [feed.url] });
    const since = new Date().toISOString();
    const failure = failureWith('catalogue.unreadable', 'videos.ndjson: no such file');
    const scanFailed = { catalogue: 'videos.ndjson', since, at: since, failure };
    const snapshot = JSON.stringify({ ...makeLibrary(small).snapshot(), scanFailed });
    await page.route('**/api/v1/live', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: `event: snapshot\ndata: ${snapshot}\n\n` }),
    );
    await page.goto(feed.url);
    await page.getByText('✕ scans fail since').waitFor();
    await page.getByText('videos.ndjson: no such file').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('keeps the theme that was chosen', async () => {
    const { page } = await openPage(browser, { origins: [feed.url], colorScheme: 'light' });
    await page.goto(feed.url);
    const paper = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const before = await paper();
    await page.getByRole('button', { name: /change to light/ }).click();
    await page.getByRole('button', { name: /change to dark/ }).click();
    await expect.poll(paper, { timeout: 60_000 }).not.toBe(before);
    const dark = await paper();
    await page.reload();
    await page.getByRole('listbox').first().waitFor();
    expect(await paper()).toBe(dark);
  });
});
