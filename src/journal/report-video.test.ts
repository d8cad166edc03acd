import { expect, it } from 'vitest';
import { copied, evidenceOf } from '../../test/contract/journal/fixtures.ts';
import { openLibrary, planned } from '../../test/control/library.ts';

/** Evidence of sizes 1, 2, 4, 8 for the files of a video: each sum is of certain files. */
async function reportOf(plan: { readonly done: readonly number[]; readonly failed?: readonly number[] }) {
  const library = openLibrary();
  await planned(library, 'v', { total: 4, ...plan });
  const sizes = [1, 2, 4, 8].map((sizeBytes, index) => copied(evidenceOf(`v/seg${index}.ts`, { sizeBytes }), index));
  await library.journal.recordOutcomes('v', sizes);
  const [report] = (await library.control.report(['v'])).videos;
  return { done: report?.files.done, sizeBytes: report?.sizeBytes };
}

it('sums the bytes of the files that it counts, though the journal is ahead and keeps what the source has lost', async () => {
  expect(await reportOf({ done: [] })).toEqual({ done: 0, sizeBytes: 0 });
  expect(await reportOf({ done: [0, 2] })).toEqual({ done: 2, sizeBytes: 5 });
  expect(await reportOf({ done: [1, 2, 3], failed: [0] })).toEqual({ done: 3, sizeBytes: 14 });
  expect(await reportOf({ done: [0, 1, 2, 3] })).toEqual({ done: 4, sizeBytes: 15 });
});
