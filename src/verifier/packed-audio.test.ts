import { describe, expect, test } from 'vitest';
import { endsWithinFrame, packedAudioAt } from './packed-audio.ts';

/** Lengths by the tables and formulas of the standards. */
const headers = [
  ['AAC', 'ADTS of 371 bytes', [0xff, 0xf1, 0x50, 0x80, 0x2e, 0x7f, 0xfc], 371],
  ['AC-3', '192 kbit/s at 48 kHz', [0x0b, 0x77, 0, 0, 0x14, 0x40], 768],
  ['AC-3', '32 kbit/s at 44.1 kHz', [0x0b, 0x77, 0, 0, 0x40, 0x40], 138],
  ['AC-3', '32 kbit/s at 44.1 kHz, with a word more', [0x0b, 0x77, 0, 0, 0x41, 0x40], 140],
  ['AC-3', '640 kbit/s at 32 kHz', [0x0b, 0x77, 0, 0, 0xa4, 0x40], 3840],
  ['AC-3', 'Enhanced, of 768 bytes', [0x0b, 0x77, 0x01, 0x7f, 0x3f, 0x80], 768],
  ['MP3', '128 kbit/s at 44.1 kHz', [0xff, 0xfb, 0x90, 0x64], 417],
  ['MP3', '128 kbit/s at 44.1 kHz, padded', [0xff, 0xfb, 0x92, 0x64], 418],
  ['MP3', '64 kbit/s at 22.05 kHz', [0xff, 0xf3, 0x80, 0x64], 208],
  ['MP3', '8 kbit/s at 11.025 kHz', [0xff, 0xe3, 0x10, 0x64], 52],
] as const;

const frameOf = (header: readonly number[], lengthBytes: number): Buffer => {
  const frame = Buffer.alloc(lengthBytes, 0xaa);
  frame.set(header);
  return frame;
};

describe.each(headers)('a frame of %s: %s', (name, _, header, lengthBytes) => {
  const frame = frameOf(header, lengthBytes);
  const body = Buffer.concat([Buffer.from('tag'), frame, frame, frame, frame]);

  test('says its length', () => {
    const format = packedAudioAt(body, 3);
    expect([format?.name, format?.frameBytes(body, 3)]).toEqual([name, lengthBytes]);
  });

  test('is cut off where the body ends before it, and nowhere else', () => {
    const format = packedAudioAt(body, 3);
    if (!format) throw new Error('no format');
    const untold: number[] = [];
    const from = 3 + 3 * lengthBytes;
    for (let end = from; end <= body.byteLength; end++)
      if (!endsWithinFrame(body.subarray(0, end), 3, format)) untold.push(end);
    expect(untold).toEqual([from, body.byteLength]);
    for (const rest of ['TAG and a title', '\0\0\0'])
      expect(endsWithinFrame(Buffer.concat([body, Buffer.from(rest)]), 3, format)).toBe(false);
  });
});

test.each([
  ['nothing', []],
  ['captions', [...Buffer.from('WEBVTT')]],
  ['a packet of TS', [0x47, 0x40, 0, 0x10, 0, 0, 0xb0]],
  ['AC-3 of a reserved frequency', [0x0b, 0x77, 0, 0, 0xc0, 0x40]],
  ['AC-3 of a reserved rate', [0x0b, 0x77, 0, 0, 0x26, 0x40]],
  ['AC-3 of a later version', [0x0b, 0x77, 0, 0, 0, 0x88]],
  ['MP3 of a free rate', [0xff, 0xfb, 0x00, 0x64]],
  ['MP3 of a bad rate', [0xff, 0xfb, 0xf0, 0x64]],
  ['MP3 of a reserved frequency', [0xff, 0xfb, 0x9c, 0x64]],
  ['MPEG audio of another layer', [0xff, 0xfd, 0x90, 0x64]],
  ['ADTS of a frame without a header', [0xff, 0xf1, 0x50, 0x80, 0, 0x1f, 0xfc]],
])('%s begins no frame that says its length', (_, bytes) => {
  expect(packedAudioAt(Buffer.from(bytes), 0)).toBeUndefined();
});
