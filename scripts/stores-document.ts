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
    'of conditional writes to a key at the same moment it lets more than one through: let nothing else write there while a copy runs',
  'backslash-is-slash':
    'it takes `a\\b` for `a/b`: where a library has both, one of them is refused as a conflict, and named',
};

const yes = (does: boolean): string => (does ? 'yes' : 'no');

const nameOf = ({ name, version }: OtherStore): string => `${name} ${version}`;

function chooseRow({ store, capabilities: found, contract, isLifeWhole }: Trial): readonly string[] {
  const races = store.shortcomings?.includes('conditions-race');
  const guards = (does: boolean): string => (does && races ? 'yes, one at a time' : yes(does));
  return [
    nameOf(store),
    isLifeWhole ? 'whole' : '**broken**',
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
    ...unguarded.map((meaning) => `not guarded: ${meaning}`),
    ...unkept.map((meaning) => `not kept: ${meaning}`),
    ...(capabilities.etags === 'bare' ? ['`If-Match` takes an ETag without its quotes only: FLAnts sends it so'] : []),
    ...(capabilities.checksums === 'md5' ? ['FLAnts sends the MD5 of each object and part, and not the CRC-32'] : []),
    ...(isRefused ? [] : ['a write to a bucket that is not there goes well: FLAnts asks for the bucket first']),
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
  const choose = ['store', 'life of a library', 'contract', 'guards new', 'guards changed', 'refuses other bytes', 'keeps metadata', 'keeps Cache-Control', 'keeps `a//b`']; // prettier-ignore
  const answers = ['store', '`If-None-Match: *`', '`If-Match`: right / wrong / absent key', 'wrong CRC-32 / MD5 / SHA-256', '`a//b`', 'PUT to a bucket that is not there', 'listing']; // prettier-ignore
  return `# Stores

What stores that speak S3 guard and keep, by version. Made by \`npm run stores\`, which starts each, finds out by trial
what it does, as each run does at its start (\`src/storage/probe.ts\`), and runs the tests on it.

## Choose a store

${table(choose, trials.map(chooseRow))}

* **life of a library**: whole if a library was copied, found unchanged by a second copy with the same state and by one
  without, copied again when all of it had changed, proven by \`verify --checksums\` each time, and missed by \`verify\` when it
  was removed. Among its files are one that goes in parts and one with an empty segment in its name.
* **contract**: the tests of object stores that passed. Those of what the store does not do are left out, and say so in the
  other columns or below.
* **guards new**: never replaces an object where a new one was meant (\`If-None-Match: *\`).
* **guards changed**: replaces the object that was seen, and never another (\`If-Match\`).
* **refuses other bytes**: by which checksum it notices that other bytes arrived than were sent.
* **keeps**: metadata, the Cache-Control that it is given, and \`a//b\` apart from \`a/b\`.

versitygw and fauxqs are what all other tests run on.

## What FLAnts does in place of a store

Where a store does not guard writes, FLAnts looks before it writes. Where it checks no bytes, FLAnts compares what was
written. Reports say what is left (\`unguarded\`, \`unkept\`).

${notes.join('\n\n')}

## As they answered

${table(answers, trials.map(answersRow))}
${section('Tests that do not pass', list(failures))}${section('Not tried', list(untried))}`;
}
