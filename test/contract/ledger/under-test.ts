import type { Ledger } from '../../../src/ledger/ledger.ts';

/** What a driver gives the contract for each test. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** Moves the clock by which leases run out. */
  advance(ms: number): Promise<void>;
  /** A second ledger on the same state, the first one being closed; absent where a ledger ends with its process. */
  readonly reopen?: () => Promise<Ledger>;
  /** A ledger beside the first, as another process has it; absent where there is one owner only. */
  readonly peer?: () => Ledger;
  close(): Promise<void>;
}
