import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseAllowedHost } from '../../src/config/values/allowed-host.ts';
import { failureOf } from '../../src/domain/failure.ts';
import { openHttpSource } from '../../src/storage/http/source.ts';
import { openReach, sideOf } from '../../src/storage/http/reach.ts';
import type { NamedHost } from '../../src/storage/http/reach.ts';
import type { Source } from '../../src/storage/source.ts';
import { bytesOf, fetchFrom } from '../contract/source.contract.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { startForwardProxy } from '../servers/forward-proxy.ts';

/** A service of this machine that no library may ask: it listens on IPv4 and IPv6, and remembers who asked. */
let secret: Server;
let secretPort: number;
const asked: string[] = [];
let origin: Origin;
const opened: Source[] = [];

beforeAll(async () => {
  secret = createServer((request, response) => {
    asked.push(`${request.headers.host}${request.url}`);
    response.end('the credentials of this machine');
  });
  await new Promise<void>((resolve) => {
    secret.listen(0, '::', resolve);
  });
  secretPort = (secret.address() as AddressInfo).port;
  origin = await startOrigin({ files: { '/seg.ts': 'of the library' } });
});
afterEach(async () => {
  asked.length = 0;
  await Promise.all(opened.splice(0).map((source) => source.close()));
});
afterAll(async () => {
  secret.closeAllConnections();
  secret.close();
  await origin.stop();
});

interface Reaching {
  readonly named?: readonly NamedHost[];
  readonly allow?: readonly string[];
  /** Addresses by name, one list for each time the name is resolved; the last stays. */
  readonly names?: Readonly<Record<string, readonly (readonly string[])[]>>;
}

/** A source of which the origin was named, with a resolver of its own. */
function open({ named = [], allow = [], names = {} }: Reaching = {}): Source {
  const times = new Map<string, number>();
  const allowed = allow.map((text) => parseAllowedHost(text) ?? expect.unreachable(text));
  const rules = { named: [namedAt(origin.url), ...named], allowed };
  const reach = openReach(rules, (name, _, callback) => {
    const answers = names[name] ?? [];
    const time = times.get(name) ?? 0;
    times.set(name, time + 1);
    const addresses = answers[Math.min(time, answers.length - 1)];
    if (!addresses) return callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    const found = addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }));
    return setImmediate(() => callback(null, found));
  });
  const source = openHttpSource({
    headers: [],
    connections: 2,
    connectTimeoutMs: 2_000,
    headersTimeoutMs: 2_000,
    bodyTimeoutMs: 2_000,
    maxRedirects: 5,
    reach,
  });
  opened.push(source);
  return source;
}

function namedAt(text: string, side?: NamedHost['side']): NamedHost {
  const url = new URL(text);
  return { host: url.hostname, port: Number(url.port || 80), ...(side ? { side } : {}) };
}

async function codeOf(source: Source, url: string): Promise<string> {
  return fetchFrom(source, url).then(
    async ({ body }) => (await bytesOf(body)).toString(),
    (error: unknown) => failureOf(error).code,
  );
}

