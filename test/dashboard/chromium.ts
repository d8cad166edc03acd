import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { findTool } from '../../scripts/tools.ts';

/** Whether there is a Chromium; without one the tests that look at pages are skipped. */
export const hasChromium = findTool('chromium') !== undefined;

/** Nothing but the loopback can be reached, whatever a page asks for. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
];

/** Starts Chromium, with a profile of its own. */
export async function startChromium(): Promise<Browser> {
  const executablePath = findTool('chromium');
  if (executablePath === undefined) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath, args: flags });
}

/** A page, and all that it did which it should not. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console or that nobody caught, and requests to hosts that are not allowed. */
  readonly problems: readonly string[];
}

/** What a page may do. */
export interface WatchOptions extends BrowserContextOptions {
  /** Origins that it may ask, its own among them. */
  readonly origins: readonly string[];
  /** Messages that the story of the test brings about, such as a service that was stopped. */
  readonly expected?: RegExp;
}

/** Opens an empty page in a context of its own: nothing of another page is known there. */
export async function openPage(
  browser: Browser,
  { origins, expected, ...options }: WatchOptions,
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  // Chromium shares the machine with the other tests.
  page.setDefaultTimeout(60_000);
  const problems: string[] = [];
  const note = (problem: string): void => {
    if (!expected?.test(problem)) problems.push(problem);
  };
  page.on('console', (message) => {
    if (message.type() === 'error') note(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => note(error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    const isOwn = url.protocol === 'blob:' || url.protocol === 'data:' || url.protocol === 'file:';
    if (!isOwn && !origins.includes(url.origin)) note(`a request to ${url.href}`);
  });
  return { page, problems };
}

/** Closes all pages: one that nobody looks at goes on drawing. */
export async function closePages(browser: Browser): Promise<void> {
  await Promise.all(browser.contexts().map((context) => context.close()));
}

/** What axe objects to, a line for each kind. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(', ')})`);
}
