import { createRequire } from 'node:module';
import type tls from 'node:tls';
import type { SecureContext } from 'node:tls';

/** Loaded on demand, because importing it copies the certificates of all authorities into each thread. */
const load = (): typeof tls => createRequire(import.meta.url)('node:tls') as typeof tls;

/** By the PEM of the further authorities. Each holds 150 parsed certificates: 3 MB, and 15 ms of CPU to make. */
const contexts = new Map<string, SecureContext>();

/**
 * TLS options that trust further authorities in addition to Node's, which Node's own `ca` option would replace. A thread
 * creates the context once, for source and destination: parsing 150 certificates costs more than a handshake.
 *
 * @param ca - PEM of one or more certificates; if absent, only Node's authorities are trusted
 */
export function tlsOptions(ca: string | undefined): { readonly secureContext?: SecureContext } {
  if (ca === undefined) return {};
  const secureContext = contexts.get(ca) ?? contextWith(ca);
  contexts.set(ca, secureContext);
  return { secureContext };
}

function contextWith(ca: string): SecureContext {
  const { createSecureContext, getCACertificates } = load();
  return createSecureContext({ ca: [...getCACertificates('default'), ca] });
}
