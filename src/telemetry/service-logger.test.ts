import { describe, expect, it } from 'vitest';
import { readLogLine, textLine } from './log-line.ts';
import type { LogFields, LogLevel } from './logger.ts';
import { createServiceLogger } from './service-logger.ts';

function said(format: 'json' | 'text', message: string, fields?: LogFields, level: LogLevel = 'info'): string {
  const lines: string[] = [];
  const log = createServiceLogger({
    level: 'info',
    format,
    role: 'crawler',
    secrets: ['hush', 'hush-hush'],
    now: () => Date.UTC(2026, 0, 31, 12, 34, 56, 789),
    write: (line) => lines.push(line),
  });
  log[level](message, fields);
  return lines.join('\n');
}

describe('a log in JSON', () => {
  it('has one object a line', () => {
    expect(said('json', 'two\nlines', { video: 'class-42', attempt: 2, batch: undefined })).toBe(
      '{"time":"2026-01-31T12:34:56.789Z","level":"info","role":"crawler","message":"two\\nlines","video":"class-42","attempt":2}',
    );
  });

  it('lets no field take the place of what every line has', () => {
    expect(JSON.parse(said('json', 'what', { role: 'other', level: 'error', message: 'x' }))).toMatchObject({
      role: 'crawler',
      level: 'info',
      message: 'what',
    });
  });

  it('is read again, to be told otherwise', () => {
    const line = readLogLine(said('json', 'slow', { video: 'a' }, 'warn'));
    expect(line).toEqual({
      time: '2026-01-31T12:34:56.789Z',
      level: 'warn',
      role: 'crawler',
      message: 'slow',
      fields: { video: 'a' },
    });
    expect(line && textLine({ ...line, number: 2 })).toBe('12:34:56  crawler 2     warn: slow (video a)');
  });

  it.each(['', 'flants: no', '{', '{}', '[1]', '{"time":"t","level":"loud","role":"r","message":"m"}'])(
    'does not take %j for one',
    (line) => {
      expect(readLogLine(line)).toBeUndefined();
    },
  );
});

describe('a log for people', () => {
  it('has time, role, what and about what', () => {
    expect(said('text', 'sealed', { video: 'class-42', files: 7 })).toBe(
      '12:34:56  crawler       sealed (video class-42, files 7)',
    );
  });

  it('lets nobody forge a line', () => {
    expect(said('text', 'a\nb', { video: 'c\r\nd' })).toBe('12:34:56  crawler       a b (video c d)');
  });

  it('drops what is below its level', () => {
    expect(said('text', 'x', {}, 'debug')).toBe('');
  });
});

it('leaves names as they are', () => {
  const message = 'PUT s3://media/vod/größe#1.ts, and http://127.0.0.1:1/… could not be reached';
  expect(said('text', message)).toContain(message);
});

it('shows no secret, in whatever field it stands', () => {
  const line = said('json', 'cannot reach redis://me:pw@redis.example/1 with hush-hush', {
    url: 'https://cdn.example/a.ts?token=x',
    why: 'hush',
  });
  expect(JSON.parse(line)).toMatchObject({
    message: 'cannot reach redis://…@redis.example/1 with …',
    url: 'https://cdn.example/a.ts?…',
    why: '…',
  });
});
