import { expect, test } from 'vitest';
import { exitCodeOf } from './exit-code.ts';
import type { RunEnd } from './exit-code.ts';
import { failureWith } from './failure.ts';
import type { VideoReport } from './report.ts';

const published: VideoReport = {
  id: 'v', playlistUrl: '', state: 'published', files: { total: 2, done: 2, failed: 0, accepted: 0 },
  sizeBytes: 2, failures: [], external: [], warnings: [],
}; // prettier-ignore
const incomplete: VideoReport = { ...published, state: 'incomplete', files: { total: 2, done: 1, failed: 1, accepted: 0 } };
const untouched: VideoReport = { ...published, state: 'copying', files: { total: 2, done: 0, failed: 0, accepted: 0 } };
const invalid: VideoReport = { ...untouched, state: 'invalid' };
const external = { playlistUrl: '', line: 1, tag: 'EXTINF', uri: 'https://other.example/', reason: 'policy' };
const halted = failureWith('store.denied', 'no right to write');
const end = (videos: readonly VideoReport[], more: Partial<RunEnd> = {}): RunEnd => ({ videos, refused: 0, interrupted: false, ...more });

test.each<[what: string, end: RunEnd, code: number]>([
  ['interrupted, whatever else happened', end([published], { interrupted: true, halted }), 130],
  ['halted before any file arrived', end([untouched, invalid], { halted }), 1],
  ['no video was readable', end([invalid]), 1],
  ['only refused rows', end([], { refused: 2 }), 1],
  ['halted later', end([incomplete], { halted }), 2],
  ['a file failed', end([published, incomplete]), 2],
  ['a video was no video', end([published, invalid]), 2],
  ['a row was refused', end([published], { refused: 1 }), 2],
  ['published without an accepted file', end([{ ...published, files: { total: 2, done: 1, failed: 1, accepted: 1 } }]), 3],
  ['published with a URI that leads out', end([published, { ...published, external: [external] }]), 3],
  ['published with a warning', end([{ ...published, warnings: ['odd tag'] }]), 3],
  ['all whole', end([published, published]), 0],
  ['nothing to do', end([]), 0],
])('%s', (_, run, code) => {
  expect(exitCodeOf(run)).toBe(code);
});
