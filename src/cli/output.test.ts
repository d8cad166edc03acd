import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeToFile, writeToStream } from './output.ts';
import type { LineWriter } from './output.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flants-output-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function countTo(most: number, write: LineWriter): Promise<void> {
  for (let line = 1; line <= most; line++) await write(String(line));
}

describe('a file', () => {
  it('holds every line', async () => {
    const path = join(folder, 'lines');
    await writeToFile(path, '--output', (write) => countTo(50_000, write));
    const lines = readFileSync(path, 'utf8').split('\n');
    expect([lines.length, lines[0], lines.at(-2), lines.at(-1)]).toEqual([50_001, '1', '50000', '']);
  });

  it('is not there when its lines could not be made', async () => {
    await expect(
      writeToFile(join(folder, 'broken'), '--output', () => Promise.reject(new Error('no more'))),
    ).rejects.toThrow('no more');
    expect(readdirSync(folder).filter((name) => name.startsWith('broken'))).toEqual([]);
  });

  it('that cannot be written is named with its option', async () => {
    await expect(
      writeToFile(join(folder, 'nope/lines'), '--output', (write) => countTo(1, write)),
    ).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^--output names .*nope\/lines, which cannot be written/),
    });
  });
});

describe('a stream', () => {
  it('is not filled faster than it is read', async () => {
    const stream = new PassThrough({ highWaterMark: 16 });
    let written = 0;
    const done = writeToStream(stream as unknown as NodeJS.WriteStream, async (write) => {
      await countTo(1000, async (line) => {
        await write(line);
        written++;
        expect(stream.writableLength).toBeLessThan(64);
      });
    });
    let read = '';
    for await (const chunk of stream) {
      read += String(chunk);
      if (read.endsWith('\n1000\n')) stream.end();
    }
    await done;
    expect(written).toBe(1000);
  });

  it('whose reader goes away ends the writing without an error', async () => {
    const stream = new PassThrough({ highWaterMark: 16 });
    let written = 0;
    const done = writeToStream(stream as unknown as NodeJS.WriteStream, (write) =>
      countTo(1_000_000, async (line) => {
        await write(line);
        written++;
      }),
    );
    stream.destroy();
    await done;
    expect(written).toBeLessThan(1000);
  });
});
