/** A request of an access log that was answered with what was asked for. */
export interface LoggedRequest {
  /** Path with its query, or an absolute URL. */
  readonly target: string;
  /** The host that was asked. Absent: the log does not say. */
  readonly host?: string;
}

/** Reads lines of one log, in order: a line may say what the fields of the next ones are. */
export type ReadLogLine = (line: string) => LoggedRequest | undefined;

/** What a player has got. 304: it had it already. */
const answered = new Set(['200', '203', '206', '304']);

/** `"GET /a/b.m3u8?x=1 HTTP/1.1" 200`, as the common and combined formats of Apache, nginx and Akamai have it. */
const quotedRequest = /"(?:GET|HEAD) (\S+)(?: HTTP\/[\d.]+)?" (\d{3})(?:\s|$)/;

/**
 * Creates a reader for one log, which recognises the format by its lines.
 *
 * | line                               | read as                                                               |
 * |------------------------------------|-----------------------------------------------------------------------|
 * | begins with `#Fields:`             | names of fields: W3C extended, and the standard log of CloudFront     |
 * | begins with `#` otherwise          | nothing                                                               |
 * | after `#Fields:`                   | fields, parted by tabs if there are any, else by blanks               |
 * | any other                          | the common or combined log format                                     |
 *
 * @see https://www.w3.org/TR/WD-logfile.html
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 */
export function createLogReader(): ReadLogLine {
  let fields: readonly string[] | undefined;
  return (line) => {
    if (line.startsWith('#')) {
      const [, names] = /^#Fields:\s*(.+)$/i.exec(line) ?? [];
      if (names !== undefined) fields = names.trim().split(/\s+/);
      return undefined;
    }
    return fields ? fromFields(line, fields) : fromQuoted(line);
  };
}

function fromQuoted(line: string): LoggedRequest | undefined {
  const [, target, status = ''] = quotedRequest.exec(line) ?? [];
  return target === undefined || !answered.has(status) ? undefined : { target };
}

function fromFields(line: string, fields: readonly string[]): LoggedRequest | undefined {
  const values = line.split(line.includes('\t') ? '\t' : /\s+/);
  const valueOf = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const value = values[fields.indexOf(name)];
      if (value !== undefined && value !== '-' && value !== '') return value;
    }
    return undefined;
  };
  const path = valueOf('cs-uri-stem', 'cs-uri');
  const method = valueOf('cs-method') ?? 'GET';
  if (path === undefined || !/^(?:GET|HEAD)$/i.test(method)) return undefined;
  if (!answered.has(valueOf('sc-status') ?? '')) return undefined;
  const query = path.includes('?') ? undefined : valueOf('cs-uri-query');
  // CloudFront: the host of the distribution, and the one that the player has asked.
  const host = valueOf('x-host-header', 'cs(Host)', 'cs-host');
  return { target: query === undefined ? path : `${path}?${query}`, ...(host === undefined ? {} : { host }) };
}
