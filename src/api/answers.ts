import type { IncomingMessage, ServerResponse } from 'node:http';
import { failureOf, failureWith } from '../domain/failure.ts';
import type { Failure, FailureCode } from '../domain/failure.ts';

/** HTTP status by code of failure. */
const statuses: Readonly<Partial<Record<FailureCode, number>>> = {
  usage: 400,
  'api.denied': 403,
  'video.unknown': 404,
  'video.state': 409,
  'state.locked': 503,
  'state.unusable': 503,
  aborted: 503,
};

/** Creates an error response: `{"error": Failure}`. */
export function failureResponse(
  failure: Failure,
  status = statuses[failure.code] ?? 500,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ error: failure }, { status, headers });
}

/**
 * Creates the response to a request that ended in an error. Internal errors are reported to the log only, since their
 * messages are not meant for clients.
 *
 * @param onInternal - called with the failure of an internal error
 */
export function errorResponse(error: unknown, onInternal: (failure: Failure) => void): Response {
  const failure = failureOf(error);
  if (failure.code !== 'internal') return failureResponse(failure);
  onInternal(failure);
  return failureResponse(failureWith('internal', 'this is a fault in FLAnts; the log of the service says more'));
}

/** What the server passes along with each request. */
export interface ServerBindings {
  /** The response on the connection. */
  readonly outgoing: Pick<ServerResponse, 'destroy' | 'destroyed'>;
  readonly incoming?: { readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'> };
}

/** Writes a line without its end. Awaited before the next line. */
type Write = (line: string) => Promise<void>;

/** Type and end of lines that are sent. */
interface LinesOptions {
  readonly contentType: string;
  /** Of each line. */
  readonly end: string;
  /** Called with the failure that broke off the response. */
  readonly onBroken: (failure: Failure) => void;
}

/** Creates a response of one JSON value per line, as `textLines`. */
export function ndjson(
  bindings: ServerBindings,
  produce: (write: Write) => Promise<void>,
  onBroken: (failure: Failure) => void,
): Promise<Response> {
  return textLines(bindings, produce, { contentType: 'application/x-ndjson', end: '\n', onBroken });
}

/**
 * Creates a response of lines, which is sent while it is produced. A slow client slows `produce` down, and a client that
 * disconnects ends it.
 *
 * @param produce - writes the lines; an error before the first line is thrown here, and a later one breaks off the
 *   response, so that the client does not take a part for the whole
 */
export async function textLines(
  { outgoing }: ServerBindings,
  produce: (write: Write) => Promise<void>,
  { contentType, end, onBroken }: LinesOptions,
): Promise<Response> {
  const { readable, writable } = new TextEncoderStream();
  const writer = writable.getWriter();
  const started = Promise.withResolvers<void>();
  let hasStarted = false;
  const start = (): void => {
    hasStarted = true;
    started.resolve();
  };
  const send = async (): Promise<void> => {
    await produce((line) => {
      start();
      return writer.write(line + end);
    });
    start();
    await writer.close();
  };
  send().catch((error: unknown) => {
    started.reject(error);
    if (!hasStarted) return;
    // If it is destroyed, the client has disconnected.
    if (!outgoing.destroyed) onBroken(failureOf(error));
    outgoing.destroy();
  });
  await started.promise;
  return new Response(readable, { headers: { 'Content-Type': contentType } });
}
