import { afterEach, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import * as contract from '../../src/api/contract.ts';
import { failureWith, FlantsError } from '../../src/domain/failure.ts';
import type { ScanSummary } from '../../src/domain/report/scan-summary.ts';
import type { Submission } from '../../src/domain/video.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { addIncomplete, answerOf, closeServices, codeOf, start, video } from './api-service.ts';
import { token } from './http-service.ts';

afterEach(closeServices);

/** What a scanner leaves, with each of its optional parts. */
const lastScan: ScanSummary = {
  startedAt: '2026-11-01T00:00:00.000Z',
  durationMs: 5,
  rows: 3,
  taken: 2,
  added: 1,
  changed: 1,
  refused: { count: 1, rows: [{ row: 3, failure: failureWith('catalogue.row', 'no URL') }] },
  warnings: { count: 1, rows: [{ row: 1, id: 'a', message: 'row 1: no date' }] },
  withdrawn: { count: 1, ids: ['gone'] },
};

async function linesOf(answer: Response): Promise<readonly unknown[]> {
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const text = await answer.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

/** A journal that tells the same video again and again. */
class EndlessJournal extends MemoryJournal {
  isRead = false;
  override async *submissions(): AsyncGenerator<Submission> {
    this.isRead = true;
    try {
      for (;;) {
        const submission = await this.submission('a');
        if (submission) yield submission;
        await new Promise(setImmediate);
      }
    } finally {
      this.isRead = false;
    }
  }
}

describe('questions', () => {
  it('that nobody waits for any more are not answered to the end', async () => {
    const journal = new EndlessJournal();
    const service = await start({}, { journal });
    const submission = { id: 'a', playlistUrl: 'https://cdn.example/a.m3u8' };
    await journal.decide({ type: 'submitted', video: 'a', at: '2026-11-01T00:00:00.000Z', submission });
    const leaving = new AbortController();
    const asked = service
      .ask('/api/v1/videos?limit=1000&state=published', { signal: leaving.signal })
      .catch(() => 'left');
    await vi.waitFor(() => expect(journal.isRead).toBe(true));
    leaving.abort();
    expect(await asked).toBe('left');
    await vi.waitFor(() => expect(journal.isRead).toBe(false));
  });

  it('about the library need no token', async () => {
    const service = await start();
    await addIncomplete(service, 'a');
    const status = await answerOf(await service.ask('/api/v1/status'), contract.statusSchema);
    expect(status.totals.videos.incomplete).toBe(1);
    expect(status.causes).toMatchObject([{ code: 'source.not-found', files: 1, videos: 1 }]);
    const report = await answerOf(await service.ask('/api/v1/report'), contract.reportSchema);
    expect(report.videos).toMatchObject([{ id: 'a', state: 'incomplete', failures: [{ key: 's1.ts' }] }]);
  });

  it('need it where the service says so', async () => {
    const { ask } = await start({ requireTokenToRead: true });
    expect(await codeOf(await ask('/api/v1/status'))).toEqual([401, 'api.denied']);
    const headers = { Authorization: `Bearer ${token}` };
    expect((await ask('/api/v1/status', { headers })).status).toBe(200);
    expect((await ask('/livez')).status).toBe(200);
  });

  it('find a video by any id, percent-encoded', async () => {
    const service = await start();
    const ids = ['a/b', '2026/11/01 lecture', 'ü:{}?#', '%2F', '100%', '+', 'x/pause', '-'];
    for (const id of ids) {
      await addIncomplete(service, id);
      const { report } = await answerOf(await service.ask(video(id)), contract.videoDetailSchema);
      expect(report.id).toBe(id);
      const paused = await service.change('POST', `${video(id)}/pause`);
      expect(await answerOf(paused, contract.decidedSchema)).toEqual({ video: id, state: 'paused' });
    }
  });

  it('are answered in pages, and by state', async () => {
    const service = await start();
    for (const id of ['a', 'b', 'c']) await addIncomplete(service, id);
    const page = async (query: string): Promise<z.infer<typeof contract.videoPageSchema>> =>
      answerOf(await service.ask(`/api/v1/videos?${query}`), contract.videoPageSchema);
    const first = await page('limit=2');
    expect(first).toMatchObject({ videos: [{ id: 'a' }, { id: 'b' }], next: 'b' });
    const second = await page('limit=2&after=b');
    expect(second.videos.map(({ id }) => id)).toEqual(['c']);
    expect(second.next).toBeUndefined();
    expect((await page('state=published,invalid')).videos).toEqual([]);
    expect((await page('state=incomplete')).videos).toHaveLength(3);
    expect(await codeOf(await service.ask('/api/v1/videos?state=gone'))).toEqual([400, 'usage']);
    expect(await codeOf(await service.ask('/api/v1/videos?limit=0'))).toEqual([400, 'usage']);
    expect(await codeOf(await service.ask('/api/v1/videos?page=1'))).toEqual([400, 'usage']);
  });

  it('are answered a line at a time where that is asked for', async () => {
    const service = await start();
    for (const id of ['a', 'b']) await addIncomplete(service, id);
    const headers = { Accept: 'application/x-ndjson' };
    const videos = await linesOf(await service.ask('/api/v1/videos', { headers }));
    expect(videos.map((line) => contract.videoSummarySchema.parse(line).id)).toEqual(['a', 'b']);
    const files = await linesOf(await service.ask(`${video('a')}/files`));
    expect(files.map((line) => contract.fileLineSchema.parse(line))).toMatchObject([
      { index: 0, state: 'done' },
      { index: 1, state: 'failed' },
    ]);
    expect(await codeOf(await service.ask(`${video('nobody')}/files`))).toEqual([404, 'video.unknown']);
  });

  it('whose answer cannot be finished break off', async () => {
    const journal = new MemoryJournal();
    const service = await start({}, { journal });
    await addIncomplete({ ...service, journal }, 'a');
    journal.submissions = async function* () {
      // More than are looked at before the first is told.
      for (let row = 0; row < 100; row++) yield { id: 'a', playlistUrl: 'https://cdn.example/a.m3u8' };
      throw new FlantsError('state.unusable', 'the journal has gone away');
    };
    await expect(
      service.ask('/api/v1/videos', { headers: { Accept: 'application/x-ndjson' } }).then((answer) => answer.text()),
    ).rejects.toThrow(/terminated|fetch failed/);
    expect(service.errors).toEqual(['HTTP: an answer broke off: the journal has gone away']);
    expect(await codeOf(await service.ask('/api/v1/videos'))).toEqual([503, 'state.unusable']);
  });

  it('end for whoever goes away', async () => {
    const journal = new MemoryJournal();
    const service = await start({}, { journal });
    const ended = Promise.withResolvers<void>();
    journal.submissions = async function* () {
      try {
        for (;;) yield { id: 'a', playlistUrl: 'https://cdn.example/a.m3u8' };
      } finally {
        ended.resolve();
      }
    };
    await addIncomplete({ ...service, journal }, 'a');
    const leaving = new AbortController();
    const headers = { Accept: 'application/x-ndjson' };
    const answer = await service.ask('/api/v1/videos', { headers, signal: leaving.signal });
    await answer.body?.getReader().read();
    leaving.abort();
    await ended.promise;
    expect(service.errors).toEqual([]);
  });

  it('that meet a fault are answered without its words, which the log has', async () => {
    const journal = new MemoryJournal();
    journal.submission = () => Promise.reject(new TypeError('at line 7 of a secret file'));
    const service = await start({}, { journal });
    const answer = await service.ask(video('a'));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
    expect(service.errors).toEqual([expect.stringContaining('at line 7 of a secret file')]);
  });

  it('by another method than a path has are refused, and told which ones it has', async () => {
    const { ask } = await start();
    const expected = [
      ['PUT', '/api/v1/videos', 'GET, HEAD, POST'],
      ['PATCH', video('a'), 'GET, HEAD, DELETE'],
      ['GET', `${video('a')}/pause`, 'POST'],
      ['POST', '/api/v1/status', 'GET, HEAD'],
      ['DELETE', '/livez', 'GET, HEAD'],
      ['OPTIONS', '/api/openapi.json', 'GET, HEAD'],
    ] as const;
    for (const [method, path, allowed] of expected) {
      const answer = await ask(path, { method });
      expect(answer.headers.get('allow')).toBe(allowed);
      expect(await codeOf(answer)).toEqual([405, 'usage']);
    }
    expect((await ask('/api/v1/status', { method: 'HEAD' })).status).toBe(200);
  });

  it('about a catalogue that is read again and again tell what it has no more', async () => {
    const service = await start({}, { lastScan: async () => lastScan });
    const report = await answerOf(await service.ask('/api/v1/report'), contract.reportSchema);
    expect(report).toMatchObject({ withdrawn: ['gone'], refusedRows: [{ row: 3 }], rowWarnings: { count: 1 } });
    const status = await answerOf(await service.ask('/api/v1/status'), contract.statusSchema);
    expect(status.scan).toMatchObject({ withdrawn: 1 });
  });

  it('nobody knows are told so in JSON', async () => {
    const { ask } = await start();
    expect(await codeOf(await ask('/api/v1/nothing'))).toEqual([404, 'usage']);
    expect(await codeOf(await ask(video('nobody')))).toEqual([404, 'video.unknown']);
  });
});
