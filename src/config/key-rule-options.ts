import { FlantsError } from '../domain/failure.ts';

/** Options that decide what belongs to the name of an object, beside what is usual. */
export interface KeyNameOptions {
  /** Names of query parameters that only grant access or name a session. Lower case. */
  readonly tokenParameters: readonly string[];
  /** Names of tokens that choose the object all the same. Lower case. */
  readonly keyParameters: readonly string[];
  /** Regular expressions over paths, as `TokenRules.sessionPatterns`. */
  readonly sessionPatterns: readonly string[];
}

/** @throws {FlantsError} `usage` for a pattern that is no regular expression, or that takes everything out */
export function keyNameOptions(parsed: {
  readonly tokenParams: readonly string[];
  readonly keyParams: readonly string[];
  readonly sessionPattern: readonly string[];
}): KeyNameOptions {
  for (const pattern of parsed.sessionPattern) assertPattern(pattern);
  return {
    tokenParameters: parsed.tokenParams.map((name) => name.toLowerCase()),
    keyParameters: parsed.keyParams.map((name) => name.toLowerCase()),
    sessionPatterns: parsed.sessionPattern,
  };
}

function assertPattern(pattern: string): void {
  const wrong = (why: string): FlantsError => new FlantsError('usage', `--session-pattern '${pattern}' ${why}`);
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'di');
  } catch (error) {
    throw wrong(`is no regular expression: ${error instanceof Error ? error.message : String(error)}`);
  }
  const path = '/folder/name.ts';
  const taken = expression.exec(path)?.indices;
  const [from, to] = taken?.[1] ?? taken?.[0] ?? [0, 0];
  if (to - from >= path.length - 1) throw wrong('takes whole paths out, so that nothing tells files apart');
}
