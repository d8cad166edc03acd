import { expect, test } from 'vitest';
import { batchCapOf, heldBytesOfBatch } from './transfer.ts';

test('a cap on bytes in flight is kept by as many batches as may hold so much', () => {
  expect(batchCapOf({})).toBeUndefined();
  expect(batchCapOf({ maxBatches: 7 })).toBe(7);
  expect(batchCapOf({ maxBytesInFlight: 10 * heldBytesOfBatch })).toBe(10);
  expect(batchCapOf({ maxBytesInFlight: 1 })).toBe(1);
  expect(batchCapOf({ maxBatches: 3, maxBytesInFlight: 10 * heldBytesOfBatch })).toBe(3);
});
