import { createCipheriv } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PlacedFile } from '../hls/presentation.ts';
import { blocksFault, decryptedFault, mayEndInPacket, mediaFault } from './media-faults.ts';
import type { Wrong } from './media-faults.ts';

const segment: PlacedFile = {
  use: 'file', role: 'segment', uri: 's', start: 0, end: 1, line: 3, tag: 'EXTINF',
  fetchUrl: 's3://b/s', keyUrl: 's3://b/s', playlistUrl: 's3://b/index.m3u8',
}; // prettier-ignore
const section: PlacedFile = { ...segment, role: 'initialization-section', tag: 'EXT-X-MAP' };

const packets = (count: number): Buffer => Buffer.alloc(count * 188, Buffer.alloc(188).fill(0x47, 0, 1));

function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + body.byteLength);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, body]);
}

function largeBox(type: string, contentBytes: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(1);
  header.write(type, 4, 'latin1');
  header.writeBigUInt64BE(BigInt(16 + contentBytes), 8);
  return Buffer.concat([header, Buffer.alloc(contentBytes)]);
}

/** A frame of ADTS without CRC. */
function frame(lengthBytes: number): Buffer {
  const bytes = Buffer.alloc(lengthBytes);
  bytes.set([0xff, 0xf1, 0x50, 0x80 | (lengthBytes >> 11), (lengthBytes >> 3) & 0xff, ((lengthBytes & 7) << 5) | 0x1f]);
  return bytes;
}

const moof = box('moof', Buffer.alloc(600));
const mdat = box('mdat', Buffer.alloc(3000));
const fragment = Buffer.concat([box('styp', Buffer.alloc(16)), moof, mdat]);
const initialization = Buffer.concat([box('ftyp', Buffer.alloc(16)), box('moov', Buffer.alloc(900))]);
const frames = Buffer.concat([371, 200, 186, 412, 372].map(frame));
const id3 = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\x14', 'latin1'), Buffer.alloc(20)]);

/** What is found in an object of which only its first bytes have been read, and how often more of it is read. */
async function look(
  body: Uint8Array,
  file: PlacedFile = segment,
  headBytes = 600,
): Promise<{ readonly wrong: Wrong | undefined; readonly reads: number }> {
  let reads = 0;
  const read = async (from: number, lengthBytes: number): Promise<Uint8Array> => {
    reads += 1;
    if (from + lengthBytes > body.byteLength) throw new RangeError('read behind the end');
    return body.subarray(from, from + lengthBytes);
  };
  const wrong = await mediaFault(file, { head: body.subarray(0, headBytes), sizeBytes: body.byteLength, read });
  return { wrong, reads };
}

