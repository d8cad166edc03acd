import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStateFile } from '../../src/state/file.ts';
import type { StateFile } from '../../src/state/file.ts';

/** A state in a folder of its own. */
export interface TemporaryState {
  readonly dir: string;
  open(): StateFile;
  /** Closes the state as it is and opens it anew. */
  reopen(): StateFile;
  /** Closes the state and deletes its folder. */
  remove(): void;
}

/** Makes a folder for a state that one test uses. */
export function temporaryState(): TemporaryState {
  const dir = mkdtempSync(join(tmpdir(), 'flants-state-'));
  let state: StateFile | undefined;
  const open = (): StateFile => (state = openStateFile(dir));
  return {
    dir,
    open,
    reopen: () => {
      state?.close();
      return open();
    },
    remove: () => {
      state?.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
