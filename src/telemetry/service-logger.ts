import { withoutSecrets } from '../config/values/location.ts';
import { jsonLine, textLine } from './log-line.ts';
import type { LogRecord } from './log-line.ts';
import { leveled } from './logger.ts';
import type { LogFields, Logger, LogLevel } from './logger.ts';

/** Whose log, and how it is written. */
export interface ServiceLogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  readonly role: string;
  /** Never written: each is replaced by `…` wherever it stands. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Takes one line without its end. */
  readonly write: (line: string) => void;
}

/** A log for a process that runs by itself: one JSON object a line, or text for people. Users and queries of URLs are left out. */
export function createServiceLogger({ level, format, role, secrets, now, write }: ServiceLogOptions): Logger {
  const hide = hiding(secrets);
  return leveled(level, (own, message, fields) => {
    const time = new Date(now()).toISOString();
    const told = Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? hide(value) : value]);
    const line = { time, level: own, role, message: hide(message), fields: Object.fromEntries(told) as LogFields };
    write(renderLogLine(line, format));
  });
}

/** One line as the format has it. */
export function renderLogLine(line: LogRecord, format: 'json' | 'text'): string {
  return format === 'json' ? jsonLine(line) : textLine(line);
}

const urls = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;

function hiding(secrets: readonly string[]): (text: string) => string {
  const longestFirst = secrets.filter((secret) => secret !== '').toSorted((a, b) => b.length - a.length);
  return (text) =>
    longestFirst.reduce((left, secret) => left.replaceAll(secret, '…'), text).replace(urls, withoutSecrets);
}
