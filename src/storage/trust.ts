import { createRequire } from 'node:module';
import type tls from 'node:tls';
import type { SecureContext } from 'node:tls';

/** An import of this module copies the certificates of every authority into each thread, asked for or not. */
const load = (): typeof tls => createRequire(import.meta.url)('node:tls') as typeof tls;

/**
 * TLS options that trust authorities beside those that Node knows: its own `ca` option would replace them.
 * The context is made once, as reading 150 certificates for every connection costs more than the handshake.
 *
 * @param ca - PEM of one or more certificates; absent trusts what Node does
 */
export function trusting(ca: string | undefined): { readonly secureContext?: SecureContext } {
  if (ca === undefined) return {};
  const { createSecureContext, getCACertificates } = load();
  return { secureContext: createSecureContext({ ca: [...getCACertificates('default'), ca] }) };
}
