import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { keepWriting } from './output-stream.ts';

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

/** A stream whose file takes what is written to it directly, while it has room. */
function setUp() {
  const file = { hasRoom: false, text: '' };
  const stream = Object.assign(new EventEmitter(), { fd: 9, write: (): boolean => true }) as unknown as Parameters<
    typeof keepWriting
  >[0] &
    EventEmitter;
  const lost = keepWriting(stream, ((_: number, text: string) => {
    if (!file.hasRoom) throw full;
    file.text += text;
    return text.length;
  }) as Parameters<typeof keepWriting>[1]);
  return { stream, file, lost };
}

it('drops what a full disk does not take, and says so when there is room again', () => {
  const { stream, file, lost } = setUp();
  expect(lost.reason()).toBeUndefined();
  stream.emit('error', full);
  stream.write('lost');
  file.hasRoom = true;
  stream.write('one\n');
  file.hasRoom = false;
  stream.write('lost too\n');
  file.hasRoom = true;
  stream.write('two\n');
  expect(file.text).toBe(
    'flants: dropped output (writes: 2): ENOSPC: no space left on device, write\none\n' +
      'flants: dropped output (writes: 1): ENOSPC: no space left on device, write\ntwo\n',
  );
  expect(lost.reason()).toContain('ENOSPC');
});

it('says nothing of a reader that has gone', () => {
  const { stream, lost } = setUp();
  stream.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }));
  expect(lost.reason()).toBeUndefined();
});
