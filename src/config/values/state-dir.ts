import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Destination } from './location.ts';

/** Environment variables that decide where the state is kept. */
export interface StateEnvironment {
  readonly XDG_STATE_HOME?: string | undefined;
  readonly HOME?: string | undefined;
}

const maxSlugLength = 60;

/**
 * The folder for the state of one destination, the same for every verb:
 * `${XDG_STATE_HOME:-~/.local/state}/flants/<slug>-<hash>`.
 *
 * A relative `XDG_STATE_HOME` is ignored, as the XDG Base Directory Specification requires.
 *
 * @param endpoint - of the store; undefined for AWS and for folders
 */
export function stateDirOf(destination: Destination, endpoint: string | undefined, env: StateEnvironment): string {
  const identity = JSON.stringify([
    destination.name,
    destination.kind === 's3' && endpoint !== undefined ? normalEndpoint(endpoint) : '',
  ]);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 8);
  return join(stateHomeOf(env), `${slugOf(destination)}-${hash}`);
}

/** The folder that holds the states of all destinations. */
export function stateHomeOf(env: StateEnvironment): string {
  const xdg = env.XDG_STATE_HOME ?? '';
  return join(isAbsolute(xdg) ? xdg : join(env.HOME ?? homedir(), '.local', 'state'), 'flants');
}

function slugOf(destination: Destination): string {
  const words = destination.name
    .replace(/^s3:\/\//, '')
    .replace(/[^a-z0-9._]+/gi, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return (words.length > maxSlugLength ? words.slice(-maxSlugLength).replace(/^[-.]+/, '') : words) || 'root';
}

/** Normalises an endpoint: lower-case host, no default port, no trailing slash. */
function normalEndpoint(endpoint: string): string {
  const url = new URL(endpoint);
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}
