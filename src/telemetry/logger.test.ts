import { expect, it } from 'vitest';
import { createLogger, logLevels, oneLine } from './logger.ts';

function heard(level: (typeof logLevels)[number]): readonly string[] {
  const lines: string[] = [];
  const logger = createLogger(level, (line) => lines.push(line));
  for (const each of logLevels) logger[each](`about ${each}`);
  return lines;
}

it('tells its own level and what is graver', () => {
  expect(heard('error')).toEqual(['error: about error']);
  expect(heard('info')).toEqual(['error: about error', 'warn: about warn', 'about info']);
  expect(heard('debug')).toHaveLength(4);
});

it('lets nobody forge a line or move the cursor', () => {
  expect(oneLine('a\nerror: b\u001b[2Jc\r')).toBe('a error: b [2Jc');
  expect(oneLine('a\u2028b \u202egpj.exe\u202c')).toBe('a b  gpj.exe');
  expect(oneLine('\u05e9\u200f!')).toBe('\u05e9\u200f!');
});
