import { describe, expect, it } from 'vitest';
import { chargeOf } from '../domain/failure.ts';
import { folderError } from './folder/errors.ts';
import { transportError } from './http/errors.ts';
import { machineLimitError } from './machine-limit.ts';
import { networkError } from './s3/errors.ts';

const errorOf = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const attempt = { operation: 'PUT', place: 's3://b/k', endpoint: 'http://store', region: 'r' };

describe('what this machine lacks', () => {
  it.each(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])(
    '%s is charged to no file, at either end',
    (code) => {
      const errors = [
        transportError(errorOf(code), new URL('http://origin/a.ts'), { phase: 'answer' }),
        networkError(errorOf(code), attempt, undefined),
        folderError(errorOf(code), '/folder/a.ts'),
      ];
      for (const { failure } of errors) {
        expect(failure).toMatchObject({ code: 'machine.limit', message: expect.stringContaining(code) });
        expect(chargeOf(failure)).toBe('wait');
      }
    },
  );

  it('is not what the other side refuses', () => {
    expect(machineLimitError('ECONNREFUSED', 'http://origin', undefined)).toBeUndefined();
  });
});
