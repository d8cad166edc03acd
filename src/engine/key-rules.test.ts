import { describe, expect, test } from 'vitest';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { saveKeyRules, resolveKeyRules } from './key-rules.ts';

const tokenParameters = ['token'];

describe('The root of a library', () => {
  test.each([
    [
      'the origin of its first playlist',
      ['https://cdn.example:8443/a/b.m3u8', 'https://other.example/c.m3u8'],
      'https://cdn.example:8443',
    ],
    ['the folder of a local playlist', ['file:///videos/one/master.m3u8'], 'file:///videos/one/'],
    [
      'the deepest folder that holds all local ones',
      ['file:///videos/one/a.m3u8', 'file:///videos/two/x/b.m3u8'],
      'file:///videos/',
    ],
    ['that folder also when one lies in it', ['file:///videos/a.m3u8', 'file:///videos/two/b.m3u8'], 'file:///videos/'],
  ])('is %s', async (_what, urls, root) => {
    expect((await resolveKeyRules(new MemoryJournal(), { tokenParameters }, urls)).root).toBe(root);
  });

  test('is what a person says, and stays what it was', async () => {
    const journal = new MemoryJournal();
    const rules = await resolveKeyRules(journal, { tokenParameters, rootUrl: 'file:///videos/' }, [
      'file:///videos/one/a.m3u8',
    ]);
    expect(rules.root).toBe('file:///videos/');
    await saveKeyRules(journal, rules);
    expect(await resolveKeyRules(journal, { tokenParameters }, ['https://elsewhere.example/x.m3u8'])).toEqual(rules);
    await expect(resolveKeyRules(journal, { tokenParameters, rootUrl: 'file:///other/' }, [])).rejects.toMatchObject({
      code: 'usage',
    });
  });

  test('is found anew as long as nothing was planned: a typo in the first run costs nothing', async () => {
    const journal = new MemoryJournal();
    await resolveKeyRules(journal, { tokenParameters }, ['https://cnd.example/a.m3u8']);
    expect((await resolveKeyRules(journal, { tokenParameters }, ['https://cdn.example/a.m3u8'])).root).toBe(
      'https://cdn.example',
    );
  });

  test('take over what the destination was found to keep, when the library is begun and never after', async () => {
    const journal = new MemoryJournal();
    const urls = ['https://cdn.example/a.m3u8'];
    const found = { keepsEmptySegments: true };
    expect(await resolveKeyRules(journal, {}, urls, found)).toMatchObject(found);
    await saveKeyRules(journal, await resolveKeyRules(journal, {}, urls));
    expect((await resolveKeyRules(journal, {}, urls, found)).keepsEmptySegments).toBeUndefined();
  });

  test('keeps its token names, as keys are made of what is no token', async () => {
    const journal = new MemoryJournal();
    await saveKeyRules(journal, await resolveKeyRules(journal, { tokenParameters }, ['https://cdn.example/a.m3u8']));
    await expect(resolveKeyRules(journal, { tokenParameters: ['ticket'] }, [])).rejects.toThrow('ticket');
    await expect(resolveKeyRules(journal, { sessionPatterns: ['-s.'] }, [])).rejects.toThrow('--session-pattern');
  });
});
