import { withoutSecrets } from '../config/values/location.ts';
import { jsonLine, textLine } from './log-line.ts';
import type { LogRecord } from './log-line.ts';
import { leveled } from './logger.ts';
import type { LogFields, Logger, LogLevel } from './logger.ts';

/** Settings of a service's log. */
export interface ServiceLogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  readonly role: string;
  /** Texts that are never written. Each occurrence is replaced by `…`. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Writes one line without its end. */
  readonly write: (line: string) => void;
}

/**
 * Creates the logger of a service process: one JSON object per line, or text for people. User information and queries
 * of URLs are hidden.
 */
export function createServiceLogger({ level, format, role, secrets, now, write }: ServiceLogOptions): Logger {
  const hide = hiding(secrets);
  return leveled(level, (messageLevel, message, fields) => {
    const time = new Date(now()).toISOString();
    const shown = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? hide(value) : value,
    ]);
    const line = {
      time,
      level: messageLevel,
      role,
      message: hide(message),
      fields: Object.fromEntries(shown) as LogFields,
    };
    write(renderLogLine(line, format));
  });
}

/** Formats a line. */
export function renderLogLine(line: LogRecord, format: 'json' | 'text'): string {
  return format === 'json' ? jsonLine(line) : textLine(line);
}

const urls = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;

function hiding(secrets: readonly string[]): (text: string) => string {
  const longestFirst = secrets.filter((secret) => secret !== '').toSorted((a, b) => b.length - a.length);
  return (text) =>
    longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '…'), text).replace(urls, withoutSecrets);
}
