import { afterEach, describe, expect, it } from 'vitest';
import { SqliteLedger } from '../../src/ledger/sqlite-ledger.ts';
import { openStateFile } from '../../src/state/file.ts';
import { hold, lease, open, publish, record, register } from '../contract/ledger/changes.ts';
import { temporaryState } from './temporary-state.ts';
import type { TemporaryState } from './temporary-state.ts';

let state: TemporaryState | undefined;

afterEach(() => state?.remove());

async function openLedger(): Promise<{ readonly ledger: SqliteLedger; readonly temporary: TemporaryState }> {
  const temporary = temporaryState();
  state = temporary;
  const ledger = new SqliteLedger(temporary.open());
  await ledger.apply('v', open('g1'));
  await ledger.apply('v', register('g1', 'g2', 'r1', 200));
  return { ledger, temporary };
}

describe('a ledger in a state file', () => {
  it('keeps leases of batches beyond its process, and those of crawls and publications not', async () => {
    const { ledger, temporary } = await openLedger();
    await ledger.apply('w', open('g2'));
    await ledger.lease('v', lease('b1'));
    await ledger.lease('v', lease('crawl', { kind: 'crawl', files: [] }));
    await ledger.lease('w', lease('publish', { kind: 'publish', files: [] }));
    const after = new SqliteLedger(temporary.reopen());
    expect(await after.leases('v')).toEqual([lease('b1')]);
    expect(await after.leases('w')).toEqual([]);
    expect(await after.lease('v', lease('crawl-2', { kind: 'crawl', files: [] }))).toBe(true);
  });

  it('shows a reader beside it each change, as often as it asks', async () => {
    const { ledger, temporary } = await openLedger();
    const file = openStateFile(temporary.dir, { readOnly: true });
    const reader = new SqliteLedger(file);
    try {
      expect(await reader.read('v')).toMatchObject({ done: 0 });
      await ledger.apply('v', record([1, 2]));
      expect(await reader.read('v')).toMatchObject({ done: 2 });
      await ledger.apply('v', hold('paused'));
      expect(await reader.read('v')).toMatchObject({ done: 2, hold: 'paused' });
    } finally {
      file.close();
    }
  });

  it('tells after a change that could not be written what is in the file', async () => {
    const { temporary } = await openLedger();
    const file = temporary.reopen();
    const ledger = new SqliteLedger(file);
    await ledger.lease('v', lease('b1'));
    const before = await ledger.read('v');
    file.read(() => file.prepare('PRAGMA query_only = 1').get());
    await expect(ledger.apply('v', publish())).rejects.toMatchObject({ code: 'state.unusable' });
    const ending = ledger.endBatch('v', { leaseId: 'b1', outcomes: record([1]), successors: [] });
    await expect(ending).rejects.toMatchObject({ code: 'state.unusable' });
    expect(await ledger.read('v')).toEqual(before);
  });
});
