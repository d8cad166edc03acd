import type { defaultProvider } from '@aws-sdk/credential-provider-node';
import { FlantsError } from '../../domain/failure.ts';
import { minute, second } from '../../domain/units.ts';
import { noProxies } from '../../config/values/proxies.ts';
import type { ProxySettings } from '../../config/values/proxies.ts';
import { openRoutes } from '../http/routes.ts';
import { sdkHandler } from './sdk-handler.ts';
import type { SdkHandler } from './sdk-handler.ts';
import type { SigningKeys } from './sigv4.ts';

/** Credentials as a plain value that can be sent to a worker thread. */
export interface S3Credentials extends SigningKeys {
  /** Milliseconds since 1970. Absent if the credentials do not expire. */
  readonly expiresAtMs?: number;
  /** Where they were found, in words for people. Absent if the SDK does not tell. */
  readonly from?: string;
}

/** Places of credentials by the marks that the SDK puts on what it found there, the most telling first. */
const places: Readonly<Record<string, string>> = {
  CREDENTIALS_ENV_VARS: 'the environment (AWS_ACCESS_KEY_ID)',
  CREDENTIALS_SSO: 'IAM Identity Center (aws sso login)',
  CREDENTIALS_SSO_LEGACY: 'IAM Identity Center (aws sso login)',
  CREDENTIALS_LOGIN: 'aws login',
  CREDENTIALS_STS_ASSUME_ROLE_WEB_ID: 'a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE)',
  CREDENTIALS_STS_ASSUME_ROLE: 'a role that a profile assumes',
  CREDENTIALS_PROCESS: 'a credential process of a profile',
  CREDENTIALS_PROFILE_PROCESS: 'a credential process of a profile',
  CREDENTIALS_HTTP: 'the role of the container',
  CREDENTIALS_IMDS: 'the role of the instance',
  CREDENTIALS_PROFILE: 'a profile of ~/.aws',
};

function placeIn(found: object): string | undefined {
  const marks = '$source' in found && typeof found.$source === 'object' && found.$source !== null ? found.$source : {};
  return Object.entries(places).find(([mark]) => mark in marks)?.[1];
}

/**
 * Silences the SDK, which prints paragraphs when it finds both a profile and keys in the environment. The profile wins.
 */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Credentials are renewed this long before they expire, which is longer than any request takes. */
const renewBeforeMs = 5 * minute;

const credentialsLimits = {
  connections: 2,
  connectTimeoutMs: 15 * second,
  headersTimeoutMs: 30 * second,
  bodyTimeoutMs: 30 * second,
} as const;

/**
 * Caches credentials until shortly before they expire. Concurrent callers share one renewal. If it fails, the cached
 * credentials are used as long as they are valid.
 *
 * @param obtain - throws `FlantsError` `store.credentials` if there are none
 * @param now - milliseconds since 1970
 */
export function cacheCredentials(
  obtain: () => Promise<S3Credentials>,
  now: () => number = Date.now,
): () => Promise<S3Credentials> {
  let cached: S3Credentials | undefined;
  let renewal: Promise<S3Credentials> | undefined;
  const expiresIn = (credentials: S3Credentials): number => (credentials.expiresAtMs ?? Infinity) - now();
  const renew = async (): Promise<S3Credentials> => {
    try {
      const obtained = await obtain();
      // Return the same object while nothing has changed: the signer derives its key once per object.
      if (!cached || !isSame(cached, obtained)) cached = obtained;
      return cached;
    } catch (error) {
      if (cached && expiresIn(cached) > 0) return cached;
      throw error;
    } finally {
      renewal = undefined;
    }
  };
  return () => {
    if (cached && expiresIn(cached) > renewBeforeMs) return Promise.resolve(cached);
    renewal ??= renew();
    return renewal;
  };
}

/**
 * Reads credentials from the places that AWS's own tools use: environment, shared files, SSO, and the role of a
 * container or instance.
 *
 * @param profile - of the shared files; if absent, the environment's `AWS_PROFILE`, or `default`
 * @param proxies - for the services that give credentials, but not for the roles of containers and instances, which
 *   this machine itself gives
 * @returns a function that throws `FlantsError` `store.credentials` if none are found
 */
export function awsCredentials(profile?: string, proxies: ProxySettings = noProxies): () => Promise<S3Credentials> {
  let provider: ReturnType<typeof defaultProvider> | undefined;
  return cacheCredentials(async () => {
    try {
      if (!provider) {
        const sdk = await import('@aws-sdk/credential-provider-node');
        provider = sdk.defaultProvider({
          logger: silent,
          ...(profile === undefined ? {} : { profile }),
          ...((proxies.http ?? proxies.https) === undefined
            ? {}
            : { clientConfig: { requestHandler: credentialsHandler(proxies) } }),
        });
      }
      const found = await provider();
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = found;
      const from = placeIn(found);
      return {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
        ...(expiration === undefined ? {} : { expiresAtMs: expiration.getTime() }),
        ...(from === undefined ? {} : { from }),
      };
    } catch (cause) {
      throw new FlantsError('store.credentials', noCredentials(profile, cause), { cause });
    }
  });
}

/** Sends the requests for credentials over connections that take the proxies. Idle ones keep no process alive. */
function credentialsHandler(proxies: ProxySettings): SdkHandler {
  const routes = openRoutes({ ...credentialsLimits, proxies });
  return sdkHandler((origin) => routes.to(origin), credentialsLimits.headersTimeoutMs);
}

function isSame(a: S3Credentials, b: S3Credentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId &&
    a.secretAccessKey === b.secretAccessKey &&
    a.sessionToken === b.sessionToken &&
    a.expiresAtMs === b.expiresAtMs
  );
}

function noCredentials(profile: string | undefined, cause: unknown): string {
  const reason = cause instanceof Error ? cause.message.replace(/\s+/g, ' ') : String(cause);
  return profile === undefined
    ? `no credentials for S3 were found (${reason}): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile`
    : `the profile ${profile} gives no credentials (${reason}): look into ~/.aws/credentials and ~/.aws/config, or log in with: aws sso login --profile ${profile}`;
}
