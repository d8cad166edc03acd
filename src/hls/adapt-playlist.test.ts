import { describe, expect, test } from 'vitest';
import { mediaPlaylist, walkSite } from '../../test/hls/site.ts';
import type { Page } from '../../test/hls/site.ts';
import { keyOf } from '../domain/names/destination-key.ts';
import { defaultTokenParameters } from '../domain/names/tokens.ts';
import type { EarlierDocuments } from './fetch-document.ts';
import type { Presentation } from './presentation.ts';
import { rewriteDocument } from './rewrite.ts';

const root = 'https://cdn.example/v/list.m3u8';
const rules = { root: 'https://cdn.example', tokenParameters: defaultTokenParameters };
const plain = '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:VOD\n';

/** The playlists of a presentation as they would be published, by key. */
function published({ documents }: Presentation): Readonly<Record<string, string>> {
  return Object.fromEntries(
    documents.map((document) => {
      const keys = document.references.map(({ keyUrl }) => keyOf(new URL(keyUrl), rules));
      const key = keyOf(new URL(document.keyUrl), rules);
      return [key, Buffer.from(rewriteDocument(document, key, keys)).toString()];
    }),
  );
}

/** The same of one playlist. */
async function publish(page: string, at = root): Promise<string | undefined> {
  return published(await walkSite(at, { [at]: page }))['v/list.m3u8'];
}

async function warningsOf(page: string): Promise<readonly string[]> {
  return (await walkSite(root, { [root]: page })).warnings;
}

describe('a recording of a low-latency stream', () => {
  const ended = [
    '#EXTM3U',
    '#EXT-X-TARGETDURATION:4',
    '#EXT-X-PART-INF:PART-TARGET=1',
    '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3',
    '#EXTINF:4,',
    'a.mp4',
    '#EXT-X-PART:DURATION=2,URI="b.1.mp4"',
    '#EXT-X-PART:DURATION=2,URI="b.2.mp4"',
    '#EXTINF:4,',
    'b.mp4',
    '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="c.1.mp4"',
    '#EXT-X-RENDITION-REPORT:URI="audio.m3u8",LAST-MSN=2',
    '#EXT-X-ENDLIST',
  ];

  test('is copied without what is for its live days', async () => {
    const { files, warnings, external } = await walkSite(root, { [root]: `${ended.join('\n')}\n` });
    expect(files.map(({ uri }) => uri)).toEqual(['a.mp4', 'b.mp4']);
    expect(external).toEqual([]);
    expect(warnings).toEqual([]);
    expect(await publish(`${ended.join('\n')}\n`)).toBe(
      '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.mp4\n#EXTINF:4,\nb.mp4\n#EXT-X-ENDLIST\n',
    );
  });

  test('keeps its line ends, and what it says of its server where that is all', async () => {
    expect(await publish(ended.join('\r\n'))).toBe(
      '#EXTM3U\r\n#EXT-X-TARGETDURATION:4\r\n#EXTINF:4,\r\na.mp4\r\n#EXTINF:4,\r\nb.mp4\r\n#EXT-X-ENDLIST',
    );
    const settled = mediaPlaylist('#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=24', '#EXTINF:4,', 'a.mp4');
    expect(await publish(settled)).toBe(settled);
    expect(await warningsOf(settled)).toEqual([]);
  });

  test.each(['#EXT-X-PREFETCH:https://cdn.example/n.ts', '#EXT-X-TWITCH-PREFETCH:https://cdn.example/n.ts'])(
    'may have hints of vendors: %s',
    async (line) => {
      expect(await publish(mediaPlaylist('#EXTINF:4,', 'a.ts', line))).toBe(mediaPlaylist('#EXTINF:4,', 'a.ts'));
    },
  );

  test('is refused while parts hold what no segment has', async () => {
    const loose = mediaPlaylist('#EXTINF:4,', 'a.mp4', '#EXT-X-PART:DURATION=2,URI="b.1.mp4"');
    await expect(publish(loose)).rejects.toMatchObject({
      code: 'hls.live',
      message: expect.stringContaining('line 5: EXT-X-PART names media of a segment that is not there yet') as string,
    });
  });
});

describe('content steering', () => {
  const steered = [
    '#EXTM3U',
    '#EXT-X-CONTENT-STEERING:SERVER-URI="https://steer.example/s",PATHWAY-ID="B"',
    '#EXT-X-STREAM-INF:BANDWIDTH=1,PATHWAY-ID="A"',
    'a.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=1,PATHWAY-ID="B"',
    'https://b.example/b.m3u8',
    '',
  ];
  const media = mediaPlaylist('#EXTINF:4,', 's.ts');
  const walk = (page: readonly string[]): Promise<Presentation> =>
    walkSite(root, {
      [root]: page.join('\n'),
      'https://cdn.example/v/a.m3u8': media,
      'https://b.example/b.m3u8': media,
    });

  test('is left out, and with it what is there once more', async () => {
    const presentation = await walk(steered);
    expect(presentation.warnings).toEqual([
      'https://cdn.example/v/list.m3u8 line 2: EXT-X-CONTENT-STEERING would have players ask a server of the source: copies do without it',
    ]);
    expect(published(presentation)).toEqual({
      'v/list.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,PATHWAY-ID="B"\n../_hosts/b.example/b.m3u8\n',
      '_hosts/b.example/b.m3u8': media,
    });
  });

  test('leaves a pathway that gives something else', async () => {
    const presentation = await walk(steered.with(2, '#EXT-X-STREAM-INF:BANDWIDTH=2,PATHWAY-ID="A"'));
    expect(Object.keys(published(presentation))).toEqual(['v/a.m3u8', '_hosts/b.example/b.m3u8', 'v/list.m3u8']);
  });
});

