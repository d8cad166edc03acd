import type { Catalogue } from '../catalogue/catalogue.ts';
import type { KeyRules } from '../domain/names/destination-key.ts';
import { FlantsError, failureOf } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import { untilAborted } from '../domain/waiting/until-aborted.ts';
import type { Submission } from '../domain/video.ts';
import { toStoredForm } from '../scanner/scan.ts';

/** How long a row is waited for, and how long a catalogue that gave none is left alone. */
const usualTimes = { answerWithinMs: 10 * second, restMs: 15 * second } as const;

/** Settings and callbacks of `createTokenFinder`. */
export interface TokenFinderOptions {
  readonly keyRules: KeyRules;
  /** The catalogue does not answer, or does again. `why` is for people. */
  readonly onCatalogue: (isThere: boolean, why: string) => void;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly times?: { readonly answerWithinMs: number; readonly restMs: number };
}

/** Gives a submission of the journal the tokens that its URLs have in the catalogue. */
export type TokenFinder = (submission: Submission) => Promise<Submission>;

/**
 * Creates a function that looks up the tokens of a submission, which the journal does not store.
 *
 * | the video                                | the catalogue    | result                                     |
 * |------------------------------------------|------------------|--------------------------------------------|
 * | has no tokens there                      | is not asked     | the submission                             |
 * | has tokens there, or a person named it   | names these URLs | the submission with tokens                 |
 * |                                          | does not         | the submission                             |
 * | has tokens there                         | gives no answer  | `catalogue.silent`: without them the       |
 * |                                          |                  | source would refuse, or give something else |
 * | was named by a person, with other URLs   | gives no answer  | the submission                             |
 *
 * A catalogue that gave no answer rests for a while. Then one video asks it, and the others do not wait for that.
 *
 * @param catalogue - absent, or without `find`: nothing is looked up
 */
export function createTokenFinder(
  catalogue: Pick<Catalogue, 'name' | 'find'> | undefined,
  { keyRules, onCatalogue, now, signal, times = usualTimes }: TokenFinderOptions,
): TokenFinder {
  const { answerWithinMs, restMs } = times;
  /** Why it is left alone, and until when. */
  let silence: { readonly why: string; untilMs: number } | undefined;

  const ask = async (find: NonNullable<Catalogue['find']>, submission: Submission): Promise<Submission> => {
    if (silence && now() < silence.untilMs) throw silent(silence.why);
    if (silence) silence.untilMs = now() + answerWithinMs + restMs;
    const bound = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
    try {
      const row = await untilAborted(find(submission.id, { signal: bound }), bound);
      if (silence) onCatalogue(true, '');
      silence = undefined;
      return row?.kind === 'video' ? withTokensOf(row.submission, submission, keyRules) : submission;
    } catch (error) {
      signal.throwIfAborted();
      const why = bound.aborted
        ? `the catalogue ${catalogue?.name} gave no answer within ${answerWithinMs / second} s`
        : failureOf(error).message;
      if (!silence) onCatalogue(false, why);
      silence = { why, untilMs: now() + restMs };
      throw silent(why, error);
    }
  };

  return async (submission) => {
    const find = catalogue?.find;
    const isPersonal = submission.by === 'person';
    if (!find || (!submission.hasTokens && !isPersonal)) return submission;
    try {
      return await ask(find, submission);
    } catch (error) {
      if (failureOf(error).code === 'catalogue.silent' && isPersonal && !submission.hasTokens) return submission;
      throw error;
    }
  };
}

function silent(why: string, cause?: unknown): FlantsError {
  return new FlantsError('catalogue.silent', `its URL has a token that only the catalogue knows, and ${why}`, {
    cause,
  });
}

/** A submission with the tokens that its URLs have in the catalogue, where it names the same ones there. */
function withTokensOf(row: Submission, submission: Submission, keyRules: KeyRules): Submission {
  const stored = toStoredForm(row, keyRules);
  const { playlistUrl, sideFiles } = row;
  const hasSameSideFiles = JSON.stringify(stored.sideFiles) === JSON.stringify(submission.sideFiles);
  return {
    ...submission,
    ...(stored.playlistUrl === submission.playlistUrl ? { playlistUrl } : {}),
    ...(sideFiles && hasSameSideFiles ? { sideFiles } : {}),
  };
}
