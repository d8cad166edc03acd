import { FlantsError } from '../../domain/failure.ts';
import { readTextFile } from '../input/config-file.ts';
import { localPath } from './location.ts';
import { tokenPattern } from '../registry/option-schemas.ts';

/** A secret given directly, or by the file that contains it. */
interface GivenSecret {
  readonly value: string | undefined;
  readonly file: string | undefined;
  /** The option that names the file. */
  readonly option: string;
  readonly cwd: string;
}

/**
 * Returns the secret. The file is read only if no value is given. Surrounding white space is removed.
 *
 * @throws {FlantsError} `usage` when the file cannot be read, or does not contain a valid secret
 */
export async function readSecret({ value, file, option, cwd }: GivenSecret): Promise<string | undefined> {
  if (value !== undefined || file === undefined) return value;
  const path = localPath(file, cwd);
  const text = (await readTextFile(path, option)).trim();
  if (tokenPattern.test(text)) return text;
  throw new FlantsError(
    'usage',
    `${option} names ${path}, which holds no secret: expected at least 8 printable characters without spaces`,
  );
}
