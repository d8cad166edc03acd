import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An invalidation that CloudFront has accepted. */
export interface AcceptedInvalidation {
  readonly id: string;
  readonly reference: string;
  readonly paths: readonly string[];
  isDone: boolean;
}

/** What is done with a request before it is looked at. */
export type Interference =
  /** It is refused. */
  | { readonly status: number; readonly code: string }
  /** Nothing comes back, before or after it was accepted. */
  | 'silence-before'
  | 'silence-after';

/** A server that speaks CloudFront's API as it is documented, of one distribution. */
export interface CloudFrontServer {
  readonly url: string;
  readonly distribution: string;
  readonly accepted: readonly AcceptedInvalidation[];
  /** References of all requests for an invalidation, those that were refused among them. */
  readonly references: readonly string[];
  /** Requests by method and path below the distribution, such as `GET /invalidation/I1`. */
  readonly requests: readonly string[];
  /** The highest number of paths, of those without and those with a wildcard, that were under way at a time. */
  readonly most: { single: number; wildcards: number };
  /** Interferes with the next requests for an invalidation, one after another. */
  interfere(...what: readonly Interference[]): void;
  /** Calls with each request for an invalidation, once it was accepted or left without an answer. */
  onInvalidation(listen: () => void): void;
  stop(): Promise<void>;
}

/** What a server begins with. */
export interface CloudFrontServerOptions {
  readonly origins?: readonly { readonly domainName: string; readonly path: string }[];
  /** How long an invalidation is under way. Absent: none ever is. */
  readonly durationMs?: number;
  /** Most paths under way: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html */
  readonly limits?: { readonly single: number; readonly wildcards: number };
}

const distribution = 'E2QWRUHAPOMQZL';
const namespace = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';

/** Starts a server on the loopback. */
export async function startCloudFront(options: CloudFrontServerOptions = {}): Promise<CloudFrontServer> {
  const { origins = [], durationMs, limits = { single: 3_000, wildcards: 15 } } = options;
  const accepted: AcceptedInvalidation[] = [];
  const [references, requests]: [string[], string[]] = [[], []];
  const interferences: Interference[] = [];
  const most = { single: 0, wildcards: 0 };
  let listen = (): void => {};

  const create = (body: string, response: ServerResponse): void => {
    const reference = /<CallerReference>([^<]+)<\/CallerReference>/.exec(body)?.[1] ?? '';
    const paths = Array.from(body.matchAll(/<Path>([^<]*)<\/Path>/g), ([, path = '']) => path.replaceAll('&amp;', '&'));
    const quantity = Number(/<Quantity>(\d+)<\/Quantity>/.exec(body)?.[1]);
    references.push(reference);
    const interference = interferences.shift();
    if (interference === 'silence-before') return listen();
    if (typeof interference === 'object') return refuse(response, interference.status, interference.code);
    if (reference === '' || quantity !== paths.length) return refuse(response, 400, 'InconsistentQuantities');
    // What the service itself calls invalid: no slash at the beginning, unsafe characters, a wildcard elsewhere than at the end.
    if (!paths.every((path) => /^\/[^\s<>"#{}|\\^~[\]`\u0080-\uffff]*$/.test(path)))
      return refuse(response, 400, 'InvalidArgument');
    const known = accepted.find((each) => each.reference === reference);
    if (known && known.paths.join() !== paths.join()) return refuse(response, 400, 'InvalidationBatchAlreadyExists');
    const made = known ?? add(reference, paths);
    if (!made) return refuse(response, 400, 'TooManyInvalidationsInProgress');
    if (interference === 'silence-after') return listen();
    answer(response, 201, invalidation(made));
    listen();
  };
  const add = (reference: string, paths: readonly string[]): AcceptedInvalidation | undefined => {
    const underWay = [...accepted.filter(({ isDone }) => !isDone).flatMap((each) => each.paths), ...paths];
    const wildcards = underWay.filter((path) => path.endsWith('*')).length;
    const single = underWay.length - wildcards;
    if (single > limits.single || wildcards > limits.wildcards) return undefined;
    most.single = Math.max(most.single, single);
    most.wildcards = Math.max(most.wildcards, wildcards);
    const made = { id: `I${accepted.length + 1}`, reference, paths, isDone: durationMs === undefined };
    if (durationMs !== undefined) setTimeout(() => (made.isDone = true), durationMs).unref();
    accepted.push(made);
    return made;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const { authorization = '' } = request.headers;
    const [, id, below = ''] = /^\/2020-05-31\/distribution\/([^/]+)(.*)$/.exec(request.url ?? '') ?? [];
    requests.push(`${request.method} ${below}`);
    if (!/^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/us-east-1\/cloudfront\/aws4_request, /.test(authorization))
      return refuse(response, 403, 'SignatureDoesNotMatch');
    if (id !== distribution) return refuse(response, 404, 'NoSuchDistribution');
    if (request.method === 'POST' && below === '/invalidation') return create(body, response);
    if (below === '') return answer(response, 200, described(origins));
    const found = accepted.find((each) => below === `/invalidation/${each.id}`);
    return found ? answer(response, 200, invalidation(found)) : refuse(response, 404, 'NoSuchInvalidation');
  };

  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    distribution,
    accepted,
    references,
    requests,
    most,
    interfere: (...what) => void interferences.push(...what),
    onInvalidation: (heard) => void (listen = heard),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answer(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'Content-Type': 'text/xml' }).end(`<?xml version="1.0"?>\n${xml}`);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${code} as documented.</Message></Error>`;
  answer(response, status, `<ErrorResponse xmlns="${namespace}">${error}<RequestId>1</RequestId></ErrorResponse>`);
}

function invalidation({ id, isDone, reference, paths }: AcceptedInvalidation): string {
  const items = paths.map((path) => `<Path>${path.replaceAll('&', '&amp;')}</Path>`).join('');
  const batch = `<Paths><Quantity>${paths.length}</Quantity><Items>${items}</Items></Paths><CallerReference>${reference}</CallerReference>`;
  const status = isDone ? 'Completed' : 'InProgress';
  return `<Invalidation xmlns="${namespace}"><Id>${id}</Id><Status>${status}</Status><CreateTime>2026-11-30T00:00:00Z</CreateTime><InvalidationBatch>${batch}</InvalidationBatch></Invalidation>`;
}

function described(origins: NonNullable<CloudFrontServerOptions['origins']>): string {
  const items = origins.map(
    ({ domainName, path }, at) =>
      `<Origin><Id>o${at}</Id><DomainName>${domainName}</DomainName><OriginPath>${path}</OriginPath></Origin>`,
  );
  const config = `<DistributionConfig><Origins><Quantity>${items.length}</Quantity><Items>${items.join('')}</Items></Origins></DistributionConfig>`;
  return `<Distribution xmlns="${namespace}"><Id>${distribution}</Id><Status>Deployed</Status><DomainName>d1.cloudfront.net</DomainName>${config}</Distribution>`;
}
