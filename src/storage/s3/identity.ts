import { hash } from 'node:crypto';
import type { ProxySettings } from '../../config/values/proxies.ts';
import { second } from '../../domain/units.ts';
import { openQuestionRoutes } from '../http/routes.ts';
import { exchange } from './exchange.ts';
import { signRequest } from './sigv4.ts';
import type { SigningKeys } from './sigv4.ts';

/** Whom to ask, and how to get there. */
export interface IdentityRequest {
  readonly credentials: SigningKeys;
  readonly region: string;
  /** URL of a service other than AWS STS. */
  readonly endpoint?: string;
  readonly ca?: string;
  readonly proxies: ProxySettings;
  readonly signal: AbortSignal;
}

const timeoutMs = 10 * second;
const form = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * Asks AWS whose credentials these are, which needs no right at all.
 *
 * @returns the ARN, or undefined if the service does not answer or knows nobody of that name
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function askIdentity(request: IdentityRequest): Promise<string | undefined> {
  const { credentials, region, signal } = request;
  const origin = new URL(request.endpoint ?? stsOf(region));
  const routes = openQuestionRoutes(request, timeoutMs);
  try {
    const headers = signRequest({
      method: 'POST',
      host: origin.host,
      path: '/',
      query: '',
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      payloadHash: hash('sha256', form),
      credentials,
      region,
      service: 'sts',
      now: new Date(),
    });
    const { wire } = routes.to(origin);
    const sent = { origin: origin.origin, method: 'POST', path: '/', headers, body: form } as const;
    const { status, body } = await exchange(wire, sent, signal);
    return status === 200 ? /<Arn>([^<]+)<\/Arn>/.exec(body)?.[1] : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    await routes.close();
  }
}

function stsOf(region: string): string {
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
