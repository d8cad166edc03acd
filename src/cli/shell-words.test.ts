import { expect, it } from 'vitest';
import { resumeCommand, shellWord } from './shell-words.ts';
import { stateWords } from './state-words.ts';
import { parseDestination } from '../config/values/location.ts';
import { stateDirOf } from '../config/values/state-dir.ts';

it('quotes what a shell would take apart', () => {
  expect(['a/b.m3u8', 's3://media/vod', 'a b', "it's", '$HOME', ''].map(shellWord)).toEqual([
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
  expect(stateWords({ destination, stateDir: stateDirOf(destination, undefined, env) }, env)).toBe('s3://media/vod');
  expect(stateWords({ destination, endpoint, stateDir: stateDirOf(destination, endpoint, env) }, env)).toBe(
    `s3://media/vod --endpoint ${endpoint}`,
  );
  expect(stateWords({ destination, stateDir: '/my state' }, env)).toBe("--state '/my state'");
  expect(stateWords({ stateDir: '/state' }, env)).toBe('--state /state');
});