/** `PORT` stands for the port of the service of this machine. */
const literals = [
  'http://127.0.0.1:PORT/',
  'http://127.1:PORT/',
  'http://127.0.1:PORT/',
  'http://127.255.255.254:PORT/',
  'http://2130706433:PORT/',
  'http://017700000001:PORT/',
  'http://0x7f000001:PORT/',
  'http://0x7F.0.0.1:PORT/',
  'http://0177.0.0.01:PORT/',
  'http://0x7f.1:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://%31%32%37.0.0.1:PORT/',
  'http://127%2e0%2e0%2e1:PORT/',
  'http://１２７.0.0.1:PORT/',
  'http://127。0。0。1:PORT/',
  'http://①②⑦.0.0.1:PORT/',
  'http://0:PORT/',
  'http://0.0.0.0:PORT/',
  'http://0.1.2.3:PORT/',
  'http://localhost:PORT/',
  'http://LOCALHOST.:PORT/',
  'http://a.localhost:PORT/',
  'http://user:password@127.0.0.1:PORT/',
  'http://cdn.example@127.0.0.1:PORT/',
  'http://cdn.example%40@127.0.0.1:PORT/',
  'http:\\\\127.0.0.1:PORT\\',
  'http:127.0.0.1:PORT/',
  'http://127.0.0.1:PORT\\@cdn.example/',
  'http://\t127.0.0.1\n:PORT/',
  'http://[::1]:PORT/',
  'http://[0:0:0:0:0:0:0:1]:PORT/',
  'http://[0000::0001]:PORT/',
  'http://[::]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[::7f00:1]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[0:0:0:0:0:FFFF:7F00:0001]:PORT/',
  'http://[::ffff:0:127.0.0.1]:PORT/',
  'http://[64:ff9b::127.0.0.1]:PORT/',
  'http://[64:ff9b::7f00:1]:PORT/',
  'http://[64:ff9b:1::7f00:1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'http://[2002:a9fe:a9fe::1]/latest/meta-data/',
  'http://[2001:0:7f00:1::]:PORT/',
  'http://[fe80::1]:PORT/',
  'http://[fec0::1]/',
  'http://[fc00::1]/',
  'http://[fd00:ec2::254]/latest/meta-data/',
  'http://[ff02::1]/',
  'http://[100::1]/',
  'http://[2001:db8::1]/',
  'http://[3fff::1]/',
  'http://[4000::1]/',
  'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
  'http://2852039166/latest/meta-data/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://[::ffff:169.254.169.254]/',
  'https://169.254.169.254/',
  'http://169.254.170.2/v2/credentials/',
  'http://100.100.100.200/latest/meta-data/',
  'http://100.64.0.1/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.1.1/',
  'http://192.0.0.192/',
  'http://192.0.2.1/',
  'http://192.88.99.1/',
  'http://198.18.0.1/',
  'http://198.51.100.1/',
  'http://203.0.113.1/',
  'http://224.0.0.1/',
  'http://239.255.255.255/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
] as const;

const noHttp = [
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'gopher://127.0.0.1:PORT/',
  'data:text/plain,x',
  'javascript:0',
  'unix:/var/run/docker.sock',
  'http://[fe80::1%25eth0]:PORT/',
  'http://127.0.0.1:99999/',
  'http:///',
] as const;

describe('a source', () => {
  const withPort = (url: string): string => url.replace('PORT', `${secretPort}`);

  it.each(literals)('is not asked for %s, nor followed there', async (text) => {
    const url = withPort(text);
    const source = open();
    expect(await codeOf(source, url)).toBe('source.forbidden');
    // The bytes of a header cannot hold all of these.
    origin.behave('/away', { kind: 'redirect', to: URL.parse(url)?.href ?? url });
    expect(await codeOf(source, `${origin.url}/away`)).toBe('source.forbidden');
    expect(asked).toEqual([]);
  });

  it.each(noHttp)('is not asked for %s, nor followed there', async (text) => {
    const url = withPort(text);
    origin.behave('/away', { kind: 'redirect', to: url });
    expect(await codeOf(open(), url)).toBe('source.refused');
    expect(await codeOf(open(), `${origin.url}/away`)).toBe('source.refused');
    expect(asked).toEqual([]);
  });

  it('that was named is asked at its very port', async () => {
    expect(await codeOf(open(), `${origin.url}/seg.ts`)).toBe('of the library');
    expect(await codeOf(open(), `http://127.0.0.1:${secretPort}/`)).toBe('source.forbidden');
  });

  it('may be elsewhere where that is allowed', async () => {
    for (const entry of ['127.0.0.1', `127.0.0.1:${secretPort}`, '127.0.0.0/8', '0x7f.1'])
      expect(await codeOf(open({ allow: [entry] }), `http://127.0.0.1:${secretPort}/`)).toContain('credentials');
    for (const entry of ['127.0.0.1:1', '127.0.0.2', '10.0.0.0/8', '*.example', '::1'])
      expect(await codeOf(open({ allow: [entry] }), `http://127.0.0.1:${secretPort}/`)).toBe('source.forbidden');
  });

  it('says which address it is, and how to allow it', async () => {
    const failed = fetchFrom(open(), `http://127.0.0.1:${secretPort}/a?token=t`);
    await expect(failed).rejects.toThrow(
      `http://127.0.0.1:${secretPort}/a leads to 127.0.0.1 (loopback), where nobody named a source; if it belongs to the library, allow it with --allow-host 127.0.0.1:${secretPort}`,
    );
  });
});

