import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseParser } from './response-parser.ts';

interface Read {
  readonly status?: number;
  readonly headers?: unknown;
  readonly body: string;
  readonly isWhole: boolean;
  readonly isPersistent: boolean;
  /** Bytes after the response. */
  readonly rest: string;
}

/** Reads one response that arrives in these pieces, each in the memory of the one before. */
function read(pieces: readonly string[], { method = 'GET', isClosed = false } = {}): Read {
  const memory = Buffer.alloc(70_000);
  const body: Buffer[] = [];
  const head: { status?: number; headers?: unknown } = {};
  let [isWhole, rest] = [false, ''];
  const parser = new ResponseParser({
    onHead: (status, headers) => Object.assign(head, { status, headers }),
    onData: (view) => {
      body.push(Buffer.from(view));
      return true;
    },
    onEnd: () => (isWhole = true),
  });
  parser.begin(method);
  for (const piece of pieces) {
    const length = memory.write(piece, 'latin1');
    if (isWhole) rest += piece;
    else rest += piece.slice(parser.push(memory.subarray(0, length)));
  }
  if (isClosed) parser.finish();
  const { isPersistent } = parser;
  return { ...head, body: Buffer.concat(body).toString('latin1'), isWhole, isPersistent, rest };
}

/** A response of these lines, with an empty line after them. */
function response(body: string, ...lines: readonly string[]): string {
  return [...lines, '', body].join('\r\n');
}

const ok = 'HTTP/1.1 200 OK';

describe('a response', () => {
  it('has status, headers with lower-case names, and as many bytes as it says', () => {
    const text = response('abc', ok, 'Content-Length: 3', 'ETag:"1"', 'Vary: a', 'vary:\tb \t', 'X-Empty:');
    expect(read([text])).toEqual({
      status: 200,
      headers: { 'content-length': '3', etag: '"1"', vary: ['a', 'b'], 'x-empty': '' },
      body: 'abc',
      isWhole: true,
      isPersistent: true,
      rest: '',
    });
  });

  it.each([
    ['a length', response('0123456789', ok, 'content-length: 10')],
    [
      'chunks',
      response('3\r\nabc\r\nA;x="1;2"\r\n0123456789\r\n0\r\nsum: 1\r\n\r\n', ok, 'transfer-encoding: Chunked'),
    ],
    ['no body', response('', 'HTTP/1.1 304 Not Modified', 'content-length: 7', 'etag: "1"')],
    ['news before it', response(response('abc', ok, 'content-length: 3'), 'HTTP/1.1 103 Early Hints', 'link: </a>')],
  ])('with %s is the same however it is cut, and ends where it ends', (_, text) => {
    const whole = read([`${text}HTTP/1.1 500 Next`]);
    expect(whole).toMatchObject({ isWhole: true, rest: 'HTTP/1.1 500 Next' });
    const cuts = fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, (places) => {
        const ends = [...places.toSorted((a, b) => a - b), text.length];
        const pieces = ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end));
        expect(read(pieces)).toEqual({ ...whole, rest: '' });
      }),
    );
    const bytes = text.split('');
    expect(read(bytes)).toEqual({ ...whole, rest: '' });
  });

  it.each([
    ['HEAD', ok, 'HEAD'],
    ['204', 'HTTP/1.1 204 No Content', 'GET'],
  ])('to %s has no body, whatever it says', (_, line, method) => {
    const text = response('what?', line, 'content-length: 5');
    expect(read([text], { method })).toMatchObject({ body: '', isWhole: true, rest: 'what?' });
  });

  it.each([
    ['no length', []],
    ['another coding', ['transfer-encoding: x-other']],
    ['an empty coding', ['transfer-encoding:']],
  ])('with %s ends with its connection', (_, lines) => {
    const text = response('abc', ok, ...lines);
    expect(read([text])).toMatchObject({ body: 'abc', isWhole: false, isPersistent: false });
    expect(read([text], { isClosed: true })).toMatchObject({ body: 'abc', isWhole: true });
  });

  it.each([
    ['in its length', response('abc', ok, 'content-length: 4'), 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    ['in its chunks', response('3\r\nabc\r\n', ok, 'transfer-encoding: chunked'), 'UND_ERR_SOCKET'],
    ['in its head', `${ok}\r\ncontent-length: 4\r\n`, 'UND_ERR_SOCKET'],
    ['before it', '', 'UND_ERR_SOCKET'],
  ])('that is cut off %s is an error', (_, text, code) => {
    expect(() => read([text], { isClosed: true })).toThrow(expect.objectContaining({ code }));
  });

  it('that is longer than it says is an error, unless an empty line or another response follows', () => {
    const code = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
    const text = response('abc', ok, 'content-length: 2');
    expect(() => read([text])).toThrow(expect.objectContaining({ code }));
    expect(() => read([text.slice(0, -2), 'bc'])).toThrow(expect.objectContaining({ code }));
    for (const rest of ['\r\n', '\n', response('', ok, 'content-length: 0')]) {
      expect(read([response(`abc${rest}`, ok, 'content-length: 3')])).toMatchObject({
        body: 'abc',
        isWhole: true,
        rest,
      });
    }
  });

  it.each([
    [true, 'HTTP/1.1 200', []],
    [false, 'HTTP/1.1 200', ['Connection: Keep-Alive, CLOSE']],
    [false, 'HTTP/1.0 200 OK', []],
    [true, 'HTTP/1.0 200 OK', ['connection: keep-alive']],
  ])('keeps its connection (%s): %s %j', (isPersistent, line, lines) => {
    expect(read([response('', line, 'content-length: 0', ...lines)])).toMatchObject({ isWhole: true, isPersistent });
  });
});

