import type { FailureCode } from '../../domain/failure.ts';
import { destinationFailures } from './destination-failures.ts';
import type { FailureGuideEntry } from './entry.ts';
import { processFailures } from './process-failures.ts';
import { sourceFailures } from './source-failures.ts';
import { verifyFailures } from './verify-failures.ts';
import { videoFailures } from './video-failures.ts';

/** The groups of `docs/errors.md`, in its order. */
export const failureGuideGroups = {
  Source: sourceFailures,
  'Playlists, catalogues and videos': videoFailures,
  Destination: destinationFailures,
  'What verify finds': verifyFailures,
  'Command, state, services and machine': processFailures,
} as const satisfies Record<string, Partial<Record<FailureCode, FailureGuideEntry>>>;

/** Meaning, cause and cure of every code. A code without an entry does not compile. */
export const failureGuide: Readonly<Record<FailureCode, FailureGuideEntry>> = {
  ...sourceFailures,
  ...videoFailures,
  ...destinationFailures,
  ...verifyFailures,
  ...processFailures,
};
