import { createRequire } from 'node:module';
import type tls from 'node:tls';
import type { SecureContext } from 'node:tls';

/** Loaded on demand, because importing it copies the certificates of all authorities into each thread. */
const load = (): typeof tls => createRequire(import.meta.url)('node:tls') as typeof tls;

/**
 * TLS options that trust further authorities in addition to Node's, which Node's own `ca` option would replace. The
 * context is created once: parsing 150 certificates for every connection costs more than the handshake.
 *
 * @param ca - PEM of one or more certificates; if absent, only Node's authorities are trusted
 */
export function tlsOptions(ca: string | undefined): { readonly secureContext?: SecureContext } {
  if (ca === undefined) return {};
  const { createSecureContext, getCACertificates } = load();
  return { secureContext: createSecureContext({ ca: [...getCACertificates('default'), ca] }) };
}
