import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultPrices } from '../domain/cost/prices.ts';
import { readFunctionEnvironment } from './function-environment.ts';
import { readLambdaOptions } from './lambda-options.ts';

describe('the options of AWS Lambda', () => {
  it('are none where files are copied on threads', async () => {
    expect(await readLambdaOptions({ executor: 'threads', maxBatches: 4 }, { cwd: '/' })).toBeUndefined();
  });

  it('name a function, and only one that is used', async () => {
    const options = { executor: 'lambda', function: 'flants', qualifier: 'live', maxBatches: 4 } as const;
    expect(await readLambdaOptions(options, { cwd: '/' })).toEqual({
      functionName: 'flants',
      qualifier: 'live',
      maxBatches: 4,
      prices: defaultPrices,
    });
    await expect(readLambdaOptions({ executor: 'lambda' }, { cwd: '/' })).rejects.toThrow('--function NAME');
    const unused = readLambdaOptions({ executor: 'threads', function: 'flants' }, { cwd: '/' });
    await expect(unused).rejects.toThrow('--executor lambda');
  });

  it('are refused for a folder, before anything is begun', async () => {
    const destination = { kind: 'folder', path: '/out', name: '/out' } as const;
    const given = readLambdaOptions({ executor: 'lambda', function: 'flants' }, { destination, cwd: '/' });
    await expect(given).rejects.toThrow('functions cannot write to /out');
  });

  it('take prices from a file that says when and from where', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flants-prices-'));
    const read = async (prices: unknown) => {
      await writeFile(join(folder, 'prices.json'), JSON.stringify(prices));
      const options = { executor: 'lambda', function: 'flants', prices: 'prices.json' } as const;
      return (await readLambdaOptions(options, { cwd: folder }))?.prices;
    };
    try {
      const prices = { ...defaultPrices, at: '2027-01-01', millionInvocations: 0.4 };
      expect(await read(prices)).toEqual(prices);
      await expect(read({ ...prices, at: undefined })).rejects.toThrow('no list of prices (at)');
      await expect(read('free')).rejects.toThrow('no list of prices');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the environment of a function', () => {
  const variables = {
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_REGION: 'eu-central-1',
    AWS_LAMBDA_FUNCTION_NAME: 'flants',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/29/[$LATEST]0123456789abcdef',
  };

  it('is read as the service documents it', () => {
    expect(readFunctionEnvironment(variables)).toEqual({
      functionName: 'flants',
      logStream: '2026/11/29/[$LATEST]0123456789abcdef',
      memoryMb: 1_769,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' },
    });
  });

  it('must have a role, and has little memory where none is told', () => {
    expect(() => readFunctionEnvironment({})).toThrow('execution role');
    const { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: _, ...others } = variables;
    expect(readFunctionEnvironment(others).memoryMb).toBe(128);
  });
});
