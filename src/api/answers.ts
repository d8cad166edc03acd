import type { ServerResponse } from 'node:http';
import { failureOf, failureWith } from '../domain/failure.ts';
import type { Failure, FailureCode } from '../domain/failure.ts';

/** Status of the answer to whoever asked for what failed with this code. */
const statuses: Readonly<Partial<Record<FailureCode, number>>> = {
  usage: 400,
  'api.denied': 403,
  'video.unknown': 404,
  'video.state': 409,
  'state.locked': 503,
  'state.unusable': 503,
  aborted: 503,
};

/** An error as JSON: `{"error": Failure}`. */
export function refusal(
  failure: Failure,
  status = statuses[failure.code] ?? 500,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ error: failure }, { status, headers });
}

/**
 * The answer to a question that ended in an error. What is nobody's fault but ours is told to the log alone: its message
 * is not made for strangers.
 *
 * @param onInternal - hears of that
 */
export function refusalOf(error: unknown, onInternal: (failure: Failure) => void): Response {
  const failure = failureOf(error);
  if (failure.code !== 'internal') return refusal(failure);
  onInternal(failure);
  return refusal(failureWith('internal', 'this is a fault in FLAnts; the log of the service says more'));
}

/** What the server gives with each question. */
export interface Wire {
  /** The way of the answer. */
  readonly outgoing: Pick<ServerResponse, 'destroy' | 'destroyed'>;
}

/** What takes lines, without their ends; the next waits for it. */
type Write = (line: string) => Promise<void>;

/**
 * An answer of one JSON value a line, sent as it is made: whoever reads slowly holds `produce` up, whoever goes away
 * ends it.
 *
 * @param produce - what it throws before the first line is thrown here; later it breaks off the answer, so that nobody
 *   takes half of it for the whole
 * @param onBroken - hears of what broke it off
 */
export async function ndjson(
  { outgoing }: Wire,
  produce: (write: Write) => Promise<void>,
  onBroken: (failure: Failure) => void,
): Promise<Response> {
  const { readable, writable } = new TextEncoderStream();
  const writer = writable.getWriter();
  const begun = Promise.withResolvers<void>();
  let hasBegun = false;
  const begin = (): void => {
    hasBegun = true;
    begun.resolve();
  };
  const end = async (): Promise<void> => {
    await produce((line) => {
      begin();
      return writer.write(`${line}\n`);
    });
    begin();
    await writer.close();
  };
  end().catch((error: unknown) => {
    begun.reject(error);
    if (!hasBegun) return;
    // Whoever went away has broken it off himself.
    if (!outgoing.destroyed) onBroken(failureOf(error));
    outgoing.destroy();
  });
  await begun.promise;
  return new Response(readable, { headers: { 'Content-Type': 'application/x-ndjson' } });
}
