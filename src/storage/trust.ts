import { createSecureContext, getCACertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';

/**
 * TLS options that trust authorities beside those that Node knows: its own `ca` option would replace them.
 * The context is made once, as reading 150 certificates for every connection costs more than the handshake.
 *
 * @param ca - PEM of one or more certificates; absent trusts what Node does
 */
export function trusting(ca: string | undefined): { readonly secureContext?: SecureContext } {
  return ca === undefined ? {} : { secureContext: createSecureContext({ ca: [...getCACertificates('default'), ca] }) };
}
