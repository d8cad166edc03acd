/** A parent to be killed: supervises one process of the fixture in its own process. Arguments: the file for marks. */
import { fileURLToPath } from 'node:url';
import { superviseCluster } from '../../src/app/up/supervise-cluster.ts';

const [mark = ''] = process.argv.slice(2);
const never = new AbortController().signal;
await superviseCluster(
  {
    entry: fileURLToPath(new URL('role-fixture.ts', import.meta.url)),
    plans: [{ kind: 'crawler', number: 1, args: ['work', mark], env: {} }],
    graceMs: 1000,
  },
  { drain: never, signal: never, onLine: () => {}, onReady: () => process.stdout.write('up\n'), onRestart: () => {} },
);
