import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRule, refusalOf, valueAt } from './catalogue-rule.ts';

const holds = (rule: string, fields: Readonly<Record<string, unknown>>): boolean =>
  refusalOf([parseRule(rule)], fields) === undefined;

describe('a rule', () => {
  it.each([
    ['state = broadcast', { state: 'broadcast' }, true],
    ['state=broadcast', { state: 'broadcast' }, true],
    ['  state  =  broadcast ', { state: 'broadcast' }, true],
    ['state = broadcast', { state: 'Broadcast' }, false],
    ['state = broadcast', {}, false],
    ['state = broadcast', { state: null }, false],
    ['state = broadcast', { state: { name: 'broadcast' } }, false],
    ['title = a = b', { title: 'a = b' }, true],
    ['title = "a, b"', { title: 'a, b' }, true],
    ["title = ' a'", { title: ' a' }, true],
    ['title = ""', { title: '' }, true],
    ['title = ""', {}, false],
    ['count = 7', { count: 7 }, true],
    ['count = 7.0', { count: 7 }, true],
    ['count = 7', { count: '7' }, true],
    ['count = 7', { count: 8 }, false],
    ['test = true', { test: true }, true],
    ['test = true', { test: 'true' }, true],
    ['test != true', { test: true }, false],
    ['test != true', { test: false }, true],
    ['test != true', {}, true],
    ['test != true', { test: null }, true],
    ['tags = live', { tags: ['x', 'live'] }, true],
    ['tags != live', { tags: ['x', 'live'] }, false],
    ['tags = live', { tags: [] }, false],
    ['genre in lecture, seminar', { genre: 'seminar' }, true],
    ['genre in lecture,seminar', { genre: 'lecture' }, true],
    ['genre in lecture,seminar', { genre: 'talk' }, false],
    ['genre in lecture,seminar', {}, false],
    ['genre in "a, b", c', { genre: 'a, b' }, true],
    ['genre in "", c', { genre: '' }, true],
    ['genre in lecture', { genre: ['talk', 'lecture'] }, true],
    ['duration >= 10', { duration: 10 }, true],
    ['duration > 10', { duration: 10 }, false],
    ['duration <= 10', { duration: 10 }, true],
    ['duration < 10', { duration: 9.5 }, true],
    ['duration >= 10', { duration: '12' }, true],
    ['duration >= 10', { duration: 'long' }, false],
    ['duration >= 10', { duration: '' }, false],
    ['duration >= -1', { duration: 0 }, true],
    ['duration >= 10', {}, false],
    ['duration <= 4h', { duration: 14_400 }, true],
    ['duration <= 4h', { duration: 14_401 }, false],
    ['duration >= 90s', { duration: 90 }, true],
    ['duration > 1.5m', { duration: 90 }, false],
    ['duration <= 2d', { duration: 172_800 }, true],
    ['duration >= 500ms', { duration: 0.5 }, true],
    ['recordedAt >= 2026-01-31', { recordedAt: '2026-01-31T00:00:00.000Z' }, true],
    ['recordedAt < 2026-01-31', { recordedAt: '2026-01-31T00:00:00+01:00' }, true],
    ['recordedAt < 2026-01-31', { recordedAt: 'January' }, false],
    ['recordedAt > 2026-01-31T12:00:00Z', { recordedAt: '2026-02-01' }, true],
    ['recordedAt > 2026-01-31', { recordedAt: 1_795_420_800_123 }, true],
    ['recordedAt > 2026-01-31', { recordedAt: 1_600_000_000 }, false],
    ['recordedAt > 2026-01-31', { recordedAt: '2026-01-31 00:00:01' }, true],
    ['hls.url exists', { hls: { url: 'x' } }, true],
    ['hls.url exists', { hls: { url: '' } }, true],
    ['hls.url exists', { hls: { url: null } }, false],
    ['hls.url exists', { hls: 'x' }, false],
    ['deletedAt missing', {}, true],
    ['deletedAt missing', { deletedAt: '2026-01-31' }, false],
    ['in exists', { in: 1 }, true],
  ])('%s on %j', (rule, fields, expected) => expect(holds(rule, fields)).toBe(expected));

  it.each([
    ['', 'is none'],
    ['state', 'is none'],
    ['state broadcast', 'is none'],
    ['= broadcast', 'is none'],
    ['state == broadcast', 'one "=" too many'],
    ['state =', 'lacks a value'],
    ['genre in ', 'is none'],
    ['genre in a,,b', 'lacks a value'],
    ['genre in a,', 'lacks a value'],
    ['duration >= long', 'no number, no duration such as 90s or 4h, and no date'],
    ['duration >= 4 weeks', 'no number'],
    ['recordedAt >= 2026-13-01', 'no date'],
    ['$where = 1', 'has "$where" for a field'],
    ['a..b exists', 'has "a..b" for a field'],
    ['a. exists', 'has "a." for a field'],
  ])('"%s" is refused', (text, message) => {
    expect(() => parseRule(text)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) }),
    );
  });

  it('is read, or refused as usage, whatever is written', () => {
    const words = fc.array(
      fc.constantFrom('a', '.', '=', '!', '<', '>', ' ', 'in', 'exists', '"', ',', '4h', '$', '\n'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          words.map((parts) => parts.join('')),
        ),
        fc.object(),
        (text, fields) => {
          let rule;
          try {
            rule = parseRule(text);
          } catch (error) {
            expect(error).toMatchObject({ code: 'usage' });
            return;
          }
          refusalOf([rule], fields);
        },
      ),
    );
  });

  it('of equality is the opposite of that of inequality', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]+$/), fc.jsonValue(), (literal, value) => {
        expect(holds(`a = ${literal}`, { a: value })).toBe(!holds(`a != ${literal}`, { a: value }));
      }),
    );
  });
});

describe('a refusal', () => {
  it('names the first rule that does not hold, and what was found', () => {
    const rules = ['state = broadcast', 'duration >= 10', 'title exists'].map(parseRule);
    expect(refusalOf(rules, { state: 'broadcast', duration: 7 })).toEqual({
      code: 'catalogue.rule',
      retryable: false,
      message: 'the rule "duration >= 10" does not hold: duration is 7',
    });
  });

  it.each([
    [{}, 'a is missing'],
    [{ a: 'x'.repeat(1000) }, `a is "${'x'.repeat(79)}…`],
    [{ a: 'https://h/a.m3u8?token=secret' }, 'a is "https://h/a.m3u8"'],
    [{ a: 'https://user:secret@h/a.m3u8#secret' }, 'a is "https://h/a.m3u8"'],
    [{ a: [1, 2] }, 'a is a list of 2'],
    [{ a: { b: 1 } }, 'a is an object'],
    [{ a: true }, 'a is true'],
  ])('of %j says what was found, and no secret', (fields, message) => {
    const found = refusalOf([parseRule('a = nothing')], fields)?.message;
    expect(found).toContain(message);
    expect(found).not.toContain('secret');
  });
});

describe('a path', () => {
  it.each([
    ['a', { a: 1 }, 1],
    ['a.b.c', { a: { b: { c: 0 } } }, 0],
    ['a.1.b', { a: [{}, { b: 2 }] }, 2],
    ['a.length', { a: [1] }, undefined],
    ['a.b', { a: null }, undefined],
    ['toString', {}, undefined],
    ['__proto__.x', {}, undefined],
  ])('%s in %j', (path, fields, expected) => expect(valueAt(fields, path)).toEqual(expected));
});