describe('A body of media', () => {
  test.each([
    ['packets of TS', packets(9), segment, 0],
    ['a fragment', fragment, segment, 1],
    ['a fragment with a large mdat', Buffer.concat([moof, largeBox('mdat', 5000)]), segment, 1],
    ['many small fragments', Buffer.concat(Array.from({ length: 90 }, () => fragment)), segment, 8],
    [
      'a fragment whose last box is as long as the object',
      Buffer.concat([moof, Buffer.from('\0\0\0\0mdat…')]),
      segment,
      1,
    ],
    ['a segment that brings its own initialization', Buffer.concat([initialization, moof, mdat]), segment, 1],
    ['an initialization section', initialization, section, 0],
    ['packed AAC', frames, segment, 1],
    ['packed AAC behind ID3', Buffer.concat([id3, frames]), segment, 1],
    ['captions', Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.000\nHel'), segment, 0],
  ])('that is whole has no fault: %s', async (_what, body, file, reads) => {
    expect(await look(body, file)).toEqual({ wrong: undefined, reads });
  });

  test.each([
    ['packets of TS', packets(9)],
    ['a fragment', fragment],
    ['fragments', Buffer.concat([fragment, fragment, fragment])],
    ['a large box', Buffer.concat([moof, largeBox('mdat', 5000)])],
    ['packed AAC', frames],
    ['packed AAC behind ID3', Buffer.concat([id3, frames])],
  ])('is known to be cut off wherever that happened, but for the bounds of its parts: %s', async (_what, body) => {
    let untold = 0;
    for (let at = 1500; at < body.byteLength; at++) {
      const { wrong } = await look(body.subarray(0, at));
      if (!wrong) untold += 1;
      else
        expect(wrong).toEqual({
          code: 'verify.size',
          message: expect.stringMatching(`^it has ${at} bytes and is cut off: `),
        });
    }
    // Of a box that has lost its size nothing is left that shows what it was.
    expect(untold).toBeLessThan(60);
  });

  test.each([
    ['a segment in place of an initialization section', fragment, section],
    ['an initialization section in place of a segment', initialization, segment],
  ])('is known to be %s', async (_what, body, file) => {
    expect((await look(body, file)).wrong).toMatchObject({ code: 'verify.wrong-body' });
  });

  test('is known to be cut off between the two boxes of a fragment', async () => {
    expect((await look(Buffer.concat([fragment, moof]))).wrong?.message).toContain('no mdat follows');
  });

  test.each([
    ['zeros behind packets', Buffer.concat([packets(9), Buffer.alloc(100)])],
    ['a line behind boxes', Buffer.concat([fragment, Buffer.from('\r\n')])],
    ['zeros behind boxes', Buffer.concat([fragment, Buffer.alloc(20)])],
    ['a tag behind frames', Buffer.concat([frames, Buffer.from('TAG'.padEnd(128))])],
    ['packets of 204 bytes', Buffer.alloc(204 * 9, Buffer.alloc(204).fill(0x47, 0, 1)).subarray(0, 1000)],
    ['noise that begins like a frame', Buffer.concat([frame(371), Buffer.alloc(100, 7)])],
  ])('with something of another kind is left to players: %s', async (_what, body) => {
    expect((await look(body)).wrong).toBeUndefined();
  });

  test.each([
    ['zeros', Buffer.alloc(1880), segment],
    ['zeros in place of what is encrypted', Buffer.alloc(1600), { ...segment, cipher: 'blocks' } as const],
    ['zeros in place of an object of ranges', Buffer.alloc(1600), { ...segment, minSizeBytes: 700 }],
    ['an end without its beginning', fragment.subarray(1000), { ...segment, hasMap: true }],
  ])('is known to be none: %s', async (_what, body, file) => {
    expect((await look(body, file)).wrong).toMatchObject({ code: 'verify.wrong-body' });
  });

  test.each([
    ['MPEG-2 TS', packets(9)],
    ['captions', Buffer.from('00:00.000 --> 00:01.000\nHello')],
    ['packed MP3', Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(400)])],
    ['a box of another type', Buffer.concat([box('abcd', Buffer.alloc(9)), fragment])],
    ['a box of 64 bits', Buffer.concat([largeBox('abcd', 9), fragment])],
  ])('may follow an initialization section: %s', async (_what, body) => {
    expect((await look(body, { ...segment, hasMap: true })).wrong).toBeUndefined();
  });

  test('is not judged where it is encrypted as a whole, or named by ranges', async () => {
    const cut = packets(9).subarray(0, 1000);
    expect((await look(cut)).wrong).toBeDefined();
    for (const file of [
      { ...segment, cipher: 'blocks' },
      { ...segment, cipher: 'unknown' },
      { ...segment, minSizeBytes: 0 },
    ] as const)
      expect(await look(cut, file)).toEqual({ wrong: undefined, reads: 0 });
  });

  test('is not judged by what would have to be read, where that costs too much', async () => {
    const [head, sizeBytes] = [fragment.subarray(0, 600), fragment.byteLength - 1];
    expect(await mediaFault(segment, { head, sizeBytes })).toBeUndefined();
    expect(await mediaFault(segment, { head: fragment.subarray(0, 700), sizeBytes })).toBeDefined();
  });
});

