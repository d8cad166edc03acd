import { MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { openMongoCatalogue } from './catalogue.ts';
import { touchesOnly } from './changes.ts';
import { mongoFailure, placeOfUrl, refusalOfStream } from './errors.ts';

describe('the place of a catalogue', () => {
  it.each([
    ['mongodb://h', { hosts: 'h', secrets: [] }],
    ['mongodb://h:1,g:2/lib?replicaSet=r', { hosts: 'h:1,g:2', database: 'lib', secrets: [] }],
    ['mongodb+srv://user:pass@h/lib', { hosts: 'h', database: 'lib', secrets: ['pass', 'pass'] }],
    ['mongodb://user:p%40ss@h/?authSource=admin', { hosts: 'h', secrets: ['p%40ss', 'p@ss'] }],
    ['mongodb://user:p@s/s?@h/lib', { hosts: 'h', database: 'lib', secrets: ['p@s/s?', 'p@s/s?'] }],
    ['mongodb://user@h/my%20lib', { hosts: 'h', database: 'my lib', secrets: [] }],
  ])('in %s is told without its password', (url, expected) => expect(placeOfUrl(url)).toEqual(expected));
});

describe('opening', () => {
  it.each([
    ['http://user:secret@h/lib', {}, 'the URL of the catalogue cannot be used'],
    ['mongodb://user:secret@/lib', {}, 'the URL of the catalogue cannot be used'],
    ['mongodb://user:secret@h/lib?bogus=1', {}, 'option bogus is not supported'],
    ['mongodb://user:secret@h', {}, 'mongodb://h names no database'],
    ['mongodb://user:secret@h/lib', { filter: { _id: { $oid: 'x' } } }, 'mongodb://h/lib.videos is not understood'],
  ])('%s is refused as usage, without its password', (url, more, message) => {
    const opening = (): unknown => openMongoCatalogue({ url, collection: 'videos', ...more });
    expect(opening).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) }));
    expect(opening).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
  });

  it('takes the database from its option before that of the URL', async () => {
    const catalogue = openMongoCatalogue({ url: 'mongodb://u:p@h:7/lib', database: 'other', collection: 'videos' });
    expect(catalogue.name).toBe('mongodb://h:7/other.videos');
    expect(catalogue.writeBack).toBeUndefined();
    await catalogue.close();
  });
});

describe('an error', () => {
  const place = { name: 'mongodb://h/lib.videos', redact: (text: string) => text.replaceAll('secret', '…') };
  const ofServer = (code: number, message: string): MongoServerError => new MongoServerError({ code, message });

  it.each([
    [ofServer(18, 'Authentication failed.'), 'refuses this user or password'],
    [ofServer(13, 'not authorized on lib'), 'denies this user: not authorized on lib'],
    [ofServer(2, 'unknown operator: $foo'), 'cannot be used: unknown operator: $foo'],
    [Object.assign(new Error('socket ended'), { code: 'EPIPE' }), 'was lost: socket ended'],
    [Object.assign(new Error('no such file'), { code: 'ENOENT' }), 'cannot be used: no such file'],
    [new MongoNetworkError('connection 1 to secret closed'), 'was lost: connection 1 to … closed'],
  ])('%s says what is wrong', (error, message) => {
    expect(mongoFailure(error, place)).toMatchObject({
      code: 'catalogue.unreadable',
      message: `the catalogue mongodb://h/lib.videos ${message}`,
    });
  });

  it('that a stop caused is aborted', () => {
    expect(mongoFailure(new MongoNetworkError('x'), place, AbortSignal.abort())).toMatchObject({ code: 'aborted' });
  });

  it('that is no fault of the catalogue stays what it is', () => {
    const error = new TypeError('slip');
    expect(mongoFailure(error, place)).toBe(error);
  });

  it('tells a server without change streams from one that is not there', () => {
    const alone = ofServer(40_573, 'The $changeStream stage is only supported on replica sets');
    expect(refusalOfStream(alone, place)).toContain('only supported on replica sets');
    expect(refusalOfStream(ofServer(13, 'not authorized'), place)).toContain('not authorized');
    expect(refusalOfStream(ofServer(18, 'Authentication failed.'), place)).toBeUndefined();
    expect(refusalOfStream(new MongoNetworkError('closed'), place)).toBeUndefined();
    const electing = ofServer(189, 'stepped down');
    electing.addErrorLabel('ResumableChangeStreamError');
    expect(refusalOfStream(electing, place)).toBeUndefined();
  });
});

describe('an update', () => {
  it.each([
    [{ updatedFields: { flants: {} } }, true],
    [{ updatedFields: { 'flants.state': 'x' }, removedFields: ['flants.at'] }, true],
    [{ updatedFields: { flants: {}, title: 'x' } }, false],
    [{ updatedFields: { flantsx: 1 } }, false],
    [{ removedFields: ['title'] }, false],
    [{}, false],
  ])('%j is of our own field alone, or not', (description, expected) => {
    expect(touchesOnly(description, 'flants')).toBe(expected);
  });
});