describe('a name', () => {
  const at = (host: string): string => `http://${host}:${secretPort}/`;

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.2.3', '169.254.169.254', 'fe80::1%1', '64:ff9b::a00:1'])(
    'that leads to %s is not connected to',
    async (address) => {
      expect(await codeOf(open({ names: { 'cdn.example': [[address]] } }), at('cdn.example'))).toBe('source.forbidden');
      expect(asked).toEqual([]);
    },
  );

  it('leads to its public addresses only', async () => {
    const names = { 'cdn.example': [['127.0.0.1', '2001:4860::1', '::1']] };
    const looked = Promise.withResolvers<unknown>();
    openReach({ named: [], allowed: [] }, (_, __, callback) =>
      callback(
        null,
        (names['cdn.example'][0] ?? []).map((address) => ({ address, family: 4 })),
      ),
    ).lookupFor(new URL(at('cdn.example')))('cdn.example', { all: true }, (_, addresses) => looked.resolve(addresses));
    expect(await looked.promise).toEqual([{ address: '2001:4860::1', family: 4 }]);
  });

  it('that nobody knows is a name that nobody knows', async () => {
    expect(await codeOf(open(), at('cdn.example'))).toBe('source.host-unknown');
  });

  it('that was named leads to a network of one’s own, but never to link-local addresses', async () => {
    const names = { 'media.internal': [['127.0.0.1']], 'odd.internal': [['169.254.169.254']] };
    const named = Object.keys(names).map((host) => namedAt(at(host)));
    expect(await codeOf(open({ named, names }), at('media.internal'))).toContain('credentials');
    expect(await codeOf(open({ named, names }), at('odd.internal'))).toBe('source.forbidden');
    expect(await codeOf(open({ named, names }), `http://media.internal:${secretPort + 1}/`)).toBe('source.forbidden');
  });

  it('that was named and public does not become one of this machine when it is resolved again', async () => {
    // An address where nothing answers, then the loopback.
    const names = { 'cdn.example': [['192.0.2.1', '::ffff:8.8.8.8'], ['127.0.0.1'], ['10.0.0.1'], ['::1']] };
    const source = openReach({ named: [namedAt(at('cdn.example'))], allowed: [] }, (_, __, callback) => {
      const [addresses = []] = names['cdn.example'].splice(0, 1);
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    }).lookupFor(new URL(at('cdn.example')));
    const look = (): Promise<unknown> =>
      new Promise((resolve) => {
        source('cdn.example', { all: true }, (error, addresses) => resolve(error ?? addresses));
      });
    expect(await look()).toEqual([{ address: '::ffff:8.8.8.8', family: 4 }]);
    for (let time = 0; time < 3; time++) expect(await look()).toMatchObject({ code: 'source.forbidden' });
    const named = [namedAt(at('cdn.example'), 'public')];
    expect(await codeOf(open({ named, names: { 'cdn.example': [['127.0.0.1']] } }), at('cdn.example'))).toBe(
      'source.forbidden',
    );
    expect(asked).toEqual([]);
  });

  it('may lead to a network that is allowed', async () => {
    const names = { 'a.example': [['127.0.0.1']] };
    for (const entry of ['127.0.0.0/8', 'a.example', '*.example', `a.example:${secretPort}`])
      expect(await codeOf(open({ names, allow: [entry] }), at('a.example'))).toContain('credentials');
  });

  it('is on the side where most of the world would look for it', () => {
    expect(sideOf(['10.0.0.1'])).toBe('internal');
    expect(sideOf(['10.0.0.1', '8.8.8.8'])).toBe('public');
    expect(sideOf(['169.254.169.254'])).toBe('public');
    expect(sideOf([])).toBe('public');
  });
});

describe('through a proxy', () => {
  it('addresses are refused all the same, and names are the proxy’s to resolve', async () => {
    const proxy = await startForwardProxy();
    try {
      const source = openHttpSource({
        headers: [],
        connections: 1,
        connectTimeoutMs: 2_000,
        headersTimeoutMs: 2_000,
        bodyTimeoutMs: 2_000,
        maxRedirects: 1,
        proxies: { http: proxy.url, bypass: [] },
        reach: openReach({ named: [], allowed: [] }, () => expect.unreachable('resolved here')),
      });
      opened.push(source);
      for (const host of ['127.0.0.1', '[::ffff:7f00:1]', 'localhost', '169.254.169.254'])
        expect(await codeOf(source, `http://${host}:${secretPort}/`)).toBe('source.forbidden');
      expect(asked).toEqual([]);
    } finally {
      await proxy.stop();
    }
  });
});