test('Blocks of AES-128 fill a segment, and no other cipher tells of a size', () => {
  expect(blocksFault({ ...segment, cipher: 'blocks' }, 1600)).toBeUndefined();
  expect(blocksFault({ ...segment, cipher: 'blocks' }, 1601)).toMatchObject({ code: 'verify.size' });
  for (const file of [
    segment,
    { ...segment, cipher: 'unknown' },
    { ...segment, cipher: 'blocks', minSizeBytes: 9 },
  ] as const)
    expect(blocksFault(file, 1601)).toBeUndefined();
});

test.each([
  ['of TS by its name', {}, 'video/mp2t', 1000, true],
  ['whose name says nothing', {}, undefined, 1000, true],
  ['of whole packets', {}, 'video/mp2t', 1880, false],
  ['of audio by its name', {}, 'audio/aac', 1000, false],
  ['behind an initialization section', { hasMap: true }, undefined, 1000, false],
  ['of captions', { isWebVtt: true }, undefined, 1000, false],
  ['that is encrypted', { cipher: 'blocks' }, 'video/mp2t', 1000, false],
  ['of ranges', { minSizeBytes: 500 }, 'video/mp2t', 1000, false],
] as const)('A segment %s is looked into for its size or not', (_what, how, typeOfName, sizeBytes, looks) => {
  expect(mayEndInPacket({ ...segment, ...how }, { sizeBytes, typeOfName })).toBe(looks);
});

describe('A segment of AES-128', () => {
  const key = Buffer.from('sixteen bytes ok');
  const encrypt = (plain: Uint8Array, vector = 9): Buffer => {
    const cipher = createCipheriv('aes-128-cbc', key, Buffer.from(vector.toString(16).padStart(32, '0'), 'hex'));
    return Buffer.concat([cipher.update(plain), cipher.final()]);
  };
  const decrypted = async (body: Uint8Array, doubtsKey: boolean, by: Uint8Array = key): Promise<Wrong | undefined> => {
    const read = async (from: number, lengthBytes: number): Promise<Uint8Array> =>
      body.subarray(from, from + lengthBytes);
    return decryptedFault({ head: body.subarray(0, 600), sizeBytes: body.byteLength, read }, by, {
      sequence: 9,
      doubtsKey,
    });
  };

  test('is cut off wherever a packet in it is', async () => {
    const body = encrypt(packets(20));
    expect(await decrypted(body, true)).toBeUndefined();
    let untold = 0;
    for (let sizeBytes = 800; sizeBytes < body.byteLength; sizeBytes += 16)
      untold += (await decrypted(body.subarray(0, sizeBytes), false)) ? 0 : 1;
    expect(untold).toBeLessThan(20);
  });

  test('is whole with zeros behind its packets, and with a wrong initialization vector, which players bear', async () => {
    expect(await decrypted(encrypt(Buffer.concat([packets(20), Buffer.alloc(100)])), true)).toBeUndefined();
    expect(await decrypted(encrypt(packets(20), 10), true)).toBeUndefined();
  });

  test.each([
    ['a fragment', fragment],
    ['packed AAC', frames],
    ['captions', Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.000\nHello')],
  ])('may hold %s', async (_what, plain) => {
    expect(await decrypted(encrypt(plain), true)).toBeUndefined();
  });

  test('is doubted that its key does not decrypt, if that was asked for', async () => {
    const other = Buffer.from('another sixteen!');
    expect(await decrypted(encrypt(packets(20)), false, other)).toBeUndefined();
    expect(await decrypted(encrypt(packets(20)), true, other)).toMatchObject({ code: 'verify.wrong-body' });
    expect(await decrypted(encrypt(packets(20)), true, Buffer.from('short'))).toBeUndefined();
  });
});
