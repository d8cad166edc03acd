import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinTokens } from '../../test/hls/join-tokens.ts';
import { tokenize } from './tokenizer.ts';

const lineParts = fc.constantFrom(
  '#EXTM3U', '#EXTINF:6,title', '#EXT-X-KEY:METHOD=AES-128,URI="k"', '# comment', 'seg.ts', '  seg 2.ts\t', '', ' ',
  '\n', '\r\n', '\r', '\uFEFF', '#EXT', ':', '"', 'é', '\u2028',
); // prettier-ignore

describe('a tokenized playlist', () => {
  test('gives every character of any text back', () => {
    const character = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    fc.assert(fc.property(fc.string({ unit: character }), (text) => joinTokens(tokenize(text)) === text));
  });

  test('gives every byte back when bytes are read one character each', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        expect(Buffer.from(joinTokens(tokenize(text)), 'latin1')).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('gives playlists with any line ends, marks and blanks back', () => {
    fc.assert(fc.property(fc.array(lineParts), (parts) => joinTokens(tokenize(parts.join(''))) === parts.join('')));
  });

  test('tells where each part begins', () => {
    fc.assert(
      fc.property(fc.array(lineParts), (parts) => {
        const text = parts.join('');
        for (const token of tokenize(text)) {
          expect(text.startsWith(token.raw + token.eol, token.at)).toBe(true);
          if ('value' in token) expect(text.startsWith(token.value, token.valueAt)).toBe(true);
        }
      }),
    );
  });

  test('tells tags, URIs, comments, blank lines and the byte order mark apart', () => {
    const text = '\uFEFF#EXTM3U\r\n#EXTINF:6,a:b\n\n# note\rseg.ts';
    expect(tokenize(text)).toEqual([
      { kind: 'bom', raw: '\uFEFF', eol: '', line: 1, at: 0 },
      { kind: 'tag', raw: '#EXTM3U', eol: '\r\n', line: 1, at: 1, name: 'EXTM3U', value: '', valueAt: 8 },
      { kind: 'tag', raw: '#EXTINF:6,a:b', eol: '\n', line: 2, at: 10, name: 'EXTINF', value: '6,a:b', valueAt: 18 },
      { kind: 'blank', raw: '', eol: '\n', line: 3, at: 24 },
      { kind: 'comment', raw: '# note', eol: '\r', line: 4, at: 25 },
      { kind: 'uri', raw: 'seg.ts', eol: '', line: 5, at: 32, value: 'seg.ts', valueAt: 32 },
    ]);
  });

  test('tolerates blanks around lines and after the colon', () => {
    expect(tokenize('  #EXT-X-MAP: URI="i"  \n\tseg.ts ')).toMatchObject([
      { kind: 'tag', name: 'EXT-X-MAP', value: 'URI="i"', valueAt: 14 },
      { kind: 'uri', value: 'seg.ts', valueAt: 25 },
    ]);
  });
});
