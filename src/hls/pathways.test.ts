import { describe, expect, test } from 'vitest';
import { redundantPathways } from './pathways.ts';
import { tokenize } from './tokenizer.ts';

const variant = (pathway: string, more = ''): readonly string[] => [
  `#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a-${pathway}",PATHWAY-ID="${pathway}"${more}`,
  `https://${pathway}.example/v.m3u8`,
];
const audio = (pathway: string, language = 'en'): string =>
  `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a-${pathway}",NAME="n",LANGUAGE="${language}",URI="https://${pathway}.example/${language}.m3u8"`;
const images = (pathway: string): string =>
  `#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,PATHWAY-ID="${pathway}",URI="https://${pathway}.example/i.m3u8"`;

function redundant(lines: readonly string[], first?: string): readonly string[] {
  return [...redundantPathways(tokenize(lines.join('\n')), first)].map(({ raw }) => raw);
}

describe('a pathway that gives what the first one gives', () => {
  const both = [audio('a'), audio('b'), ...variant('a'), ...variant('b'), images('a'), images('b')];

  test('is redundant, with the renditions that are its own', () => {
    expect(redundant(both)).toEqual([...variant('b'), images('b'), audio('b')]);
  });

  test('may be the one to begin with, where that is said and true', () => {
    expect(redundant(both, 'b')).toEqual([...variant('a'), images('a'), audio('a')]);
    expect(redundant(both, 'c')).toEqual(redundant(both));
  });

  test('may have its lines in another order, and comments between', () => {
    const [line = '', uri = ''] = variant('b');
    const other = line.replace('BANDWIDTH=1,AUDIO="a-b"', 'AUDIO="a-b",BANDWIDTH=1');
    expect(redundant([...both.slice(0, 4), other, '', '# note', uri, ...both.slice(6)])).toEqual([
      other,
      uri,
      images('b'),
      audio('b'),
    ]);
  });

  test('leaves renditions that the first one uses too', () => {
    const shared = variant('b').map((line) => line.replace('a-b', 'a-a'));
    expect(redundant([audio('a'), ...variant('a'), ...shared])).toEqual(shared);
  });
});

describe('a pathway is kept', () => {
  test.each([
    ['that has a variant more', [...variant('a'), ...variant('b'), ...variant('b', ',RESOLUTION=4x3')]],
    ['that has a variant twice', [...variant('a'), ...variant('b'), ...variant('b')]],
    ['that has a language more', [audio('a'), audio('b'), audio('b', 'de'), ...variant('a'), ...variant('b')]],
    ['that has still images alone', [...variant('a'), ...variant('b'), images('b')]],
    ['where there is no other', [...variant('a'), ...variant('a')]],
    ['of which no URI follows', [...variant('a'), variant('b')[0] ?? '']],
  ])('%s', (_, lines) => {
    expect(redundant(lines)).toEqual([]);
  });

  test('unless it is one of several, each for itself', () => {
    const lines = [...variant('a'), ...variant('b'), ...variant('c'), images('c')];
    expect(redundant(lines)).toEqual(variant('b'));
  });
});
