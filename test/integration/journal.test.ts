import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { describeJournal } from '../contract/journal.contract.ts';
import { temporaryState } from './temporary-state.ts';

describeJournal('memory', async () => {
  const journal = new MemoryJournal();
  return { journal, close: () => journal.close() };
});

describeJournal('sqlite', async () => {
  const state = temporaryState();
  return {
    journal: new SqliteJournal(state.open()),
    reopen: async () => new SqliteJournal(state.reopen()),
    close: async () => state.remove(),
  };
});
