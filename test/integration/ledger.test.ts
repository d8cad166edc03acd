import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { SqliteLedger } from '../../src/ledger/sqlite-ledger.ts';
import { describeLedger } from '../contract/ledger.contract.ts';
import { temporaryState } from './temporary-state.ts';

/** A clock that stands still until it is moved. */
function handClock(): { now(): number; advance(ms: number): Promise<void> } {
  let atMs = Date.UTC(2026, 0, 1);
  return { now: () => atMs, advance: async (ms) => void (atMs += ms) };
}

describeLedger('memory', async () => {
  const { now, advance } = handClock();
  const ledger = new MemoryLedger({ now });
  return { ledger, advance, close: () => ledger.close() };
});

describeLedger('sqlite', async () => {
  const { now, advance } = handClock();
  const state = temporaryState();
  return {
    ledger: new SqliteLedger(state.open(), { now }),
    advance,
    reopen: async () => new SqliteLedger(state.reopen(), { now }),
    close: async () => state.remove(),
  };
});
