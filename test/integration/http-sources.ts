import { afterEach } from 'vitest';
import { openHttpSource } from '../../src/storage/http/source.ts';
import type { HttpSourceOptions } from '../../src/storage/http/source.ts';
import type { Source } from '../../src/storage/source.ts';

/** Never aborted. */
export const signal = new AbortController().signal;

/** The failure with which something ends. */
export const failureFrom = async (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'no failure',
    (error: unknown) => (error instanceof Error && 'failure' in error ? error.failure : error),
  );

/** Opens sources for the tests of a file, and closes them after each. */
export function httpSources(): (options?: Partial<HttpSourceOptions>) => Source {
  const opened: Source[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((source) => source.close()));
  });
  return (options = {}) => {
    const source = openHttpSource({
      headers: [],
      connections: 2,
      connectTimeoutMs: 5000,
      headersTimeoutMs: 5000,
      bodyTimeoutMs: 5000,
      maxRedirects: 5,
      ...options,
    });
    opened.push(source);
    return source;
  };
}
