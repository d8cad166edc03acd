import { afterEach, describe, expect, it } from 'vitest';
import * as live from '../../src/api/live-contract.ts';
import { closeAll, cookieOf, open, start, statusOf } from './live-service.ts';
import { token } from './http-service.ts';
import type { Live } from './live-service.ts';

afterEach(closeAll);

async function sessionOf(answer: Response): Promise<readonly [status: number, state: unknown]> {
  return [answer.status, answer.ok ? live.sessionStateSchema.parse(await answer.json()) : undefined];
}

function signIn({ ask }: Live, given: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return ask('/api/v1/session', { method: 'POST', headers, body: JSON.stringify({ token: given }) });
}

describe('a session', () => {
  it('is given for the token, lets a page act, and ends', async () => {
    const watched = await start();
    expect(await sessionOf(await watched.ask('/api/v1/session'))).toEqual([
      200,
      { canRead: true, canAct: false, needsToken: true },
    ]);
    const wrong = await signIn(watched, 'a wrong token');
    // RFC 9110 section 15.5.2
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const answer = await signIn(watched, token);
    const [setting = ''] = answer.headers.getSetCookie();
    expect(setting).toMatch(/^flants-session-\d+=.*; HttpOnly; SameSite=Strict$/);
    expect(setting).not.toContain('secret');
    const cookie = cookieOf(answer);
    const signedIn = { canRead: true, canAct: true, needsToken: false };
    expect(await sessionOf(await watched.ask('/api/v1/session', { headers: { cookie } }))).toEqual([200, signedIn]);

    const pause = '/api/v1/videos/video-0000/pause';
    const without = await watched.ask(pause, { method: 'POST', headers: { cookie } });
    expect(without.status).toBe(403);
    const headers = { cookie, [live.actionHeader]: live.actionHeaderValue };
    expect((await watched.ask(pause, { method: 'POST', headers })).status).toBe(200);
    const forged = { ...headers, cookie: cookie.replace(/=(\d)/, '=9$1') };
    expect((await watched.ask(pause, { method: 'POST', headers: forged })).status).toBe(401);
    const out = await watched.ask('/api/v1/session', { method: 'DELETE', headers });
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
  });

  it('outlives a restart of the service, and ends with another token', async () => {
    const first = await start();
    const cookie = cookieOf(await signIn(first, token));
    const { port } = first;
    await closeAll();
    const again = await start({ listen: { host: '127.0.0.1', port } });
    const state = await sessionOf(await again.ask('/api/v1/session', { headers: { cookie } }));
    expect(state).toMatchObject([200, { canAct: true }]);
    await closeAll();
    const other = await start({ listen: { host: '127.0.0.1', port }, token: 'quite another token' });
    expect(await sessionOf(await other.ask('/api/v1/session', { headers: { cookie } }))).toMatchObject([
      200,
      { canAct: false },
    ]);
  });

  it('is wanted even to read where the service asks for it', async () => {
    const watched = await start({ requireTokenToRead: true });
    expect((await watched.ask('/api/v1/live')).status).toBe(401);
    expect((await watched.ask('/api/v1/list')).status).toBe(401);
    expect(await sessionOf(await watched.ask('/api/v1/session'))).toEqual([
      200,
      { canRead: false, canAct: false, needsToken: true },
    ]);
    const cookie = cookieOf(await signIn(watched, token));
    const events = await open(watched, undefined, { cookie });
    expect(await events.next()).toMatchObject({ name: 'snapshot' });
  });

  it('is not to be guessed: after ten wrong tokens even the right one has to wait', async () => {
    const watched = await start();
    for (let at = 0; at < 10; at++) expect((await signIn(watched, `guess ${at} of many`)).status).toBe(401);
    const answer = await signIn(watched, token);
    expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });

  it('is of no use to pages of other sites', async () => {
    const watched = await start();
    const cookie = cookieOf(await signIn(watched, token));
    const headers = { cookie, [live.actionHeader]: live.actionHeaderValue };
    const pause = (more: Record<string, string>): Promise<number | undefined> =>
      statusOf(watched.port, '/api/v1/videos/video-0000/pause', { ...headers, ...more });
    expect(await pause({ origin: 'https://evil.example' })).toBe(403);
    expect(await pause({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await pause({ origin: 'null' })).toBe(403);
    expect(await pause({ host: 'evil.example' })).toBe(403);
    expect(await pause({ origin: `http://127.0.0.1:${watched.port}` })).toBe(200);
    expect(await pause({ origin: 'https://dash.example', 'x-forwarded-host': 'dash.example' })).toBe(200);
    expect(await pause({ 'sec-fetch-site': 'same-origin' })).toBe(200);
  });
});
