import type { HttpOptions } from '../../api/http-options.ts';
import type { ServiceOptions } from '../../config/service-options.ts';
import { createControl } from '../../control/control.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { controlPortsOf } from './control.ts';
import type { Cluster } from './cluster.ts';
import { openClusterMonitor } from './cluster-monitor.ts';

/** What the HTTP service of a process tells of the library, beside how the process does. */
export interface LibraryApi {
  readonly parts: Pick<HttpOptions, 'control' | 'token' | 'requireTokenToRead' | 'monitor' | 'page'>;
  close(): Promise<void>;
}

/** Opens what people and programs may ask a cluster and do with it: the API and the dashboard. */
export function openLibraryApi(
  cluster: Cluster,
  options: ServiceOptions,
  { version, log, signal }: { readonly version: string; readonly log: Logger; readonly signal: AbortSignal },
): LibraryApi {
  const { http, tokenParameters, keyParameters, sessionPatterns, proxies } = options;
  const { token, requireTokenToRead } = http;
  const keyRules = { tokenParameters, keyParameters, sessionPatterns };
  const control = createControl(controlPortsOf(cluster, keyRules, { proxies, signal }));
  const watched = openClusterMonitor(cluster, options, { version, log });
  const { monitor, page } = watched;
  return {
    parts: { control, requireTokenToRead, ...(token === undefined ? {} : { token }), monitor, page },
    close: () => watched.close(),
  };
}
