import { FlantsError } from '../domain/failure.ts';
import type { ParsedOptions } from './registry/option-schemas.ts';
import { readSecret } from './values/secret-file.ts';

/** Who may do what over HTTP. */
export interface AccessOptions {
  /** Absent: the API is read-only. */
  readonly token?: string;
  readonly requireTokenToRead: boolean;
}

type Parsed = Pick<ParsedOptions<'copy'>, 'token' | 'tokenFile' | 'requireTokenToRead'>;

/**
 * Reads the token and what it is wanted for.
 *
 * @throws {FlantsError} `usage`
 */
export async function readAccess(parsed: Parsed, cwd: string): Promise<AccessOptions> {
  const token = await readSecret({ value: parsed.token, file: parsed.tokenFile, option: '--token-file', cwd });
  const { requireTokenToRead } = parsed;
  if (requireTokenToRead && token === undefined)
    throw new FlantsError('usage', '--require-token-to-read asks for a token: set FLANTS_TOKEN or --token-file');
  return { ...(token === undefined ? {} : { token }), requireTokenToRead };
}
