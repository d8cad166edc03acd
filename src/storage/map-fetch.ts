import type { Source } from './source.ts';

/** A source whose requests for objects go through a function, those of its sessions too. */
export function mapFetch(source: Source, through: (fetch: Source['fetch']) => Source['fetch']): Source {
  const openSession = source.openSession?.bind(source);
  return {
    fetch: through((url, options) => source.fetch(url, options)),
    ...(openSession && {
      openSession() {
        const session = openSession();
        return {
          fetch: through((url, options) => session.fetch(url, options)),
          cookieFor: (url) => session.cookieFor(url),
        };
      },
    }),
    sizeOf: (url, options) => source.sizeOf(url, options),
    close: () => source.close(),
  };
}
