import { shortcomingsOf } from '../src/app/shortcomings.ts';
import type { StoreCapabilities } from '../src/storage/object-store.ts';
import type { Shortcoming } from '../test/contract/object-store/bench.ts';
import type { OtherStore } from '../test/servers/other-stores.ts';
import type { StoreAnswers } from './measure-store.ts';

/** What was found out about one store. */
export interface Trial {
  readonly store: OtherStore;
  readonly capabilities: StoreCapabilities;
  readonly answers: StoreAnswers;
  readonly contract: { readonly passed: number; readonly failed: readonly string[] };
  /** Whether a library went through its life in it. */
  readonly isLifeWhole: boolean;
  /** Titles of all tests that failed. */
  readonly failed: readonly string[];
}

/** What no probe finds out, and what it means for a library. */
const meanings: Readonly<Record<Shortcoming, string>> = {
  'no-etags-listed': 'its listings have no ETags: FLAnts asks for each object by its name',
  'conditions-race':
    'it accepts more than one of several conditional writes to a key at the same moment: let nothing else write there during a copy',
  'backslash-is-slash':
    'it treats `a\\b` as `a/b`: if a library has both, one of them is refused as a conflict, and named',
  'replaces-own-files':
    'it replaces files that came into its folder by other means, whatever the condition (`findings/versitygw-create-only.sh`): copy below a prefix that has none',
};

const yes = (does: boolean): string => (does ? 'yes' : 'no');

const nameOf = ({ name, version }: OtherStore): string => `${name} ${version}`;

function chooseRow({ store, capabilities: found, contract, isLifeWhole }: Trial): readonly string[] {
  const races = store.shortcomings?.includes('conditions-race');
  const guards = (does: boolean): string => (does && races ? 'yes, one at a time' : yes(does));
  return [
    nameOf(store),
    isLifeWhole ? 'passed' : '**failed**',
    `${contract.passed} of ${contract.passed + contract.failed.length}`,
    guards(found.createOnly),
    guards(found.replaceOnly),
    { crc32: 'CRC-32', md5: 'MD5', none: 'no' }[found.checksums],
    yes(found.metadata),
    yes(found.cacheControl),
    yes(found.emptySegments),
  ];
}

function answersRow({ store, answers }: Trial): readonly string[] {
  const { ifNoneMatch, ifMatch, wrongBytes, emptySegment, missingBucket, listing } = answers;
  return [nameOf(store), ifNoneMatch, ifMatch, wrongBytes, emptySegment, missingBucket, listing];
}

/** What FLAnts does differently there, and what is left to know. */
function notesOf({ store, capabilities, answers }: Trial): readonly string[] {
  const { unguarded, unkept } = shortcomingsOf(capabilities);
  const isRefused = answers.missingBucket === '404';
  return [
    ...unguarded.map((meaning) => `not protected: ${meaning}`),
    ...unkept.map((meaning) => `not kept: ${meaning}`),
    ...(capabilities.etags === 'bare'
      ? ['`If-Match` works only with an ETag without quotes: FLAnts sends it that way']
      : []),
    ...(capabilities.checksums === 'md5' ? ['FLAnts sends the MD5 of each object and part instead of the CRC-32'] : []),
    ...(isRefused ? [] : ['a write to a bucket that does not exist succeeds: FLAnts checks the bucket first']),
    ...(store.shortcomings ?? []).map((shortcoming) => meanings[shortcoming]),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function section(title: string, text: string): string {
  return text === '' ? '' : `\n## ${title}\n\n${text}\n`;
}

/**
 * The document of all stores that were tried.
 *
 * @param untried - which were not, each with the reason
 */
export function describeStores(trials: readonly Trial[], untried: readonly string[]): string {
  const list = (lines: readonly string[]): string => lines.map((line) => `* ${line}`).join('\n');
  const notes = trials.flatMap((trial) => {
    const lines = notesOf(trial);
    return lines.length === 0 ? [] : [`### ${nameOf(trial.store)}\n\n${list(lines)}`];
  });
  const failures = trials.flatMap(({ store, failed }) => failed.map((title) => `${nameOf(store)}: ${title}`));
  const choose = ['store', 'library test', 'contract', 'protects new', 'protects changed', 'refuses wrong bytes', 'keeps metadata', 'keeps Cache-Control', 'keeps `a//b`']; // prettier-ignore
  const answers = ['store', '`If-None-Match: *`', '`If-Match`: right / wrong / absent key', 'wrong CRC-32 / MD5 / SHA-256', '`a//b`', 'PUT to a bucket that does not exist', 'listing']; // prettier-ignore
  return `# Stores

What S3-compatible stores protect and keep, by version. \`npm run stores\` writes this page: it starts each store, tests what the store
does, as each run does at its start (\`src/storage/probe/capabilities.ts\`), and runs the test suites against it.

## Choose a store

${table(choose, trials.map(chooseRow))}

* **library test**: passed if a library was copied; found unchanged by a second copy, with the same state and without it; copied again
  after all of it changed; proven by \`verify --checksums\` each time; and reported missing by \`verify\` once it was removed. One of its files
  is large enough to be sent in parts, and one has an empty segment in its name.
* **contract**: how many tests for object stores passed. Tests of features that the store lacks are left out; the other columns, or the
  notes below, name these features.
* **protects new**: never replaces an existing object when FLAnts creates one (\`If-None-Match: *\`).
* **protects changed**: replaces only the object that FLAnts saw (\`If-Match\`).
* **refuses wrong bytes**: the checksum by which it notices that the bytes changed on the way.
* **keeps**: metadata; the Cache-Control that FLAnts sets; \`a//b\` as a name other than \`a/b\`.

All other tests run on versitygw and fauxqs.

## What FLAnts does instead

If a store does not protect writes, FLAnts looks before it writes. If it does not check bytes, FLAnts compares what it wrote. Reports
name the risks that remain (\`unguarded\`, \`unkept\`).

${notes.join('\n\n')}

## Responses

${table(answers, trials.map(answersRow))}
${section('Failed tests', list(failures))}${section('Not tried', list(untried))}`;
}
