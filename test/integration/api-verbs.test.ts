import { afterEach, describe, expect, it } from 'vitest';
import * as contract from '../../src/api/contract.ts';
import { FlantsError } from '../../src/domain/failure.ts';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { addIncomplete, answerOf, closeServices, codeOf, start, video } from './api-service.ts';
import { token } from './http-service.ts';

afterEach(closeServices);

describe('verbs', () => {
  it('submit, put forward, pause, resume, cancel and purge a video', async () => {
    const { change, ask } = await start();
    const submitted = await change('POST', '/api/v1/videos', { id: 'x/y', playlistUrl: 'https://cdn.example/x.m3u8' });
    expect(await answerOf(submitted, contract.decidedSchema)).toEqual({ video: 'x/y', state: 'waiting' });
    const steps: readonly (readonly [string, unknown, string])[] = [
      ['priority', { fresh: true }, 'waiting'],
      ['pause', undefined, 'paused'],
      ['resume', {}, 'waiting'],
      ['cancel', { waitMs: 1_000 }, 'cancelled'],
    ];
    for (const [verb, body, state] of steps) {
      const answer = await change('POST', `${video('x/y')}/${verb}`, body);
      expect(await answerOf(answer, contract.decidedSchema)).toMatchObject({ video: 'x/y', state });
    }
    expect(await codeOf(await change('POST', `${video('x/y')}/resume`))).toEqual([409, 'video.state']);
    const { decisions } = await answerOf(await ask(video('x/y')), contract.videoDetailSchema);
    expect(decisions.map(({ type }) => type)).toEqual(['submitted', 'prioritised', 'paused', 'resumed', 'cancelled']);
    const again = await change('POST', '/api/v1/videos', { id: 'x/y' });
    expect(await answerOf(again, contract.decidedSchema)).toEqual({ video: 'x/y', state: 'waiting' });
    expect(await codeOf(await change('POST', '/api/v1/videos', { id: 'z' }))).toEqual([404, 'video.unknown']);
    expect(await codeOf(await change('POST', '/api/v1/videos', {}))).toEqual([400, 'usage']);
    await change('POST', `${video('x/y')}/cancel`);
    const purged = await change('DELETE', video('x/y'));
    expect(await answerOf(purged, contract.purgedSchema)).toEqual({ video: 'x/y', objectsLeft: 0 });
    expect((await ask(video('x/y'))).status).toBe(404);
  });

  it('try again and accept', async () => {
    const service = await start();
    await addIncomplete(service, 'a');
    const accepted = await service.change('POST', `${video('a')}/accept`, { file: 's1.ts', reason: 'lost' });
    expect(await answerOf(accepted, contract.acceptedSchema)).toEqual({
      video: 'a',
      key: 's1.ts',
      state: 'publishing',
    });
    const retried = await service.change('POST', `${video('a')}/retry`, { failedBy: 'source.not-found' });
    expect(await answerOf(retried, contract.retriedSchema)).toEqual({ reopened: 1, videos: 1 });
    const all = await service.change('POST', '/api/v1/retry', {});
    expect(await answerOf(all, contract.retriedSchema)).toEqual({ reopened: 0, videos: 0 });
  });

  it('take the longest body that the document allows', async () => {
    const { change } = await start();
    const videos = Array.from({ length: 1_000 }, (_, index) => `${index}`.padEnd(1_000, '\u0001'));
    const answer = await change('POST', '/api/v1/retry', { videos });
    expect(await codeOf(answer)).toEqual([404, 'video.unknown']);
  });

  it('are answered as accepted while they wait for their effect', async () => {
    const ledger = new MemoryLedger();
    ledger.read = () => Promise.reject(new FlantsError('state.unusable', 'Redis is away'));
    const { change, journal } = await start({}, { ledger });
    const submission = { id: 'a', playlistUrl: 'https://cdn.example/a.m3u8' };
    await journal.decide({ type: 'submitted', video: 'a', at: '2026-10-01T00:00:00.000Z', submission });
    const { pending } = await answerOf(await change('POST', `${video('a')}/pause`), contract.decidedSchema, 202);
    expect(pending).toMatchObject({ code: 'state.unusable', message: 'Redis is away' });
  });

  it.each([
    ['no JSON', '{'],
    ['a field that is unknown', '{"playlistUrl": "https://cdn.example/a", "fersh": true}'],
    ['a local file of the service', '{"playlistUrl": "file:///etc/passwd"}'],
    ['no object', '[]'],
    ['a host and no playlist on it', '{"playlistUrl": "https://cdn.example/"}'],
    ['nothing', ''],
  ])('refuse a body that is or names %s', async (_, body) => {
    const { ask } = await start();
    const headers = { Authorization: `Bearer ${token}` };
    expect(await codeOf(await ask('/api/v1/videos', { method: 'POST', headers, body }))).toEqual([400, 'usage']);
  });

  it('take a body that does not say how long it is', async () => {
    const { ask } = await start();
    const headers = { Authorization: `Bearer ${token}` };
    const body = ReadableStream.from([new TextEncoder().encode('{"playlistUrl": "https://cdn.example/a"}')]);
    const answer = await ask('/api/v1/videos', { method: 'POST', headers, body, duplex: 'half' });
    expect((await answerOf(answer, contract.decidedSchema)).video).toBe('a');
  });

  it('refuse a body that is too long, whether or not it says so', async () => {
    const { ask } = await start();
    const headers = { Authorization: `Bearer ${token}` };
    const long = 'x'.repeat(8 * 1024 * 1024 + 1);
    expect(await codeOf(await ask('/api/v1/videos', { method: 'POST', headers, body: long }))).toEqual([413, 'usage']);
    const body = ReadableStream.from([new TextEncoder().encode(long)]);
    const streamed = await ask('/api/v1/videos', { method: 'POST', headers, body, duplex: 'half' });
    expect(await codeOf(streamed)).toEqual([413, 'usage']);
  });
});
