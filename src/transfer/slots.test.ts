import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';
import type { LeaveSlot } from './slots.ts';
import { fixedStreamLimit } from '../../test/engine/fixed-stream-limit.ts';
import type { EndedFile } from './stream-limit.ts';

const never = new AbortController().signal;
const ended = { bytes: 1, throttled: false };

test('batches are served in the order in which they came, urgent ones first', async () => {
  const slots = createSlots(fixedStreamLimit(1));
  const served: string[] = [];
  const leaves: LeaveSlot[] = [];
  const copy = async (name: string, urgent: boolean): Promise<void> => {
    const line = slots.line({ urgent });
    for (let file = 0; file < 2; file += 1) {
      leaves.push(await line.take({ signal: never }));
      served.push(name);
    }
  };
  const all = [copy('one', false), copy('two', false), copy('fresh', true)];
  await turn();
  while (leaves.length > 0) {
    leaves.shift()?.(ended);
    await turn();
  }
  await Promise.all(all);
  expect(served).toEqual(['one', 'fresh', 'fresh', 'one', 'two', 'two']);
});

test('as many are let in as the limit says at that time', async () => {
  let limit = 1;
  const seen: EndedFile[] = [];
  const slots = createSlots({ most: 3, current: () => limit, ended: (file) => void seen.push(file) });
  const line = slots.line({ urgent: false });
  let taken = 0;
  const leave = await line.take({ signal: never });
  const later = Array.from({ length: 3 }, () => slots.line({ urgent: false }).take({ signal: never }));
  for (const each of later) void each.then(() => (taken += 1));
  limit = 3;
  leave(ended);
  await turn();
  expect(taken).toBe(3);
  (await later[0])?.(ended);
  expect(seen).toEqual([
    { ...ended, wasAwaited: true },
    { ...ended, wasAwaited: false },
  ]);
});

test('one that is aborted while it waits leaves the others their place', async () => {
  const slots = createSlots(fixedStreamLimit(1));
  const leave = await slots.line({ urgent: false }).take({ signal: never });
  const leaving = new AbortController();
  const left = slots.line({ urgent: false }).take({ signal: leaving.signal });
  const stays = slots.line({ urgent: false }).take({ signal: never });
  leaving.abort(new Error('enough'));
  await expect(left).rejects.toThrow('enough');
  leave(ended);
  await expect(stays).resolves.toBeTypeOf('function');
  await expect(slots.line({ urgent: false }).take({ signal: leaving.signal })).rejects.toThrow('enough');
});

test('a batch none of whose files is in flight gets a place beside those that hold all of them for long', async () => {
  const slots = createSlots({ ...fixedStreamLimit(2), most: 3 }, { stuckMs: 50 });
  const slow = slots.line({ urgent: false });
  const leaveSlow = [await slow.take({ signal: never }), await slow.take({ signal: never })];
  let isSlowOneMore = false;
  const more = slow.take({ signal: never });
  void more.then(() => (isSlowOneMore = true));
  const fast = slots.line({ urgent: false });
  const beganAt = performance.now();
  const leaveFirst = await fast.take({ signal: never });
  expect(performance.now() - beganAt).toBeGreaterThan(40);
  // One at a time, and no more in all than ever may be.
  let isSecond = false;
  const second = fast.take({ signal: never });
  void second.then(() => (isSecond = true));
  let isOther = false;
  const other = slots.line({ urgent: false }).take({ signal: never });
  void other.then(() => (isOther = true));
  await sleep(100);
  expect([isSecond, isOther, isSlowOneMore]).toEqual([false, false, false]);
  leaveFirst(ended);
  const leaveSecond = await second;
  // What becomes free among the slow ones is theirs.
  leaveSlow[0]?.(ended);
  await more;
  expect(isOther).toBe(false);
  leaveSecond(ended);
  leaveSlow[1]?.(ended);
  await expect(other).resolves.toBeTypeOf('function');
});
