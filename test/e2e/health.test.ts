import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runFlants } from './flants.ts';

describe('flants health', () => {
  let server: Server;
  let port: number;
  let status: number | undefined;
  let asked: string[];

  beforeEach(async () => {
    [status, asked] = [200, []];
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (status !== undefined) response.writeHead(status).end(status === 200 ? 'alive\n' : 'stuck\n');
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is 0 when the process of this machine lives, and asks it on the loopback', async () => {
    const { code, stdout } = await runFlants(['health'], { env: { FLANTS_LISTEN: `0.0.0.0:${port}` } });
    expect({ code, stdout, asked }).toEqual({ code: 0, stdout: 'alive\n', asked: ['GET /livez'] });
  });

  it('is 1 when it is stuck, and says so', async () => {
    status = 503;
    const { code, stderr } = await runFlants(['health', '--listen', `127.0.0.1:${port}`]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `flants health: http://127.0.0.1:${port}/livez answers 503 stuck\n`,
    });
  });

  it('is 1 when it does not answer', async () => {
    status = undefined;
    const { code, stderr } = await runFlants(['health', '--listen', `127.0.0.1:${port}`]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `flants health: http://127.0.0.1:${port}/livez does not answer within 4 s\n`,
    });
  });

  it('is 1 when nothing listens, at ports that browsers never ask at as well', async () => {
    const { code, stderr } = await runFlants(['health', '--listen', '[::]:6000']);
    expect(code).toBe(1);
    expect(stderr).toContain('http://[::1]:6000/livez does not answer: ');
  });

  it('is 0 when no address is named, as there is nobody to ask', async () => {
    const { code, stdout } = await runFlants(['health']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'nothing to check: --listen (FLANTS_LISTEN) is not set\n',
    });
  });

  it('refuses an address that leaves the port to the process', async () => {
    const { code, stderr } = await runFlants(['health', '--listen', '127.0.0.1:0']);
    expect(code).toBe(1);
    expect(stderr).toContain('name the one that it answers at');
  });
});
