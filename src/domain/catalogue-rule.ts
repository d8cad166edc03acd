import { failureWith, FlantsError } from './failure.ts';
import type { Failure } from './failure.ts';
import { instantOf } from './instant.ts';

/**
 * What a row of a catalogue must be to be taken, as a person writes it: a field, a comparison, a value.
 *
 * | rule                          | holds when the field                                                     |
 * |-------------------------------|--------------------------------------------------------------------------|
 * | `state = broadcast`           | is that, as text: `true`, `7` and `"a, b"` (quoted) are values like any  |
 * | `aborted != true`             | is anything else, or is missing                                          |
 * | `genre in lecture, seminar`   | is one of these                                                          |
 * | `duration >= 10`              | is a number (or text that is one) on that side; also `>`, `<`, `<=`      |
 * | `duration <= 4h`              | the same in seconds: units are `ms`, `s`, `m`, `h`, `d`                  |
 * | `recordedAt >= 2026-01-31`    | is an instant on that side, as `instantOf` reads it                      |
 * | `hls.url exists`              | is there, and not null                                                   |
 * | `deletedAt missing`           | is not there, or null                                                    |
 *
 * Dots lead into nested fields, and whole numbers into lists. A list equals a value, or is in a list of values, when one
 * of its elements is. Where a field is missing, only `!=` and `missing` hold.
 */
export interface CatalogueRule {
  /** As it was written. */
  readonly text: string;
  readonly path: string;
  readonly test: RuleTest;
}

/** What a rule asks of its field. */
export type RuleTest =
  | { readonly kind: 'exists' | 'missing' }
  | { readonly kind: 'one-of' | 'none-of'; readonly values: readonly string[] }
  | { readonly kind: 'order'; readonly operator: '<' | '<=' | '>' | '>='; readonly bound: Bound };

/** The far side of an ordering. Durations are numbers: of seconds. */
type Bound =
  | { readonly kind: 'number'; readonly value: number }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'instant'; readonly value: number };

const comparison = /^([^\s=!<>]+)\s*(!=|<=|>=|=|<|>)\s*(.*)$/s;
const membership = /^([^\s=!<>]+)\s+in\s+(.*)$/s;
const presence = /^([^\s=!<>]+)\s+(exists|missing)$/;
/** A name that begins with `$` would be an operator to a database. */
const fieldPath = /^[^.$][^.]*(?:\.[^.$][^.]*)*$/;

/**
 * Reads one rule.
 *
 * @throws {FlantsError} `usage` that says what is wrong with it
 */
export function parseRule(text: string): CatalogueRule {
  const trimmed = text.trim();
  const test = presenceOf(trimmed) ?? membershipOf(trimmed) ?? comparisonOf(trimmed);
  if (!test)
    throw wrong(trimmed, 'is none: expected something like state = broadcast, duration >= 10 or hls.url exists');
  const path = /^[^\s=!<>]+/.exec(trimmed)?.[0] ?? '';
  if (!fieldPath.test(path)) throw wrong(trimmed, `has "${path}" for a field: expected names with dots between them`);
  return { text: trimmed, path, test };
}

/** Why a row is not to be taken: the first rule that does not hold for its fields; undefined where all do. */
export function refusalOf(
  rules: readonly CatalogueRule[],
  fields: Readonly<Record<string, unknown>>,
): Failure | undefined {
  for (const { text, path, test } of rules) {
    const value = valueAt(fields, path);
    if (holds(test, value)) continue;
    const found = value === undefined ? 'is missing' : `is ${shown(value)}`;
    return failureWith('catalogue.rule', `the rule "${text}" does not hold: ${path} ${found}`);
  }
  return undefined;
}

