/** One event of a stream. */
export interface StreamEvent {
  readonly id: string;
  readonly name: string;
  readonly data: string;
}

/** An open stream. */
export interface EventClient {
  readonly answer: Response;
  /** The next event; comments are passed over. Undefined at the end of the stream. */
  next(): Promise<StreamEvent | undefined>;
  close(): void;
}

/** Reads server-sent events over real HTTP: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export async function openEvents(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventClient> {
  const stop = new AbortController();
  const answer = await fetch(url, { headers: { Accept: 'text/event-stream', ...headers }, signal: stop.signal });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    answer,
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const event = eventIn(text.slice(0, end));
          text = text.slice(end + 2);
          if (event) return event;
          continue;
        }
        const read = await reader?.read().catch(() => undefined);
        if (!read || read.done) return undefined;
        text += read.value;
      }
    },
    close: () => stop.abort(),
  };
}

function eventIn(block: string): StreamEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
    fields.set(name, value);
  }
  const data = fields.get('data');
  return data === undefined ? undefined : { id: fields.get('id') ?? '', name: fields.get('event') ?? '', data };
}
