import { FlantsError } from '../../domain/failure.ts';
import { parseSource, withoutSecrets } from './location.ts';
import type { SourceArgument } from './location.ts';

/** A source of videos for a cluster. */
export type ClusterSource =
  | Exclude<SourceArgument, { readonly kind: 'stdin' }>
  /** `url` contains the password. `name` is for people. */
  | { readonly kind: 'mongodb'; readonly url: string; readonly name: string };

/**
 * Parses a source of a cluster. Does not access the file system.
 *
 * @throws {FlantsError} `usage`
 */
export function parseClusterSource(text: string, cwd: string): ClusterSource {
  if (!/^mongodb(?:\+srv)?:/i.test(text)) {
    const source = parseSource(text, cwd);
    if (source.kind !== 'stdin') return source;
    throw new FlantsError(
      'usage',
      '- is standard input, which only copy, plan and init read: name the file of a catalogue',
    );
  }
  // `URL` cannot parse several hosts separated by commas.
  if (!/^mongodb(?:\+srv)?:\/\/(?:[^@/\s]+@)?[^@/\s,]+(?:,[^@/\s,]+)*(?:[/?]\S*)?$/i.test(text)) {
    throw new FlantsError(
      'usage',
      `the source ${withoutSecrets(text)} is not a MongoDB URL: expected mongodb://[user:password@]host[:port]/database, with / and @ in a password percent-encoded`,
    );
  }
  return { kind: 'mongodb', url: text, name: withoutSecrets(text) };
}
