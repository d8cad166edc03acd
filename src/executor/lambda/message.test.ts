import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../domain/outcome.ts';
import { fitAnswer, readAnswer, readRequest, sizeOf } from './message.ts';
import type { BatchAnswer } from './message.ts';

const failed = (index: number, message = 'no'): Outcome => ({
  index,
  kind: 'failed',
  failure: {
    key: `k${index}`,
    url: 'https://origin.example/k',
    failure: { code: 'source.timeout', retryable: true, message },
    generation: 'g',
    tries: 1,
    worker: 'w',
    at: '2026-11-29T00:00:00.000Z',
  },
});
const answer = (outcomes: readonly Outcome[]): BatchAnswer => ({
  format: 1,
  type: 'batch',
  end: 'finished',
  outcomes,
  isRecorded: false,
});
const batch = { format: 1, id: 'b', video: 'v', generation: 'g', files: [], existing: 'verify', sha256: false };
const request = { format: 1, type: 'batch', batch, settings: {}, budget: { connections: 4 } };

describe('a request', () => {
  it('is taken as it was written', () => {
    expect(readRequest(JSON.parse(JSON.stringify(request)))).toEqual(request);
    expect(readRequest({ format: 1, type: 'hello' })).toEqual({ format: 1, type: 'hello' });
  });

  it('is refused in another format, and where parts are missing', () => {
    const others: readonly unknown[] = [
      undefined,
      null,
      'text',
      {},
      { ...request, format: 2 },
      { ...request, type: 'other' },
      { ...request, settings: undefined },
      { ...request, budget: { connections: 0 } },
      { ...request, batch: { ...batch, format: 2 } },
      { ...request, batch: { ...batch, files: Array.from({ length: 101 }) } },
    ];
    for (const other of others) expect(readRequest(other), JSON.stringify(other)).toBeUndefined();
  });
});

describe('an answer', () => {
  it('is known by its own shape', () => {
    const own = answer([failed(1)]);
    expect(readAnswer(JSON.parse(JSON.stringify(own)))).toEqual(own);
    const others: readonly unknown[] = [
      undefined,
      null,
      'done',
      { errorType: 'Error', errorMessage: 'boom' },
      { statusCode: 200, body: '{}' },
      { ...own, format: 2 },
      { ...own, end: 'worker-lost' },
      { ...own, outcomes: [{ kind: 'copied' }] },
      { ...own, isRecorded: undefined },
      { format: 1, type: 'hello', version: '1' },
    ];
    for (const other of others) expect(readAnswer(other), JSON.stringify(other)).toBeUndefined();
  });

  it('loses its largest outcomes until it fits, and then counts as stopped', () => {
    const whole = answer([failed(0), failed(1, 'x'.repeat(5_000)), failed(2), failed(3, 'ü'.repeat(2_000))]);
    expect(fitAnswer(whole)).toBe(whole);
    const limit = sizeOf(answer([failed(0), failed(2)])) + 10;
    const fitted = fitAnswer(whole, limit);
    expect(sizeOf(fitted)).toBeLessThanOrEqual(limit);
    expect(fitted).toMatchObject({ end: 'stopped', outcomes: [{ index: 0 }, { index: 2 }] });
  });
});
