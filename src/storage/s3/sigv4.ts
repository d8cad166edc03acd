import { createHmac, createSecretKey, hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The keys to sign with. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only for temporary credentials. */
  readonly sessionToken?: string;
}

/** A request to S3, or to another service of AWS whose paths need no encoding, before it is signed. */
export interface UnsignedRequest {
  readonly method: string;
  /** The value of the `Host` header, with the port unless it is the default of the scheme. */
  readonly host: string;
  /** The path, encoded by `encodePath`. */
  readonly path: string;
  /** The query, as from `canonicalQuery`. Empty if there is none. */
  readonly query: string;
  /** Lower-case names, and values without surrounding or repeated blanks. All of them are signed; the host is added. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** SHA-256 of the body in hex, or `unsignedPayload`. */
  readonly payloadHash: string;
  readonly credentials: SigningKeys;
  readonly region: string;
  /** As in the scope of a signature. Absent: `s3`. */
  readonly service?: string;
  readonly now: Date;
}

/** For bodies that are protected by a signed checksum header or by TLS, so that they need not be hashed again. */
export const unsignedPayload = 'UNSIGNED-PAYLOAD';

/**
 * Signs a request with AWS Signature Version 4 in its `Authorization` header. The SDK's own signer costs several times
 * the CPU of the request that it signs.
 *
 * @returns all headers to send except `Host`, as alternating names and values
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signRequest(request: UnsignedRequest): string[] {
  const { credentials, payloadHash, region, service = 's3' } = request;
  const { instant, day } = stampOf(request.now);
  const headers: (readonly [string, string])[] = [
    ...request.headers,
    ['host', request.host],
    ['x-amz-content-sha256', payloadHash],
    ['x-amz-date', instant],
  ];
  if (credentials.sessionToken !== undefined) headers.push(['x-amz-security-token', credentials.sessionToken]);
  headers.sort(byName);

  let canonicalHeaders = '';
  let signedNames = '';
  const sent: string[] = [];
  for (let at = 0; at < headers.length; at++) {
    const [name, value] = headers[at] as readonly [string, string];
    canonicalHeaders += `${name}:${value}\n`;
    signedNames += at === 0 ? name : `;${name}`;
    if (name !== 'host') sent.push(name, value);
  }
  const canonical = `${request.method}\n${request.path}\n${request.query}\n${canonicalHeaders}\n${signedNames}\n${payloadHash}`;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${instant}\n${scope}\n${hash('sha256', canonical)}`;
  const signature = createHmac('sha256', signingKey(credentials, { day, region, service }))
    .update(toSign)
    .digest('hex');
  sent.push(
    'authorization',
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`,
  );
  return sent;
}

/**
 * Percent-encodes a path as S3 signs it: everything except unreserved characters and the slash (RFC 3986 section 2.3).
 */
export function encodePath(path: string): string {
  return isPlainPath.test(path) ? path : encodeStrictly(path).replaceAll('%2F', '/');
}

/** Encodes query parameters and sorts them by name, the order in which they are signed. */
export function canonicalQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => [encodeStrictly(name), encodeStrictly(value)] as const)
    .toSorted(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const isPlainPath = /^[A-Za-z0-9\-._~/]*$/;

function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function byName(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

/** A time in the two forms of a signature. */
interface Stamp {
  readonly instant: string;
  readonly day: string;
}

/** The same for all requests of a second. */
let latestStamp: Stamp & { readonly second: number } = { second: 0, instant: '19700101T000000Z', day: '19700101' };

function stampOf(now: Date): Stamp {
  const second = Math.floor(now.getTime() / 1000);
  if (second !== latestStamp.second) {
    const instant = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
    latestStamp = { second, instant, day: instant.slice(0, 8) };
  }
  return latestStamp;
}

interface Scope {
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

interface DerivedKey extends Scope {
  readonly key: KeyObject;
}

/**
 * Caches the signing key: four of the five HMACs stay the same all day. Keyed by the credentials object, so that no
 * secret outlives it.
 */
const derivedKeys = new WeakMap<SigningKeys, DerivedKey>();

function signingKey(credentials: SigningKeys, scope: Scope): KeyObject {
  const { day, region, service } = scope;
  const known = derivedKeys.get(credentials);
  if (known?.day === day && known.region === region && known.service === service) return known.key;
  const secret = [day, region, service, 'aws4_request'].reduce(
    (above, part) => createHmac('sha256', above).update(part).digest(),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
  // Given bytes, Node would create such an object for each signature, at five times the cost of the signature.
  const key = createSecretKey(secret);
  derivedKeys.set(credentials, { ...scope, key });
  return key;
}
