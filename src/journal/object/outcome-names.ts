import { randomBytes } from 'node:crypto';
import type { Evidence, FileFailure, Outcome } from '../../domain/outcome.ts';
import { lastSegment } from './names.ts';

/** A line of an outcome object. Later lines override earlier ones, also across objects. */
export type OutcomeLine =
  | { readonly kind: 'known'; readonly evidence: Evidence }
  | { readonly kind: 'failed'; readonly failure: FileFailure }
  | { readonly kind: 'forgotten'; readonly key: string };

/** The parts of an outcome object's name. */
export interface OutcomeName {
  /** Microseconds since 1970, moved on where that is needed to stand behind what was seen. */
  readonly order: number;
  /** Lines of each kind. */
  readonly known: number;
  readonly failed: number;
  readonly forgotten: number;
}

/** 2 ** 53 microseconds are the year 2255. */
const orderDigits = 16;

/** A unique name for an object with these lines. Names sort by `order`. */
export function outcomeName(order: number, lines: readonly OutcomeLine[]): string {
  const count = (kind: OutcomeLine['kind']): number => lines.filter((line) => line.kind === kind).length;
  const counts = `${count('known')}-${count('failed')}-${count('forgotten')}`;
  return `${String(order).padStart(orderDigits, '0')}-${counts}-${randomBytes(6).toString('hex')}`;
}

/** The inverse of `outcomeName`, for a key that ends with such a name. */
export function readOutcomeName(key: string): OutcomeName {
  const [order, known, failed, forgotten] = lastSegment(key).split('-').map(Number);
  return { order: order ?? 0, known: known ?? 0, failed: failed ?? 0, forgotten: forgotten ?? 0 };
}

/** The line of an outcome. */
export function lineOf(outcome: Outcome): OutcomeLine {
  if (outcome.kind === 'failed') return { kind: 'failed', failure: outcome.failure };
  return { kind: 'known', evidence: outcome.evidence };
}

/** The key that a line is about. */
export function keyOf(line: OutcomeLine): string {
  if (line.kind === 'forgotten') return line.key;
  return line.kind === 'failed' ? line.failure.key : line.evidence.key;
}
