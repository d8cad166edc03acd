import { FlantsError } from '../domain/failure.ts';
import type { Source } from './source.ts';

/**
 * Combines sources into one, which selects by the scheme of the URL. Other schemes are refused. Pass `file:` only for a
 * library of local files: otherwise a remote playlist could name any file of this machine.
 *
 * @param adapters - by scheme with its colon, such as `https:`; one adapter may serve several schemes
 */
export function routeSource(adapters: Readonly<Record<string, Source>>): Source {
  const byScheme = new Map(Object.entries(adapters));
  return {
    fetch: async (url, options) => {
      const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
      const adapter = scheme === undefined ? undefined : byScheme.get(scheme);
      if (adapter) return adapter.fetch(url, options);
      throw new FlantsError(
        'source.refused',
        scheme === undefined ? 'that is not a URL' : `a ${scheme} URL cannot be read from this source`,
      );
    },
    close: async () => {
      await Promise.all([...new Set(byScheme.values())].map((adapter) => adapter.close()));
    },
  };
}