describe('what is no response', () => {
  it.each([
    ['another protocol', 'SSH-2.0-x\r\n', 'HPE_INVALID_CONSTANT'],
    ['another version', response('', 'HTTP/2 200', 'content-length: 0'), 'HPE_INVALID_CONSTANT'],
    ['no status', response('', 'HTTP/1.1 OK'), 'HPE_INVALID_CONSTANT'],
    ['a switch of protocols', response('', 'HTTP/1.1 101 Switching'), 'HPE_INVALID_STATUS'],
    [
      'a length and chunks',
      response('', ok, 'content-length: 1', 'transfer-encoding: chunked'),
      'HPE_UNEXPECTED_CONTENT_LENGTH',
    ],
    ['two lengths', response('a', ok, 'content-length: 1', 'content-length: 1'), 'HPE_INVALID_CONTENT_LENGTH'],
    ['a length below nothing', response('a', ok, 'content-length: -1'), 'HPE_INVALID_CONTENT_LENGTH'],
    ['a length in hex', response('a', ok, 'content-length: 0x1'), 'HPE_INVALID_CONTENT_LENGTH'],
    ['a length that is not exact', response('a', ok, 'content-length: 9007199254740993'), 'HPE_INVALID_CONTENT_LENGTH'],
    ['codings below the chunks', response('', ok, 'transfer-encoding: gzip, chunked'), 'HPE_INVALID_TRANSFER_ENCODING'],
    ['a line that is no header', response('', ok, 'content-length', 'x: 1'), 'HPE_INVALID_HEADER_TOKEN'],
    ['a line that is no header, and the last', response('', ok, 'content-length: 0', 'x'), 'HPE_INVALID_HEADER_TOKEN'],
    ['a header without a name', response('', ok, ': 0'), 'HPE_INVALID_HEADER_TOKEN'],
    ['a name with a blank', response('', ok, 'content-length : 0'), 'HPE_INVALID_HEADER_TOKEN'],
    [
      'a header that goes on in the next line',
      response('', ok, 'x: 1', ' 2', 'content-length: 0'),
      'HPE_INVALID_HEADER_TOKEN',
    ],
    ['a line end without a return', `${ok}\r\nx: 1\nfoo: 2\r\n\r\n`, 'HPE_INVALID_CHARACTER'],
    ['a return alone', response('', ok, 'x: 1\r2'), 'HPE_INVALID_CHARACTER'],
    ['a byte of zero', response('', ok, 'x: \0'), 'HPE_INVALID_CHARACTER'],
    ['no size', response('\r\n', ok, 'transfer-encoding: chunked'), 'HPE_INVALID_CHUNK_SIZE'],
    ['a size with a sign', response('+3\r\nabc', ok, 'transfer-encoding: chunked'), 'HPE_INVALID_CHUNK_SIZE'],
    [
      'a size too large to be exact',
      response(`${'f'.repeat(13)}\r\n`, ok, 'transfer-encoding: chunked'),
      'HPE_INVALID_CHUNK_SIZE',
    ],
    ['a chunk that goes on', response('3\r\nabcd\r\n', ok, 'transfer-encoding: chunked'), 'HPE_INVALID_CHUNK'],
    [
      'a size that ends without a return',
      response('3\nabc\r\n', ok, 'transfer-encoding: chunked'),
      'HPE_INVALID_CHUNK_SIZE',
    ],
    [
      'an endless extension',
      response(`3;${'x'.repeat(20_000)}`, ok, 'transfer-encoding: chunked'),
      'HPE_INVALID_CHUNK',
    ],
    [
      'endless trailers',
      response(`0\r\n${'x: 1\r\n'.repeat(4_000)}`, ok, 'transfer-encoding: chunked'),
      'HPE_INVALID_CHUNK',
    ],
    ['an endless head', response('', ok, `x: ${'y'.repeat(20_000)}`), 'UND_ERR_HEADERS_OVERFLOW'],
  ])('is refused: %s', (_, text, code) => {
    expect(() => read([text])).toThrow(expect.objectContaining({ code }));
    expect(() => read(text.split(''))).toThrow(expect.objectContaining({ code }));
  });

  it('has no name that is not its own', () => {
    const { headers } = read([response('', ok, '__proto__: x', 'constructor: y', 'content-length: 0')]);
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
    expect(headers).toMatchObject({ constructor: 'y' });
  });
});
