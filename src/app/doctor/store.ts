import type { ProxySettings } from '../../config/values/proxies.ts';
import { judgeClock } from '../../domain/clock-skew.ts';
import { failureOf } from '../../domain/failure.ts';
import type { Finding } from '../../domain/report/finding.ts';
import { minute } from '../../domain/units.ts';
import { crc32Hex } from '../../storage/checksum.ts';
import { askHost } from '../../storage/host-facts.ts';
import type { HostFacts } from '../../storage/host-facts.ts';
import type { ObjectStore, StoreCapabilities } from '../../storage/object-store.ts';
import { probeStore } from '../../storage/probe/capabilities.ts';
import { addressOf } from '../../storage/s3/address.ts';
import { readBucketSettings } from '../../storage/s3/bucket-settings.ts';
import type { S3Credentials } from '../../storage/s3/credentials.ts';
import { askIdentity } from '../../storage/s3/identity.ts';
import { connectStore, storeTimeouts } from '../connect.ts';
import type { StoreSpec } from '../connect.ts';
import { credentialsOf } from '../destination-setting.ts';
import type { DestinationSetting } from '../destination-setting.ts';
import { shortcomingsOf } from '../shortcomings.ts';
import { judgeBucket } from './bucket.ts';
import { spaceFinding } from './machine.ts';
import { faultOf } from './mend.ts';

/** What a store is looked at for. */
export interface StoreCheck {
  /** `destination` or `journal`. */
  readonly what: string;
  readonly setting: DestinationSetting;
  readonly proxies: ProxySettings;
  /** Whether players read from it, so that rules for browsers matter. */
  readonly isPublished: boolean;
  readonly signal: AbortSignal;
}

type BucketSpec = Extract<StoreSpec, { kind: 's3' }>;

/** Looks at a store: who we are there, the way to it, what we may do, what it guards, and how the bucket is set up. */
export async function checkStore(check: StoreCheck): Promise<readonly Finding[]> {
  const { store } = check.setting;
  if (store.kind === 'folder') return checkFolder(check, store.path);
  const way = await checkWay(check, store);
  if (way.some(({ check: name, level }) => name === 'network' && level === 'fault')) return way;
  const obtain = credentialsOf(check.setting, check.proxies);
  try {
    const credentials = await obtain();
    return [
      ...way,
      await credentialsFinding(credentials, check, store),
      ...(await checkRights(check, obtain)),
      ...(check.isPublished ? await checkBucket(check, store, obtain) : []),
    ];
  } catch (error) {
    check.signal.throwIfAborted();
    return [...way, faultOf('credentials', undefined, failureOf(error))];
  }
}

async function checkFolder(check: StoreCheck, path: string): Promise<readonly Finding[]> {
  const findings = await checkRights(check, neverAsked);
  if (findings.some(({ level }) => level === 'fault')) return findings;
  const space = await spaceFinding(`${check.what} space`, path, 'make room, or name a folder on another disk').catch(
    () => undefined,
  );
  return space ? [...findings, space] : findings;
}

const neverAsked = (): Promise<S3Credentials> => Promise.reject(new Error('a folder needs no credentials'));

const soonMs = 14 * 24 * 60 * minute;

async function checkWay({ proxies, signal }: StoreCheck, store: BucketSpec): Promise<readonly Finding[]> {
  const origin = new URL(addressOf(store.bucket, store.region, store.endpoint).origin);
  const access = { proxies, signal, ...(store.ca === undefined ? {} : { ca: store.ca }) };
  try {
    const facts = await askHost(origin, access);
    return [
      { check: 'network', subject: origin.host, level: 'ok', message: wayText(origin, facts) },
      ...certificateFindings(origin, facts),
      ...(facts.clockDifferenceMs === undefined ? [] : [judgeClock(facts.clockDifferenceMs, origin.host)]),
    ];
  } catch (error) {
    signal.throwIfAborted();
    return [faultOf('network', origin.host, failureOf(error))];
  }
}

function wayText({ protocol }: URL, { addresses, proxy }: HostFacts): string {
  const name = addresses === undefined ? '' : `its name leads to ${addresses.slice(0, 3).join(', ')}; `;
  const way = proxy === undefined ? '' : `through the proxy ${proxy}; `;
  return `${name}${way}it answers${protocol === 'https:' ? ' over TLS' : ', without TLS'}`;
}

function certificateFindings(origin: URL, { certificateEndsAt: endsAt }: HostFacts): readonly Finding[] {
  if (endsAt === undefined || endsAt - Date.now() > soonMs) return [];
  const message = `its certificate ends on ${new Date(endsAt).toISOString().slice(0, 10)}`;
  return [
    { check: 'TLS', subject: origin.host, level: 'warning', message, mend: 'renew the certificate of the store' },
  ];
}

