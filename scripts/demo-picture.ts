import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasChromium, startChromium } from '../test/dashboard/chromium.ts';

/** Whether a picture of a page can be taken here. */
export const canTakePictures = hasChromium;

/**
 * Takes a picture of a dashboard whose run has ended, and leaves it.
 *
 * @param ready - resolves once the page is served
 */
export async function takePicture(address: string, path: string, ready: Promise<void>): Promise<void> {
  const browser = await startChromium();
  try {
    await ready;
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(address);
    await page.getByText('the run has ended').waitFor();
    await mkdir(dirname(path), { recursive: true });
    await page.screenshot({ path });
  } finally {
    await browser.close();
  }
}
