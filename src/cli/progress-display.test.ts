import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { noVideos } from '../../test/cli/no-videos.ts';
import type { RunEvent } from '../domain/progress/event.ts';
import { failureWith } from '../domain/failure.ts';
import type { LogLevel } from '../telemetry/logger.ts';
import { openProgressDisplay } from './progress-display.ts';

function progressAt(seconds: number): RunEvent {
  return {
    type: 'progress',
    at: new Date(seconds * 1000).toISOString(),
    progress: {
      totals: { videos: { ...noVideos, copying: 1 }, files: { total: 100, done: seconds, failed: 0, accepted: 0 } },
      run: { copied: seconds, unchanged: 0, failed: 0, copiedBytes: 0, durationMs: 0 },
      bytesPerSecond: 0,
      filesPerSecond: 0,
      uncrawled: 0,
    },
  };
}

const at = '2026-11-23T12:00:00Z';
const failed: RunEvent = {
  type: 'file-failed',
  at,
  video: 'a',
  key: 'a/1.ts',
  url: 'https://cdn.example/a/1.ts',
  failure: failureWith('source.status', 'answered 500'),
};
const published: RunEvent = { type: 'video', at, video: 'a', state: 'published' };
const planned: RunEvent = { type: 'planned', at, video: 'a', files: 100, documents: 2 };

async function told(
  events: readonly RunEvent[],
  { level = 'info', progress = true, live = false }: { level?: LogLevel; progress?: boolean; live?: boolean } = {},
): Promise<string> {
  const stream = new PassThrough();
  const text: string[] = [];
  stream.on('data', (chunk: Buffer) => text.push(chunk.toString()));
  const display = await openProgressDisplay({
    stream: stream as unknown as NodeJS.WriteStream,
    level,
    live,
    progress,
    verbose: false,
  });
  for (const event of events) display.event(event);
  display.notice('finishing');
  display.close();
  return text.join('');
}

describe('without a terminal, the display', () => {
  it('tells progress once in ten seconds', async () => {
    const text = await told([0, 1, 5, 9, 10, 11, 19, 21].map(progressAt));
    expect(text.match(/^\d+%/gm)).toEqual(['0%', '10%', '21%']);
  });

  it('tells what happens, graver things with their level', async () => {
    expect(await told([planned, failed, published])).toBe(
      'warn: a: a/1.ts failed: answered 500 [source.status]\na: published\nfinishing\n',
    );
  });

  it('tells as much as was asked for', async () => {
    expect(await told([planned, failed, published, progressAt(0)], { level: 'error' })).toBe('finishing\n');
    expect(await told([planned], { level: 'debug' })).toBe('debug: a: 100 files, 2 documents\nfinishing\n');
    expect(await told([progressAt(0), published], { progress: false })).toBe('a: published\nfinishing\n');
  });
});

describe('on a terminal, the display', () => {
  it('breaks no line that is longer than the terminal is wide', async () => {
    const message = 'a word and another '.repeat(20).trim();
    const text = await told([{ type: 'warning', at, message }], { live: true });
    expect(text).toContain(`warn: ${message}\n`);
  });

  it('draws below the lines that stay, and takes the drawing away at the end', async () => {
    const text = await told([progressAt(50), failed, progressAt(60)], { live: true });
    expect(text).toContain('warn: a: a/1.ts failed: answered 500 [source.status]\n');
    expect(text).toContain('60 of 100');
    // Erase in Line (ECMA-48 8.3.41) is what the end is made of.
    expect(text.slice(text.lastIndexOf('finishing'))).toContain('\u001b[2K');
  });
});
