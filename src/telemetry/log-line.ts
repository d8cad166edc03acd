import { logLevels, oneLine } from './logger.ts';
import type { LogFields, LogLevel } from './logger.ts';

/** One line of a cluster's log. */
export interface LogRecord {
  /** ISO 8601 instant. */
  readonly time: string;
  readonly level: LogLevel;
  readonly role: string;
  /** Number of the process within its role, from 1. */
  readonly number?: number;
  readonly message: string;
  /** All other fields of the line. */
  readonly fields: LogFields;
}

/**
 * Formats a line as JSON: `{time, level, role, number?, message, …fields}`. A field cannot replace one of the named
 * ones.
 */
export function jsonLine({ fields, ...head }: LogRecord): string {
  return JSON.stringify({ ...head, ...Object.fromEntries(extras(fields)) });
}

/** Formats a line for people: time, process, level, message, then the fields. */
export function textLine({ time, level, role, number, message, fields }: LogRecord): string {
  const who = number === undefined ? role : `${role} ${number}`;
  const mark = level === 'info' ? '' : `${level}: `;
  const about = extras(fields).map(([name, value]) => `${name} ${oneLine(String(value))}`);
  const behind = about.length === 0 ? '' : ` (${about.join(', ')})`;
  return `${time.slice(11, 19)}  ${who.padEnd(12)}  ${mark}${oneLine(message)}${behind}`;
}

/** Parses a line written by `jsonLine`. Undefined for any other line. */
export function readLogLine(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { time, level, role, number, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
    const known = logLevels.find((each) => each === level);
    if (typeof time !== 'string' || typeof role !== 'string' || typeof message !== 'string' || !known) return undefined;
    const count = typeof number === 'number' ? { number } : {};
    return { time, level: known, role, ...count, message, fields: fields as LogFields };
  } catch {
    return undefined;
  }
}

const headNames: readonly string[] = ['time', 'level', 'role', 'number', 'message'];

function extras(fields: LogFields): readonly (readonly [string, unknown])[] {
  return Object.entries(fields).filter(([name, value]) => value !== undefined && !headNames.includes(name));
}
