import { describe, expect, it } from 'vitest';
import { failureCodes } from '../../domain/failure.ts';
import { optionNames } from '../registry/options.ts';
import { flagOf } from '../registry/option-spec.ts';
import { verbNames } from '../registry/verbs.ts';
import { failureGuide, failureGuideGroups } from './guide.ts';

const flags = new Set(optionNames.map(flagOf));
/** Flags of other programs, and of every verb, that the guide names. */
const foreignFlags = new Set(['--query', '--help']);

describe('the guide to failures', () => {
  it('has every code in exactly one group', () => {
    const grouped = Object.values(failureGuideGroups).flatMap((group) => Object.keys(group));
    expect(grouped.toSorted()).toEqual(failureCodes.toSorted());
  });

  it.each(failureCodes)('says of %s what it means, why it happens and what to do, in whole sentences', (code) => {
    const { means, cause, cure } = failureGuide[code];
    for (const text of [means, cause, cure]) expect(text).toMatch(/^[A-Z`].{8,}[.)]$/s);
  });

  it.each(failureCodes)('names only flags and verbs that there are for %s', (code) => {
    const { means, cause, cure } = failureGuide[code];
    const text = `${means} ${cause} ${cure}`;
    const named = (text.match(/(?<![\w-])--[a-z][a-z0-9-]*/g) ?? []).filter((flag) => !foreignFlags.has(flag));
    expect(named.filter((flag) => !flags.has(flag))).toEqual([]);
    const verbs = Array.from(text.matchAll(/`flants ([a-z]+)/g), ([, verb = '']) => verb);
    expect(verbs.filter((verb) => !verbNames.some((each) => each.split(' ')[0] === verb))).toEqual([]);
  });
});
