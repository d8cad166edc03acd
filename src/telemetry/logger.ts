/** Levels from the most severe. Each level includes those before it. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;

/** How much is logged. */
export type LogLevel = (typeof logLevels)[number];

/** Structured fields of a line, for searching. Undefined fields are left out. */
export interface LogFields {
  readonly video?: string | undefined;
  readonly batch?: string | undefined;
  readonly attempt?: number | undefined;
  readonly [field: string]: string | number | boolean | undefined;
}

/** Logs messages for people. Never throws. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

/**
 * Creates a logger that drops messages below `level`. Line breaks in a message become spaces, so that text from outside
 * cannot forge a line. Fields are not shown.
 *
 * @param write - writes one line without its end, for example to standard error
 */
export function createLogger(level: LogLevel, write: (line: string) => void): Logger {
  return leveled(level, (messageLevel, message) =>
    write(`${messageLevel === 'info' ? '' : `${messageLevel}: `}${oneLine(message)}`),
  );
}

/** Creates a logger from a function that is called for messages not below `level`. */
export function leveled(level: LogLevel, write: (level: LogLevel, message: string, fields: LogFields) => void): Logger {
  const threshold = logLevels.indexOf(level);
  const at = (messageLevel: LogLevel): Logger[LogLevel] => {
    if (logLevels.indexOf(messageLevel) > threshold) return () => {};
    return (message, fields = {}) => write(messageLevel, message, fields);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/**
 * Replaces control characters with spaces, since names come from catalogues and servers: also those that end a line, or
 * that turn the direction of what follows them (UAX #9), so that a line would read as another one.
 */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ').trim();
}
