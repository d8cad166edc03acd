import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { projectFolder } from '../scripts/run-command.ts';
import { startChromium } from '../test/dashboard/chromium.ts';
import { inMiB, median, tableOf } from './figures.ts';

/** What is shown: made up by `test/dashboard/feed.ts`, in a process of its own. */
const shape = { videos: 500, files: 5_000, rate: 20_000 };
/** Of the page with one element per file, after which it is given up. */
const patienceMs = 120_000;
const compared = { videos: 20, seconds: 20 } as const;

interface PageFigures {
  readonly framesPerSecond: number;
  readonly worstSecond: number;
  readonly mainThreadMs: number;
  readonly longestTaskMs: number;
  readonly heapBytes: number;
}

/**
 * The browser's half of `npm run bench -- dashboard`: frames a second, main thread of a frame and heap of the dashboard,
 * and of a page with one element per file over the same stream.
 *
 * @param minutes - how long the dashboard is watched
 */
export async function dashboardBrowser(minutes: number): Promise<void> {
  console.log(
    `\n${shape.videos} videos of up to ${shape.files} files, ${shape.rate} outcomes a second, in Chromium without a GPU`,
  );
  const feed = await startFeedProcess();
  const browser = await startChromium();
  try {
    const rows = [['', 'frames/s', 'worst second', 'main thread a frame', 'longest task', 'heap']];
    const add = (name: string, figures: PageFigures | undefined): void => {
      rows.push(
        figures ? [name, ...wordsOf(figures)] : [name, `not shown after ${patienceMs / 1000} s`, '', '', '', ''],
      );
      console.log(`${name}: done`);
    };
    const ready = (page: Page): Promise<unknown> => page.getByRole('listbox').first().waitFor();
    add(`dashboard, ${minutes} min`, await measurePage(browser, feed.url, minutes * 60, ready));
    const shown = (page: Page): Promise<unknown> =>
      page.waitForFunction('window.isShown', null, { timeout: patienceMs });
    const { videos, seconds } = compared;
    const part = `${feed.url}/elements?videos=${videos}`;
    add(`an element per file, ${videos} of the videos`, await measurePage(browser, part, seconds, shown));
    add('an element per file, all', await measurePage(browser, `${feed.url}/elements`, seconds, shown));
    console.log(tableOf(rows));
  } finally {
    await browser.close();
    feed.stop();
  }
}

async function startFeedProcess(): Promise<{ readonly url: string; stop(): void }> {
  const script = join(projectFolder, 'test', 'dashboard', 'feed.ts');
  const { videos, files, rate } = shape;
  const args = ['--port', '0', '--videos', String(videos), '--files', String(files), '--rate', String(rate)];
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { url, stop: () => void child.kill() };
}

/** Seconds at first, in which a page is still being built, are not counted. */
const settleMs = 5_000;

/** @returns undefined where the page is not shown in time */
async function measurePage(
  browser: Browser,
  address: string,
  seconds: number,
  ready: (page: Page) => Promise<unknown>,
): Promise<PageFigures | undefined> {
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  page.setDefaultTimeout(patienceMs);
  try {
    await page.goto(address, { waitUntil: 'commit' });
    await ready(page);
    await page.waitForTimeout(settleMs);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await page.evaluate(countFrames);
    const before = await metricsOf(session);
    await page.waitForTimeout(seconds * 1000);
    const after = await metricsOf(session);
    const { frames, longestTaskMs } = await page.evaluate<Counted>('window.counted');
    await session.send('HeapProfiler.collectGarbage');
    const perSecond = frames.slice(1, -1);
    const total = perSecond.reduce((sum, count) => sum + count, 0);
    return {
      framesPerSecond: median(perSecond),
      worstSecond: Math.min(...perSecond),
      mainThreadMs:
        ((after.taskSeconds - before.taskSeconds) * 1000 * (perSecond.length / seconds)) / Math.max(1, total),
      longestTaskMs,
      heapBytes: (await metricsOf(session)).heapBytes,
    };
  } catch (error) {
    if (error instanceof Error && (error.name === 'TimeoutError' || /crashed/i.test(error.message))) return undefined;
    throw error;
  } finally {
    await page.close();
  }
}

interface Counted {
  readonly frames: readonly number[];
  readonly longestTaskMs: number;
}

/** Runs in the page: frames of each second, and the longest task of the main thread. */
const countFrames = `
  window.counted = { frames: [], longestTaskMs: 0 };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) counted.longestTaskMs = Math.max(counted.longestTaskMs, duration);
  }).observe({ type: 'longtask' });
  const start = performance.now();
  requestAnimationFrame(function frame(now) {
    const second = Math.floor((now - start) / 1000);
    while (counted.frames.length <= second) counted.frames.push(0);
    counted.frames[second] += 1;
    requestAnimationFrame(frame);
  });
`;

async function metricsOf(session: CDPSession): Promise<{ readonly taskSeconds: number; readonly heapBytes: number }> {
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return { taskSeconds: value('TaskDuration'), heapBytes: value('JSHeapUsedSize') };
}

function wordsOf(figures: PageFigures): readonly string[] {
  const { framesPerSecond, worstSecond, mainThreadMs, longestTaskMs, heapBytes } = figures;
  const longest = longestTaskMs === 0 ? 'below 50 ms' : `${Math.round(longestTaskMs)} ms`;
  return [
    framesPerSecond.toFixed(0),
    worstSecond.toFixed(0),
    `${mainThreadMs.toFixed(1)} ms`,
    longest,
    inMiB(heapBytes),
  ];
}
