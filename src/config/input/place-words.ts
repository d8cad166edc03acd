import type { VerbSpec } from '../registry/verb-spec.ts';
import type { ConfigPlace } from './config-file.ts';

/** What decides whether the words of a library are left out. */
export interface WordsContext {
  readonly place: ConfigPlace;
  /** Whether a state of this machine is named, which stands in for the destination. */
  readonly hasState: boolean;
}

/**
 * Completes the words of a command line from the config file: sources and destination of a verb that copies, if no word
 * was typed; the destination of a verb that looks and decides, if the first word is none.
 *
 * | verb takes | typed | becomes |
 * |---|---|---|
 * | sources, destination | nothing | the file's sources, its destination |
 * | catalogue, playlist or destination | nothing | the file's destination |
 * | destination, videos | `class-42` | the file's destination, `class-42` |
 * | destination, videos | `s3://media/vod class-42`, `./vod` | as it is |
 */
export function completeWords(
  verb: VerbSpec,
  words: readonly string[],
  { place: { sources = [], destination }, hasState }: WordsContext,
): readonly string[] {
  const takes = verb.wordTexts.map(([word]) => word);
  if (destination === undefined || !takes.includes('destination')) return words;
  if (takes.includes('source')) return words.length === 0 ? [...sources, destination] : words;
  // A proof of one playlist or of a catalogue names what it is about.
  if (takes[0] !== 'destination') return words.length === 0 ? [destination] : words;
  const [first] = words;
  const isTyped = first !== undefined && (first === destination || /^(?:s3:\/\/|\.{0,2}\/|\.{1,2}$)/.test(first));
  return hasState || isTyped ? words : [destination, ...words];
}
