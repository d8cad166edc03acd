import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtDashboard } from '../../scripts/build-dashboard.ts';

const KB = 1000;

describe('the built dashboard', () => {
  let folder = '';
  let assets: readonly string[] = [];
  beforeAll(async () => {
    folder = await builtDashboard();
    assets = await readdir(join(folder, 'assets'));
  });
  const read = (...path: readonly string[]): Promise<Buffer> => readFile(join(folder, ...path));
  const isPlayer = (name: string): boolean => name.startsWith('player-');

  it('is built once', async () => {
    expect(await builtDashboard()).toBe(folder);
  });

  it('has files whose names change with what is in them', async () => {
    expect((await readdir(folder)).toSorted()).toEqual(['assets', 'index.html', 'licences.md', 'replay.html']);
    expect(assets.filter((name) => !/-[\w-]{8}\.\w+$/.test(name))).toEqual([]);
  });

  it('is less than 300 KB on the wire, the player apart, which is loaded when it is asked for', async () => {
    const page = await Promise.all(assets.filter((name) => !isPlayer(name)).map((name) => read('assets', name)));
    expect(page.reduce((sum, body) => sum + gzipSync(body).length, 0)).toBeLessThan(300 * KB);
    expect(assets.filter(isPlayer)).toHaveLength(1);
    expect((await read('index.html')).toString()).not.toContain('player-');
  });

  it('is a build for use, whatever the environment of whoever builds it', async () => {
    expect(process.env['NODE_ENV']).toBe('test');
    for (const name of assets.filter((each) => each.endsWith('.js')))
      expect((await read('assets', name)).includes('jsxDEV'), name).toBe(false);
  });

  it('has neither script nor style within the page, and names no other host', async () => {
    const page = (await read('index.html')).toString();
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    expect(page).not.toMatch(/https?:|\/\/[a-z]/i);
    const style = await read('assets', assets.find((name) => name.endsWith('.css')) ?? '');
    expect(style.toString()).not.toMatch(/url\((?!["']?\/assets\/)/);
  });

  it('has a player of replays that needs no other file', async () => {
    const page = (await read('replay.html')).toString();
    expect(page).not.toMatch(/(?:src|href)=|url\(|@import/);
    expect(page.match(/<script type="application\/json" id="replay-data">\s*null\s*<\/script>/g)).toHaveLength(1);
  });
});