describe('variables', () => {
  const define = '#EXT-X-DEFINE:NAME="dir",VALUE="media-1"';

  test('are replaced by their values, in URIs and attributes, and nowhere else', async () => {
    const page = `${plain}${define}\n#EXT-X-MAP:URI="{$dir}/i.mp4"\n#EXT-X-DATERANGE:ID="{$dir}"\n# {$dir}\n#EXTINF:6,{$dir}\n{$dir}/a.mp4\n#EXT-X-ENDLIST\n`;
    expect(await publish(page)).toBe(
      `${plain}#EXT-X-MAP:URI="media-1/i.mp4"\n#EXT-X-DATERANGE:ID="media-1"\n# {$dir}\n#EXTINF:6,{$dir}\nmedia-1/a.mp4\n#EXT-X-ENDLIST\n`,
    );
    expect(await warningsOf(page)).toEqual([]);
  });

  test('may be made of those before them, and hold what looks like one', async () => {
    const page = mediaPlaylist(
      define,
      '#EXT-X-DEFINE:NAME="deep",VALUE="/{$dir}/{$later}"',
      '#EXT-X-DEFINE:NAME="later",VALUE="x"',
      '#EXTINF:6,',
      'https://cdn.example{$deep}/a.ts',
    );
    await expect(publish(page)).rejects.toMatchObject({
      code: 'hls.variables',
      message: expect.stringContaining('line 7: nothing defines the variable later in the URI of EXTINF') as string,
    });
    expect(await publish(page.replace('/{$later}', ''))).toBe(mediaPlaylist('#EXTINF:6,', '../media-1/a.ts'));
  });

  test('have one value only', async () => {
    const twice = (value: string): string =>
      mediaPlaylist(define, '#EXTINF:6,', '{$dir}/a.ts', `#EXT-X-DEFINE:NAME="dir",VALUE="${value}"`);
    expect(await publish(twice('media-1'))).toBe(mediaPlaylist('#EXTINF:6,', 'media-1/a.ts'));
    await expect(publish(twice('media-2'))).rejects.toMatchObject({
      code: 'hls.variables',
      message: expect.stringContaining('line 6: EXT-X-DEFINE: dir has another value already') as string,
    });
  });

  test('are imported from the playlist that names this one', async () => {
    const pages = (imported: string): Record<string, Page> => ({
      [root]: `#EXTM3U\n${define}\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{$dir}.m3u8\n`,
      'https://cdn.example/v/media-1.m3u8': mediaPlaylist(
        `#EXT-X-DEFINE:IMPORT="${imported}"`,
        '#EXTINF:6,',
        `{$${imported}}/a.ts`,
      ),
    });
    const presentation = await walkSite(root, pages('dir'));
    expect(presentation.files.map(({ fetchUrl }) => fetchUrl)).toEqual(['https://cdn.example/v/media-1/a.ts']);
    expect(published(presentation)).toEqual({
      'v/list.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nmedia-1.m3u8\n',
      'v/media-1.m3u8': mediaPlaylist('#EXTINF:6,', 'media-1/a.ts'),
    });
    await expect(walkSite(root, pages('other'))).rejects.toThrow(
      'media-1.m3u8 line 3: EXT-X-DEFINE: the playlist that names this one does not define other',
    );
  });

  test('that have changed are imported anew, though the playlist that imports them has not', async () => {
    const earlier: EarlierDocuments = new Map();
    const walk = async (value: string): Promise<readonly string[]> => {
      const pages = {
        [root]: `#EXTM3U\n#EXT-X-DEFINE:NAME="dir",VALUE="${value}"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nmedia.m3u8\n`,
        'https://cdn.example/v/media.m3u8': mediaPlaylist('#EXT-X-DEFINE:IMPORT="dir"', '#EXTINF:6,', '{$dir}/a.ts'),
      };
      return (await walkSite(root, pages, { earlier })).files.map(({ uri }) => uri);
    };
    expect(await walk('one')).toEqual(['one/a.ts']);
    expect(await walk('two')).toEqual(['two/a.ts']);
  });

  test('are taken from the query of the playlist; tokens among them go with the queries of URIs', async () => {
    const page = (uri: string): string =>
      mediaPlaylist('#EXT-X-DEFINE:QUERYPARAM="token"', '#EXT-X-DEFINE:QUERYPARAM="dir"', '#EXTINF:6,', uri);
    const at = `${root}?token=s3cr3t%2Fs3cr3t&dir=a%20b`;
    const presentation = await walkSite(at, { [at]: page('{$dir}/a.ts?token={$token}') });
    expect(presentation.files.map(({ fetchUrl }) => fetchUrl)).toEqual([
      'https://cdn.example/v/a%20b/a.ts?token=s3cr3t/s3cr3t',
    ]);
    const key = keyOf(new URL(at), rules);
    expect(published(presentation)[key]).toBe(mediaPlaylist('#EXTINF:6,', 'a%20b/a.ts'));
    for (const uri of ['{$token}/a.ts', 'a.ts?k={$token}', 'a.ts\n#EXT-X-DATERANGE:ID="{$token}"']) {
      const stored = walkSite(at, { [at]: page(uri) }).then(published);
      await expect(stored).rejects.toMatchObject({ code: 'hls.variables' });
      await expect(stored).rejects.not.toThrow('s3cr3t');
    }
  });

  test.each(['abcd+fgh/ijk=', 'abcd%20fgh/ijk', 'ab%C3%A9defgh'])(
    'hold tokens however these are escaped: %s',
    async (token) => {
      const at = new URL(`${root}?token=${token}`).href;
      for (const uri of ['{$token}/a.ts', '/x/{$token}/a.ts', 'a.ts?k={$token}']) {
        const page = mediaPlaylist('#EXT-X-DEFINE:QUERYPARAM="token"', '#EXTINF:6,', uri);
        const walked = walkSite(at, { [at]: page });
        await expect(walked).rejects.toMatchObject({
          code: 'hls.variables',
          message: expect.stringContaining('line 5: the URI of EXTINF has a token') as string,
        });
      }
    },
  );

  test.each([
    ['https://[{$token}/a.ts', 'is none: https://[…/a.ts'],
    ['foo://{$token}/a.ts', 'a foo: URI cannot be copied: foo://…/a.ts'],
    ['a.ts\n#EXT-X-DATERANGE:ID="1",X-ASSET-URI="https://ads.example/{$token}/a.m3u8"', 'https://ads.example/…/a.m3u8'],
  ])('show no token in what is said of why they are refused: %s', async (uri, message) => {
    const at = `${root}?token=s3cr3t-s3cr3t`;
    const page = mediaPlaylist('#EXT-X-DEFINE:QUERYPARAM="token"', '#EXTINF:6,', uri);
    await expect(walkSite(at, { [at]: page })).rejects.toThrow(message);
  });

  test('hold their tokens also where they are imported, by themselves or within others', async () => {
    const at = `${root}?token=s3cr3t-s3cr3t`;
    const pages = (uri: string): Record<string, Page> => ({
      [at]: `#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="token"\n#EXT-X-DEFINE:NAME="query",VALUE="?token={$token}"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nmedia.m3u8{$query}\n`,
      'https://cdn.example/v/media.m3u8?token=s3cr3t-s3cr3t': mediaPlaylist(
        '#EXT-X-DEFINE:IMPORT="query"',
        '#EXTINF:6,',
        uri,
      ),
    });
    expect(published(await walkSite(at, pages('a.ts{$query}')))['v/media.m3u8']).toBe(
      mediaPlaylist('#EXTINF:6,', 'a.ts'),
    );
    const kept = walkSite(at, pages('a.ts\n#EXT-X-DATERANGE:ID="{$query}"')).then(published);
    await expect(kept).rejects.toMatchObject({ code: 'hls.variables' });
  });

  test('that grow without end are refused', async () => {
    const doubled = Array.from({ length: 60 }, (_, at) => `#EXT-X-DEFINE:NAME="v${at + 1}",VALUE="{$v${at}}{$v${at}}"`);
    const first = '#EXT-X-DEFINE:NAME="v0",VALUE="0123456789"';
    await expect(publish(mediaPlaylist(first, ...doubled, '{$v60}.ts'))).rejects.toMatchObject({ code: 'hls.limit' });
    const large = mediaPlaylist(first, ...doubled.slice(0, 12), `${'{$v12}'.repeat(2_000)}.ts`);
    await expect(publish(large)).rejects.toMatchObject({ code: 'hls.limit' });
  });

  test.each([
    ['#EXT-X-DEFINE:IMPORT="dir"', 'does not define dir'],
    ['#EXT-X-DEFINE:QUERYPARAM="dir"', 'has no parameter dir that could be a value'],
    ['#EXT-X-DEFINE:VALUE="dir"', 'it defines nothing'],
  ])('without a value are refused: %s', async (line, message) => {
    const page = mediaPlaylist(line, '#EXTINF:6,', 'a.ts');
    await expect(publish(page)).rejects.toMatchObject({ code: 'hls.variables' });
    await expect(publish(page)).rejects.toThrow(`list.m3u8 line 3: EXT-X-DEFINE: `);
    await expect(publish(page)).rejects.toThrow(message);
  });
});