async function credentialsFinding(
  credentials: S3Credentials,
  { setting, proxies, signal }: StoreCheck,
  { endpoint, region, ca }: BucketSpec,
): Promise<Finding> {
  const { accessKeyId, expiresAtMs, from = 'the AWS SDK' } = credentials;
  // Stores other than AWS have no such service, and must not see these keys at another place.
  const identity =
    endpoint === undefined
      ? await askIdentity({ credentials, region, proxies, signal, ...(ca === undefined ? {} : { ca }) })
      : undefined;
  const profile = setting.profile === undefined ? '' : `, profile ${setting.profile}`;
  const who = identity ?? `access key ${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-2)}`;
  const message = `${who}, from ${from}${profile}`;
  if (expiresAtMs === undefined) return { check: 'credentials', level: 'ok', message };
  const leftMs = expiresAtMs - Date.now();
  const ends = `${message}; they end at ${new Date(expiresAtMs).toISOString().slice(0, 16)}Z`;
  // What a role gives is renewed by itself; what stands in the environment is not.
  if (leftMs > 60 * minute || !from.startsWith('the environment'))
    return { check: 'credentials', level: 'ok', message: ends };
  const mend = 'get new ones, or use a profile or role that renews them: aws sso login';
  return { check: 'credentials', level: leftMs <= 0 ? 'fault' : 'warning', message: ends, mend };
}

/** Probes what the store guards, then does once each thing that a copy does, with an object that is removed. */
async function checkRights(
  { what, setting, proxies, signal }: StoreCheck,
  credentials: () => Promise<S3Credentials>,
): Promise<readonly Finding[]> {
  const bare = connectStore(setting.store, { credentials, proxies });
  try {
    const capabilities = await probeStore(bare, { signal });
    const guarded = connectStore(setting.store, { credentials, proxies, capabilities });
    try {
      return [...(await tryRights(guarded, what, signal)), ...judgeCapabilities(capabilities, what, setting)];
    } finally {
      await guarded.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return [faultOf(what, setting.name, failureOf(error))];
  } finally {
    await bare.close();
  }
}

/** What may be there from a doctor that was not allowed to delete it. */
const rightsKey = '.flants-doctor';

/** A right of ours, tried. */
interface Trial {
  readonly right: string;
  readonly use: string;
  readonly level: 'warning' | 'fault';
  readonly run: (store: ObjectStore, signal: AbortSignal) => Promise<unknown>;
}

const body = Buffer.from('written by flants doctor; can be deleted\n');
const objectOptions = { contentType: 'text/plain', cacheControl: 'no-store' } as const;

const trials: readonly Trial[] = [
  {
    right: 's3:PutObject',
    use: 'nothing can be copied',
    level: 'fault',
    run: (store, signal) =>
      store.put(rightsKey, body, crc32Hex(body), { ...objectOptions, condition: { ifNoneMatch: '*' }, signal }),
  },
  {
    right: 's3:ListBucket',
    use: 'a copy that goes on asks for each object, and verify knows nothing of extra ones',
    level: 'warning',
    run: async (store, signal) => {
      for await (const _ of store.list(rightsKey, { signal })) return;
    },
  },
  {
    right: 's3:GetObject',
    use: 'what is there already cannot be compared',
    level: 'fault',
    run: async (store, signal) => {
      const found = await store.get(rightsKey, { signal });
      if (found) for await (const _ of found.body) continue;
    },
  },
  {
    right: 's3:AbortMultipartUpload',
    use: 'large files cannot be sent in parts',
    level: 'fault',
    run: async (store, signal) => (await store.upload(`${rightsKey}-parts`, { ...objectOptions, signal })).abort(),
  },
  {
    right: 's3:DeleteObject',
    use: 'the small objects that probe the store stay there',
    level: 'warning',
    run: (store, signal) => store.delete(rightsKey, { signal }),
  },
];

async function tryRights(store: ObjectStore, what: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { right, use, level, run } of trials) {
    try {
      await run(store, signal);
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(error);
      const message = `${failure.message}; without it ${use}`;
      findings.push({ ...faultOf(what, store.name, { ...failure, message }), level, mend: `allow ${right}` });
    }
  }
  const message = 'an object was written, listed, read and removed';
  return findings.length > 0 ? findings : [{ check: what, subject: store.name, level: 'ok', message }];
}

function judgeCapabilities(
  capabilities: StoreCapabilities,
  what: string,
  { name, store }: DestinationSetting,
): readonly Finding[] {
  // A copy renames what a store would mix up, and nobody notices; nor is a folder expected to keep headers.
  const byNature = store.kind === 'folder' ? { metadata: true, cacheControl: true } : {};
  const { unguarded, unkept } = shortcomingsOf({ ...capabilities, ...byNature, emptySegments: true });
  const place = { check: `${what} guards`, subject: name };
  if (unguarded.length + unkept.length === 0)
    return [{ ...place, level: 'ok', message: 'the store honours conditional writes and checks checksums' }];
  const lacks = (message: string, mend: string): Finding => ({ ...place, level: 'warning', message, mend });
  return [
    ...unguarded.map((risk) =>
      lacks(risk, 'let nothing else write there during a copy, or use another store: docs/stores.md'),
    ),
    ...unkept.map((loss) => lacks(`the store does not keep ${loss}`, 'docs/stores.md says which stores do')),
  ];
}

async function checkBucket(
  { proxies, signal }: StoreCheck,
  store: BucketSpec,
  credentials: () => Promise<S3Credentials>,
): Promise<readonly Finding[]> {
  const { kind: _, prefix: __, ...place } = store;
  const settings = await readBucketSettings(
    { ...place, connections: 2, credentials, proxies, timeouts: storeTimeouts },
    { signal },
  );
  return judgeBucket(store.bucket, settings);
}
