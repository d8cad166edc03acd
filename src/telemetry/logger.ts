/** From the gravest; each level tells what those before it tell, too. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;

/** How much is told. */
export type LogLevel = (typeof logLevels)[number];

/** What a line is about, for programs that search. Fields that are undefined are left out. */
export interface LogFields {
  readonly video?: string | undefined;
  readonly batch?: string | undefined;
  readonly attempt?: number | undefined;
  readonly [field: string]: string | number | boolean | undefined;
}

/** Tells people what happens, a line at a time. Never throws. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

/**
 * Makes a logger that drops what is below `level`. Line breaks in a message become spaces,
 * so that nothing from outside can forge a line. Fields are not shown.
 *
 * @param write - takes one line without its end, such as a function that writes to standard error
 */
export function createLogger(level: LogLevel, write: (line: string) => void): Logger {
  return leveled(level, (own, message) => write(`${own === 'info' ? '' : `${own}: `}${oneLine(message)}`));
}

/** Makes a logger of one function, which hears only what is not below `level`. */
export function leveled(level: LogLevel, tell: (level: LogLevel, message: string, fields: LogFields) => void): Logger {
  const most = logLevels.indexOf(level);
  const at = (own: LogLevel): Logger[LogLevel] => {
    if (logLevels.indexOf(own) > most) return () => {};
    return (message, fields = {}) => tell(own, message, fields);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** Text with every control character made harmless: names come from catalogues and servers. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}
