import type { Token } from '../../src/hls/tokenizer.ts';

/** The text that was tokenized. */
export function joinTokens(tokens: readonly Token[]): string {
  return tokens.map(({ raw, eol }) => raw + eol).join('');
}
