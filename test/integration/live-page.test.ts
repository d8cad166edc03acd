import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, closeLater, start } from './live-service.ts';

afterEach(closeAll);

describe('the page', () => {
  const build = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'flants-page-'));
    closeLater(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>page</title>');
    await writeFile(join(folder, 'assets', 'index-abc.js'), `export const text = '${'x'.repeat(5_000)}';`);
    return folder;
  };

  it('is served with its files, and a policy that lets nothing else in', async () => {
    const folder = await build();
    const watched = await start({ page: { folder: async () => folder, playOrigin: 'https://cdn.example' } });
    const page = await watched.ask('/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("connect-src 'self' https://cdn.example;");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await watched.ask('/assets/index-abc.js');
    expect(script.headers.get('content-type')).toContain('javascript');
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(script.headers.get('content-encoding')).toBe('gzip');
    expect((await script.text()).length).toBeGreaterThan(5_000);
  });

  it('is at each address that a browser goes to, and at no other', async () => {
    const folder = await build();
    const watched = await start({ page: { folder: async () => folder } });
    const html = { headers: { accept: 'text/html,*/*' } };
    expect(await (await watched.ask('/video?id=a', html)).text()).toContain('<title>page');
    for (const path of [
      '/video',
      '/assets/none.js',
      '/assets/../index.html/x',
      '/api/none',
      '/assets/%2e%2e/index.html',
    ]) {
      expect((await watched.ask(path)).status, path).toBe(404);
    }
    expect((await watched.ask('/api/none', html)).status).toBe(404);
  });

  it('gives no path of the API a method that it does not have', async () => {
    const folder = await build();
    const watched = await start({ page: { folder: async () => folder } });
    for (const [method, path, allowed] of [
      ['GET', '/api/v1/retry', 'POST'],
      ['OPTIONS', '/api/v1/videos/a/retry', 'POST'],
      ['PUT', '/api/v1/session', 'GET, HEAD, POST, DELETE'],
    ] as const) {
      const answer = await watched.ask(path, { method });
      expect([answer.status, answer.headers.get('allow')], path).toEqual([405, allowed]);
    }
  });

  it('says so where it was not built', async () => {
    const watched = await start({ page: { folder: async () => undefined } });
    const answer = await watched.ask('/');
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});
