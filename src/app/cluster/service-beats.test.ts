import { expect, it } from 'vitest';
import { minute, second } from '../../domain/units.ts';
import { replacedIn } from './service-beats.ts';

const now = 10 * minute;

/** A beat that was heard when it was told. */
function beat(field: string, since: number, at: number) {
  const told = { role: 'transfer', version: '1', since, at, count: 1, files: 0, bytes: 0 } as const;
  return [field, { beat: told, at }] as const;
}

it('a process that was killed and started again on its host has taken its own place', () => {
  const heard = new Map([
    beat('transfer/box-1-aaaaaa', 0, 5 * minute),
    beat('transfer/box-1-bbbbbb', 5 * minute + second, now),
    // It has another name, role, or start.
    beat('transfer/box-2-1-cccccc', 0, 5 * minute),
    beat('crawler/box-1-dddddd', 0, 5 * minute),
    beat('crawler/box-1-eeeeee', 4 * minute, now),
  ]);
  expect(replacedIn(heard, now)).toEqual(['transfer/box-1-aaaaaa']);
});

it('containers that share the name of their host replace each other only where one is silent', () => {
  const started = beat('transfer/box-1-bbbbbb', now - 2 * second, now);
  expect(replacedIn(new Map([beat('transfer/box-1-aaaaaa', 0, now - 5 * second), started]), now)).toEqual([]);
  expect(replacedIn(new Map([beat('transfer/box-1-aaaaaa', 0, now - 11 * second), started]), now)).toHaveLength(1);
});
