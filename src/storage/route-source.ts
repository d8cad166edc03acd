import { FlantsError } from '../domain/failure.ts';
import type { Source, SourceSession } from './source.ts';

/**
 * Combines sources into one, which selects by the scheme of the URL. Other schemes are refused. Pass `file:` only for a
 * library of local files: otherwise a remote playlist could name any file of this machine.
 *
 * @param adapters - by scheme with its colon, such as `https:`; one adapter may serve several schemes
 */
export function routeSource(adapters: Readonly<Record<string, Source>>): Source {
  const byScheme = new Map(Object.entries(adapters));
  const find = (url: string): Source | undefined => byScheme.get(schemeOf(url) ?? '');
  const adapterFor = (url: string): Source => find(url) ?? refuse(url);
  return {
    fetch: async (url, options) => adapterFor(url).fetch(url, options),
    sizeOf: async (url, options) => adapterFor(url).sizeOf(url, options),
    openSession() {
      const sessions = new Map<Source, SourceSession>();
      return {
        async fetch(url, options) {
          const adapter = adapterFor(url);
          const session = sessions.get(adapter) ?? adapter.openSession?.();
          if (session) sessions.set(adapter, session);
          return (session ?? adapter).fetch(url, options);
        },
        cookieFor(url) {
          const adapter = find(url);
          return adapter && sessions.get(adapter)?.cookieFor(url);
        },
      };
    },
    close: async () => {
      await Promise.all([...new Set(byScheme.values())].map((adapter) => adapter.close()));
    },
  };
}

function schemeOf(url: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
}

function refuse(url: string): never {
  const scheme = schemeOf(url);
  throw new FlantsError(
    'source.refused',
    scheme === undefined ? 'that is not a URL' : `a ${scheme} URL cannot be read from this source`,
  );
}
