import { FlantsError } from '../../domain/failure.ts';
import { isHeaderName, isHeaderValue, isReservedHeader } from '../../domain/request-header.ts';

/** A request header for the sources' hosts. Its value may be a secret. */
export interface Header {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/**
 * Parses headers written as `Name: value`.
 *
 * @param where - origin of the lines for messages, which never contain a value: `--header`, or a file's name
 * @throws {FlantsError} `usage`
 */
export function parseHeaders(lines: readonly string[], where: string): readonly Header[] {
  return lines.map((line, index) => {
    const place = lines.length === 1 ? where : `${where} (number ${index + 1})`;
    const [, name = '', value = ''] = /^([^:]*):[ \t]*(.*?)[ \t]*$/s.exec(line.trim()) ?? [];
    if (!isHeaderName(name)) throw new FlantsError('usage', `${place} is not a header: expected "Name: value"`);
    if (value === '' || !isHeaderValue(value)) {
      throw new FlantsError(
        'usage',
        `${place}: the value of ${name} is empty or has a character that HTTP does not allow`,
      );
    }
    if (isReservedHeader(name)) throw new FlantsError('usage', `${place}: ${name} is set by FLAnts itself`);
    return { name: name.toLowerCase(), value };
  });
}

/** The lines of a header file, without empty lines and `#` comments. */
export function headerLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
}
