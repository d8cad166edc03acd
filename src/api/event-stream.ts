import { createGzip, constants } from 'node:zlib';
import type { Gzip } from 'node:zlib';
import { second } from '../domain/units.ts';
import type { LiveEvent, Viewer } from '../monitor/monitor.ts';

/** How a stream begins and ends. */
export interface EventStreamOptions {
  /** Id of the event that the client has seen last. */
  readonly seen: string | undefined;
  readonly isCompressed: boolean;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** The client takes nothing any more: its connection is to be broken off. */
  readonly onStuck: () => void;
}

/** Proxies close connections on which nothing passes for a minute. */
const keepAliveMs = 15 * second;
/** A client that has taken nothing for this long is gone, or holds the connection for nothing. */
const stuckMs = 60 * second;
/** How long a browser waits before it connects again. */
const retryMs = second;

/**
 * The events of a viewer as a body: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 *
 * Each event is made when the client has taken the one before, so nothing is queued for a slow one. The viewer leaves when
 * the stream ends.
 */
export function eventStream(viewer: Viewer, options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { isCompressed, signal, onStuck } = options;
  const encoder = isCompressed ? gzipEncoder() : plainEncoder();
  const ending = new AbortController();
  let { seen } = options;
  let text = `retry: ${retryMs}\n\n`;
  let next: Promise<LiveEvent> | undefined;
  let stuck: NodeJS.Timeout | undefined;

  const end = (): void => {
    if (ending.signal.aborted) return;
    ending.abort();
    clearTimeout(stuck);
    viewer.leave();
    encoder.close();
  };
  const nextText = async (): Promise<string> => {
    next ??= viewer.next(seen, { signal: AbortSignal.any([signal, ending.signal]) });
    const event = await within(next, keepAliveMs);
    if (!event) return ':\n\n';
    next = undefined;
    seen = event.id;
    return `id: ${event.id}\nevent: ${event.name}\ndata: ${event.data}\n\n`;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(stuck);
        try {
          const encoded = await encoder.encode(text + (await nextText()));
          text = '';
          controller.enqueue(encoded);
          stuck = setTimeout(() => {
            end();
            onStuck();
          }, stuckMs).unref();
        } catch (error) {
          end();
          // The client sees the end of the stream, and comes again.
          if (signal.aborted) controller.close();
          else controller.error(error);
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}

/** The value, or undefined after this time. */
async function within<T>(promise: Promise<T>, timeMs: number): Promise<T | undefined> {
  const { promise: timeOut, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), timeMs);
  try {
    return await Promise.race([promise, timeOut]);
  } finally {
    clearTimeout(timer);
  }
}

interface Encoder {
  encode(text: string): Promise<Uint8Array>;
  close(): void;
}

function plainEncoder(): Encoder {
  return { encode: async (text) => Buffer.from(text), close: () => undefined };
}

/** One compressed stream, flushed after each text, so that what repeats in later texts costs little. */
function gzipEncoder(): Encoder {
  const gzip: Gzip = createGzip();
  const chunks: Buffer[] = [];
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
  gzip.on('error', () => undefined);
  return {
    encode: (text) =>
      new Promise((resolve, reject) => {
        gzip.once('close', reject);
        gzip.write(text);
        gzip.flush(constants.Z_SYNC_FLUSH, () => {
          gzip.off('close', reject);
          resolve(Buffer.concat(chunks.splice(0)));
        });
      }),
    close: () => void gzip.destroy(),
  };
}
