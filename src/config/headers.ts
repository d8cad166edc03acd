import { FlantsError } from '../domain/failure.ts';

/** A header to send to the hosts of the sources. Its value may be a secret. */
export interface Header {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
}

/** What HTTP itself sets, and what would break the data path. RFC 9110 sections 7.2, 7.6, 8.6, 13.1 and 14.2. */
const reserved = new Set([
  'host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'expect', 'keep-alive', 'proxy-connection',
  'range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'accept-encoding',
]); // prettier-ignore

/**
 * Reads headers written as `Name: value`.
 *
 * @param where - for messages, which never hold the value: `--header`, or a file's name
 * @throws {FlantsError} `usage`
 */
export function parseHeaders(lines: readonly string[], where: string): readonly Header[] {
  return lines.map((line, index) => {
    const place = lines.length === 1 ? where : `${where} (number ${index + 1})`;
    // A token of RFC 9110 section 5.6.2, and a value of section 5.5.
    const match = /^([!#$%&'*+.^_`|~0-9a-z-]+):[ \t]*(.*?)[ \t]*$/is.exec(line.trim());
    const [name, value] = [match?.[1]?.toLowerCase(), match?.[2]];
    if (name === undefined || value === undefined)
      throw new FlantsError('usage', `${place} is not a header: expected "Name: value"`);
    // oxlint-disable-next-line no-control-regex
    if (value === '' || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
      throw new FlantsError('usage', `${place}: the value of ${match?.[1]} is empty or has a control character`);
    }
    if (reserved.has(name)) throw new FlantsError('usage', `${place}: ${match?.[1]} is set by FLAnts itself`);
    return { name, value };
  });
}

/** Lines of a header file; empty ones and those that begin with `#` are left out. */
export function headerLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
}