/** The value that a path with dots leads to; undefined where there is none, or null. */
export function valueAt(fields: unknown, path: string): unknown {
  let value = fields;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    if (Array.isArray(value) && !/^\d+$/.test(name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value ?? undefined;
}

function presenceOf(text: string): RuleTest | undefined {
  const kind = presence.exec(text)?.[2];
  return kind === 'exists' || kind === 'missing' ? { kind } : undefined;
}

function membershipOf(text: string): RuleTest | undefined {
  const list = membership.exec(text)?.[2];
  if (list === undefined) return undefined;
  const parts = list.match(/\s*(?:"[^"]*"|'[^']*'|[^,])+|(?<=,)(?=,|$)|^(?=,)/g) ?? [];
  const values = parts.map((part) => literalOf(part, text));
  if (values.length === 0) throw wrong(text, 'names no values after "in"');
  return { kind: 'one-of', values };
}

function comparisonOf(text: string): RuleTest | undefined {
  const [, , operator, right = ''] = comparison.exec(text) ?? [];
  if (operator === undefined) return undefined;
  if (right.startsWith('=')) throw wrong(text, 'has one "=" too many');
  if (operator === '=') return { kind: 'one-of', values: [literalOf(right, text)] };
  if (operator === '!=') return { kind: 'none-of', values: [literalOf(right, text)] };
  const literal = literalOf(right, text);
  const bound = boundOf(literal);
  if (!bound) {
    throw wrong(text, `compares with "${literal}", which is no number, no duration such as 90s or 4h, and no date`);
  }
  return { kind: 'order', operator: operator as '<' | '<=' | '>' | '>=', bound };
}

/** Without the quotes around it, which blanks and commas at its ends need. */
function literalOf(text: string, rule: string): string {
  const trimmed = text.trim();
  if (trimmed === '') throw wrong(rule, 'lacks a value; an empty one is written ""');
  return (
    /^"([^"]*)"$|^'([^']*)'$/
      .exec(trimmed)
      ?.slice(1)
      .find((inside) => inside !== undefined) ?? trimmed
  );
}

const secondsIn: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

function boundOf(literal: string): Bound | undefined {
  const [, digits, unit = 's'] = /^(-?\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(literal) ?? [];
  if (digits !== undefined) return { kind: 'number', value: Number(digits) * (secondsIn[unit] ?? 1) };
  const value = instantOf(literal);
  return value === undefined ? undefined : { kind: 'instant', value };
}

function holds(test: RuleTest, value: unknown): boolean {
  switch (test.kind) {
    case 'exists':
      return value !== undefined;
    case 'missing':
      return value === undefined;
    case 'one-of':
      return isOneOf(test.values, value);
    case 'none-of':
      return !isOneOf(test.values, value);
    case 'order':
      return isInOrder(value, test);
  }
}

function isOneOf(values: readonly string[], value: unknown): boolean {
  if (Array.isArray(value)) return value.some((element) => isOneOf(values, element));
  return isScalar(value) && values.some((each) => each === String(value) || isSameNumber(each, value));
}

/** `2.0` is 2. */
function isSameNumber(literal: string, value: string | number | boolean): boolean {
  return typeof value === 'number' && literal !== '' && Number(literal) === value;
}

function isInOrder(value: unknown, { operator, bound }: Extract<RuleTest, { kind: 'order' }>): boolean {
  const own = bound.kind === 'number' ? numberOf(value) : instantOf(value);
  if (own === undefined) return false;
  switch (operator) {
    case '<':
      return own < bound.value;
    case '<=':
      return own <= bound.value;
    case '>':
      return own > bound.value;
    case '>=':
      return own >= bound.value;
  }
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

const maxShown = 80;

/** A value for messages: short, and of a URL nothing that may grant access. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? URL.parse(value) : null;
    return cut(JSON.stringify(url ? `${url.protocol}//${url.host}${url.pathname}` : value));
  }
  if (isScalar(value)) return String(value);
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}

function cut(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}

function wrong(rule: string, problem: string): FlantsError {
  return new FlantsError('usage', `the rule "${rule}" ${problem}`);
}
