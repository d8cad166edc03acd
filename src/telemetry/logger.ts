/** From the gravest; each level tells what those before it tell, too. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;

/** How much is told. */
export type LogLevel = (typeof logLevels)[number];

/** Tells people what happens, a line at a time. Never throws. */
export type Logger = Readonly<Record<LogLevel, (message: string) => void>>;

/**
 * Makes a logger that drops what is below `level`. Line breaks in a message become spaces,
 * so that nothing from outside can forge a line.
 *
 * @param write - takes one line without its end, such as a function that writes to standard error
 */
export function createLogger(level: LogLevel, write: (line: string) => void): Logger {
  const most = logLevels.indexOf(level);
  const at = (own: LogLevel): ((message: string) => void) => {
    if (logLevels.indexOf(own) > most) return () => {};
    const mark = own === 'info' ? '' : `${own}: `;
    return (message) => write(`${mark}${oneLine(message)}`);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** Text with every control character made harmless: names come from catalogues and servers. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}
