import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { second } from '../domain/units.ts';

/** Shorter than health checks of containers wait, so that the reason is told. */
const patienceMs = 4 * second;

/**
 * Asks a process whether it lives. (Not by `fetch`, which refuses to ask at some ports.)
 *
 * @returns undefined if it does, else what is wrong, for people
 */
export async function askHealth(host: string, port: number): Promise<string | undefined> {
  const place = `http://${host.includes(':') ? `[${host}]` : host}:${port}/livez`;
  const answer = Promise.withResolvers<{ readonly status: number; readonly body: string }>();
  const signal = AbortSignal.timeout(patienceMs);
  get(place, { agent: false, signal }, (response) => {
    text(response).then((body) => answer.resolve({ status: response.statusCode ?? 0, body }), answer.reject);
  }).on('error', answer.reject);
  try {
    const { status, body } = await answer.promise;
    return status === 200 ? undefined : `${place} answers ${status} ${body.trim().slice(0, 200)}`.trim();
  } catch (error) {
    if (signal.aborted) return `${place} does not answer within ${patienceMs / second} s`;
    return `${place} does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
