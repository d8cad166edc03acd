/**
 * Whether an error code is of TLS. Node names certificate errors after OpenSSL's X509_V_ERR_ constants, and other TLS
 * errors by prefix.
 */
export function isTlsCode(code: string): boolean {
  return (
    code === 'EPROTO' ||
    /^(ERR_TLS|ERR_SSL|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERROR_IN_(CERT|CRL)_)/.test(
      code,
    )
  );
}

/** The reason why a TLS connection failed, worded to follow the name of the host. */
export function tlsReason({ message }: { readonly message: string }, code: string): string {
  if (/SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)/.test(code))
    return `its certificate is from no known authority (${code}); name one of your own with --ca`;
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another name';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO') return `it does not speak TLS there (${code})`;
  return `${firstLine(message)} (${code})`;
}

/** The reason why a connection failed or broke, worded to follow the name of the host. */
export function connectionReason({ message }: { readonly message: string }, code: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name cannot be resolved (${code})`;
    case 'ECONNREFUSED':
      return 'nothing listens there (connection refused)';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was broken';
    case 'UND_ERR_SOCKET':
      return `the connection was closed (${firstLine(message)})`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no way to that address (${code})`;
    case 'UND_ERR_PRX_CONN':
      return 'it closed the connection before it answered';
    case 'UND_ERR_PRX_TLS':
      return 'its certificate is for another name';
    default:
      return code.startsWith('HPE_')
        ? `the answer is not HTTP (${code})`
        : `${firstLine(message)}${code === '' ? '' : ` (${code})`}`;
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
