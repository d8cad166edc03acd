import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { ApiSource } from '../../config/values/api-source.ts';
import { scopeHeaders } from '../../storage/http/headers.ts';
import { connectSource } from '../connect.ts';
import { namedHosts } from '../named-hosts.ts';

/** Opens a catalogue in a JSON API. Its code is loaded only where there is one. */
export async function openApi(api: ApiSource): Promise<Catalogue> {
  const { url, headers, network } = api;
  const { proxies, sourceTimeoutMs, allowedHosts, ca } = network;
  const { openApiCatalogue } = await import('../../catalogue/api/catalogue.ts');
  const source = connectSource({
    headers: scopeHeaders([url], Object.fromEntries(headers.map(({ name, value }) => [name, value]))),
    connections: 1,
    timeoutMs: sourceTimeoutMs,
    allowsFiles: false,
    proxies,
    reach: { named: await namedHosts([url], proxies), allowed: allowedHosts },
    ...(ca === undefined ? {} : { ca }),
  });
  return openApiCatalogue(api, source);
}
