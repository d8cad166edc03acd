import { expect, it } from 'vitest';
import { exchange } from './exchange.ts';
import type { Answer } from './exchange.ts';
import type { RequestController, RequestHandler } from './request.ts';
import type { Wire } from './wire.ts';

const controller: RequestController = { abort: () => undefined, pause: () => undefined, resume: () => undefined };

/** An answer whose pieces come before anybody asks for them. */
async function answerOf(pieces: readonly Uint8Array[]): Promise<Answer> {
  const dispatch = (_: unknown, handler: RequestHandler): void => {
    handler.onRequestStart(controller);
    handler.onResponseStart(controller, 200, {});
    for (const piece of pieces) handler.onResponseData(controller, piece);
    handler.onResponseEnd(controller);
  };
  return exchange({ dispatch } as unknown as Wire, { origin: 'http://h', path: '/', method: 'GET' });
}

const pieceOf = (text: string, times: number): Uint8Array => Buffer.alloc(times, text);

it('memory of a piece that came early serves the next one, and nobody else’s does', async () => {
  // Small buffers share memory, and a test cannot tell with which: so there are many of them.
  const others = Array.from({ length: 2000 }, () => Buffer.from('of somebody else'));
  const first = await answerOf([pieceOf('a', 100), pieceOf('b', 100), pieceOf('c', 100)]);
  const late = Array.from({ length: 2000 }, () => Buffer.from('of somebody else'));
  const seen: string[] = [];
  expect(await first.body.forEachView((view) => seen.push(Buffer.from(view).toString()) > 0)).toBe(true);
  expect(seen).toEqual(['a', 'b', 'c'].map((text) => text.repeat(100)));

  const answers = await Promise.all(Array.from({ length: 8 }, () => answerOf([pieceOf('x', 64 * 1024)])));
  for (const other of [...others, ...late]) expect(other.toString()).toBe('of somebody else');
  for (const { body } of answers) {
    const whole: Uint8Array[] = [];
    for await (const piece of body) whole.push(piece);
    expect(Buffer.concat(whole)).toEqual(Buffer.alloc(64 * 1024, 'x'));
  }
});

it('a piece that was handed over is its taker’s for good', async () => {
  const first = await answerOf([pieceOf('a', 100), pieceOf('b', 100)]);
  const taken: Uint8Array[] = [];
  for await (const piece of first.body) taken.push(piece);
  const next = await answerOf([pieceOf('x', 64 * 1024)]);
  await next.body.forEachView(() => true);
  await answerOf([pieceOf('y', 64 * 1024)]);
  expect(Buffer.concat(taken).toString()).toBe('a'.repeat(100) + 'b'.repeat(100));
});
