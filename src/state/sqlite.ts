import type * as Sqlite from 'node:sqlite';

/**
 * The built-in SQLite, loaded without its `ExperimentalWarning`, and no other warning lost.
 *
 * Node 22 emits the warning while the module loads; a plain import would load it before any
 * code of ours could listen. So this is the one place that loads it, and nobody has to
 * call anything: all else takes `DatabaseSync` from here, and from `node:sqlite` only types.
 */
export const { DatabaseSync } = await loadQuietly();

async function loadQuietly(): Promise<typeof Sqlite> {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    const isExpected = String(warning).includes('SQLite is an experimental feature');
    if (!isExpected) Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
