import { expect, it } from 'vitest';
import { redisAddress } from './await-redis.ts';

it.each([
  ['redis://user:s3cret@redis.example:6380/2', 'redis://redis.example:6380/2'],
  ['rediss://:s3cret@redis.example', 'rediss://redis.example'],
  ['redis://redis.example?password=s3cret', 'redis://redis.example'],
  ['unix:///run/redis.sock', 'unix:///run/redis.sock'],
  ['s3cret', 'an address that is no URL'],
])('an address is told without its secrets: %s', (url, told) => {
  expect(redisAddress(url)).toBe(told);
});
