import { FlantsError } from '../../domain/failure.ts';
import { parseSource, withoutSecrets } from './location.ts';
import type { SourceArgument } from './location.ts';

/** Where a cluster finds its videos. */
export type ServiceSource =
  | SourceArgument
  /** `url` holds the password; `name` is for people. */
  | { readonly kind: 'mongodb'; readonly url: string; readonly name: string };

/**
 * Reads a source of a cluster; looks at nothing outside the text.
 *
 * @throws {FlantsError} `usage`
 */
export function parseServiceSource(text: string, cwd: string): ServiceSource {
  if (!/^mongodb(?:\+srv)?:/i.test(text)) return parseSource(text, cwd);
  // Several hosts between commas make no URL that `URL` could read.
  if (!/^mongodb(?:\+srv)?:\/\/(?:[^@/\s]+@)?[^@/\s,]+(?:,[^@/\s,]+)*(?:[/?]\S*)?$/i.test(text)) {
    throw new FlantsError(
      'usage',
      `the source ${withoutSecrets(text)} is not a MongoDB URL: expected mongodb://[user:password@]host[:port]/database, with / and @ in a password percent-encoded`,
    );
  }
  return { kind: 'mongodb', url: text, name: withoutSecrets(text) };
}
