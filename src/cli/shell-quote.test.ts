import { expect, it } from 'vitest';
import { resumeCommand, shellQuote } from './shell-quote.ts';
import { stateArguments } from './state-arguments.ts';
import { parseDestination } from '../config/values/location.ts';
import { stateDirOf } from '../config/values/state-dir.ts';

it('quotes what a shell would take apart', () => {
  expect(['a/b.m3u8', 's3://media/vod', 'a b', "it's", '$HOME', ''].map(shellQuote)).toEqual([
    'a/b.m3u8',
    's3://media/vod',
    "'a b'",
    `'it'\\''s'`,
    "'$HOME'",
    "''",
  ]);
});

it('says the command that goes on, without secrets', () => {
  expect(resumeCommand(['copy', 'my videos.json', 's3://media/vod', '--bwlimit', '20M'])).toBe(
    "flants copy 'my videos.json' s3://media/vod --bwlimit 20M",
  );
  const secret = resumeCommand([
    'copy',
    'https://me:pw@cdn.example/a.m3u8?token=pw',
    's3://media/vod',
    '--header',
    'Cookie: pw',
    '--header=X-Key: pw',
  ]);
  expect(secret).toBe(
    "flants copy 'https://…@cdn.example/a.m3u8?…' s3://media/vod --header 'Cookie: …' '--header=X-Key: …'",
  );
});

it('names a state by its destination where that leads there', () => {
  const env = { HOME: '/home/me' };
  const destination = parseDestination('s3://media/vod', '/');
  const endpoint = 'http://minio.example:9000';
  expect(stateArguments({ destination, stateDir: stateDirOf(destination, undefined, env) }, env)).toBe(
    's3://media/vod',
  );
  expect(stateArguments({ destination, endpoint, stateDir: stateDirOf(destination, endpoint, env) }, env)).toBe(
    `s3://media/vod --endpoint ${endpoint}`,
  );
  expect(stateArguments({ destination, stateDir: '/my state' }, env)).toBe("--state '/my state'");
  expect(stateArguments({ stateDir: '/state' }, env)).toBe('--state /state');
});
