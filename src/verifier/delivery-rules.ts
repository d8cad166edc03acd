import { mediaTypeOf } from '../domain/media-type.ts';
import type { DeliveryFinding } from '../domain/report/verification.ts';
import type { ObjectRole } from '../domain/object-headers.ts';
import { headersOf, isPlaylist } from '../domain/object-headers.ts';

/** An answer without its body. Header names are in lower case. */
export interface DeliveryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer to a GET with `Range: bytes=from-to`. */
export interface RangeAnswer extends DeliveryAnswer {
  readonly from: number;
  readonly to: number;
}

/** The answers to what browsers, Safari and caches ask about one object. */
export interface DeliveryAnswers {
  readonly url: string;
  readonly role: ObjectRole;
  /** Whether some playlist names ranges of it. */
  readonly hasRanges: boolean;
  /** As the walk over the copy has seen it. Absent: nobody told. */
  readonly sizeBytes?: number;
  /** To a GET with `Origin`, with `Range: bytes=0-1` unless it is a playlist, or that is refused. */
  readonly get: DeliveryAnswer;
  /** To a GET with `Range`, for each range that was asked for: none of a playlist. */
  readonly ranges: readonly RangeAnswer[];
  /** To the question of a browser before a GET with `Range` from another origin. */
  readonly preflight: DeliveryAnswer;
  readonly head: DeliveryAnswer;
}

/** Where the page that asks for it says it is from. */
export const pageOrigin = 'https://player.example';

type Found = Omit<DeliveryFinding, 'role' | 'url'>;

const corsPolicy =
  'CloudFront: attach a response headers policy with CORS to the cache behaviour (Managed-CORS-With-Preflight); S3: aws s3api put-bucket-cors, and forward Origin by the origin request policy Managed-CORS-S3Origin';
const typeMend = (type: string): string =>
  `S3: aws s3 cp s3://BUCKET/KEY s3://BUCKET/KEY --metadata-directive REPLACE --content-type ${type}; flants copy sets it (--header-policy)`;
const cacheMend = (value: string): string =>
  `S3: flants copy sets it (--header-policy); CloudFront: a response headers policy with Cache-Control "${value}"`;

/**
 * Judges how an object is delivered.
 *
 * | asked                      | minds                          | level   |
 * |----------------------------|--------------------------------|---------|
 * | type of a playlist         | strict players                 | warning |
 * | the same, not named .m3u8  | Safari, AVPlayer               | fault   |
 * | type of a file: text/html  | Safari, nosniff                | fault   |
 * | Range, named by a playlist | all                            | fault   |
 * | Range otherwise            | seeking in AVPlayer, caches    | warning |
 * | Range: other bytes come    | all that ask for ranges        | fault   |
 * | CORS                       | browsers on other hosts        | warning |
 * | HEAD                       | AVPlayer, download managers    | warning |
 * | Cache-Control by role      | caches, whoever pays           | warning |
 */
export function judgeDelivery(answers: DeliveryAnswers): readonly DeliveryFinding[] {
  const { role, url } = answers;
  const found = [
    ...typeFindings({ ...answers, contentType: answers.get.headers['content-type'] }),
    ...rangeFindings(answers),
    ...corsFindings(answers),
    ...headFindings(answers),
    ...cacheFindings(answers),
  ];
  return found.map((finding) => ({ ...finding, role, url }));
}

/** RFC 8216 section 4: the first two; the others are as old, and players take them. */
const playlistTypes = new Set([
  'application/vnd.apple.mpegurl', 'audio/mpegurl', 'application/x-mpegurl', 'audio/x-mpegurl', 'application/mpegurl',
]); // prettier-ignore

/** Judges the Content-Type of an object that is kept in a store, and will be delivered with it. */
export function judgeType(object: TypedObject): readonly DeliveryFinding[] {
  const { role, url } = object;
  return typeFindings(object).map((finding) => ({ ...finding, role, url }));
}

/** What the judgement of a type depends on. */
interface TypedObject extends Pick<DeliveryAnswers, 'url' | 'role'> {
  readonly contentType: string | undefined;
}

function typeFindings({ url, role, contentType }: TypedObject): readonly Found[] {
  const type = mediaTypeOf(contentType) ?? '';
  const { contentType: right } = headersOf(new URL(url).pathname, role);
  const wrong = (level: DeliveryFinding['level'], who: string): readonly Found[] => {
    const message = `its Content-Type is ${type === '' ? 'missing' : type}: ${who}`;
    return [{ code: 'verify.type', level, message, header: `Content-Type: ${right}`, mend: typeMend(right) }];
  };
  if (isPlaylist(role)) {
    if (playlistTypes.has(type)) return [];
    // RFC 8216 section 4: a playlist is known by the end of its path, or else by its type.
    const isNamed = /\.m3u8?$/i.test(new URL(url).pathname);
    return isNamed
      ? wrong('warning', 'players know it by its name, but strict ones and validators refuse it')
      : wrong('fault', 'nothing says to Safari and AVPlayer that it is a playlist');
  }
  if (role === 'key' || role === 'data') return [];
  if (/^(?:text\/(?:html|plain)|application\/json)$/.test(type))
    return wrong('fault', 'Safari refuses media of that type, and so do browsers with X-Content-Type-Options: nosniff');
  if (right === 'text/vtt' && type !== 'text/vtt')
    return wrong('warning', 'some players refuse subtitles of that type');
  return [];
}

/** The first thing that is wrong with the answers to ranges, since one cause has all of them. */
function rangeFindings({ ranges, hasRanges, sizeBytes }: DeliveryAnswers): readonly Found[] {
  const mend =
    'S3 and CloudFront answer ranges by themselves: see what stands between (a function, another proxy, compression of media)';
  for (const { from, to, status, headers } of ranges) {
    const answered = `a GET with Range bytes=${from}-${to} is answered with`;
    if (status !== 206) {
      const who = hasRanges
        ? 'a playlist names ranges of it, which no player gets'
        : 'AVPlayer wants it for progressive files, and a broken download begins anew';
      const message = `${answered} ${status}${status === 200 ? ' and the whole object' : ''}: ${who}`;
      const level = hasRanges ? 'fault' : 'warning';
      return [{ code: 'verify.range', level, message, header: 'Accept-Ranges: bytes', mend }];
    }
    const coding = headers['content-encoding'] ?? 'identity';
    if (coding !== 'identity') {
      const message = `it is sent with Content-Encoding ${coding}: ranges of it are of the compressed bytes`;
      return [{ code: 'verify.range', level: 'fault', message, header: 'Content-Encoding: (none)', mend }];
    }
    const right = rightRange({ from, to }, headers, sizeBytes);
    if (right !== undefined) {
      const { 'content-range': said = 'none', 'content-length': length } = headers;
      const came = length === undefined ? '' : ` and ${length} bytes`;
      const message = `${answered} the Content-Range ${said}${came}: players take other bytes for those that they asked for`;
      return [{ code: 'verify.range', level: 'fault', message, header: `Content-Range: ${right}`, mend }];
    }
  }
  return [];
}

/**
 * The Content-Range that an answer must have, where it has another. Its length may be unknown, as `*`. RFC 9110 section
 * 14.4.
 *
 * @returns undefined if it is right
 */
function rightRange(
  { from, to }: Pick<RangeAnswer, 'from' | 'to'>,
  headers: DeliveryAnswer['headers'],
  sizeBytes: number | undefined,
): string | undefined {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(headers['content-range']?.trim() ?? '') ?? [];
  const size = sizeBytes ?? (total === undefined || total === '*' ? undefined : Number(total));
  const end = Math.min(to, (size ?? Infinity) - 1);
  const length = headers['content-length'] ?? String(end - from + 1);
  const isTotal = total === '*' || Number(total) === size;
  const isRight = Number(first) === from && Number(last) === end && isTotal && Number(length) === end - from + 1;
  return isRight ? undefined : `bytes ${from}-${end}/${size ?? '*'}`;
}

function corsFindings({ get, preflight, role }: DeliveryAnswers): readonly Found[] {
  const lacks = (message: string, header: string): Found => ({
    code: 'verify.cors',
    level: 'warning',
    message,
    header,
    mend: corsPolicy,
  });
  if (!allowsOrigin(get)) {
    const said = get.headers['access-control-allow-origin'];
    const what = said === undefined ? 'it has no Access-Control-Allow-Origin' : `it allows only the origin ${said}`;
    return [
      lacks(`${what}: players in browsers (hls.js) on other hosts do not get it`, 'Access-Control-Allow-Origin: *'),
    ];
  }
  if (isPlaylist(role)) return [];
  const found: Found[] = [];
  const isAnswered = preflight.status >= 200 && preflight.status < 300 && allowsOrigin(preflight);
  if (!isAnswered || !lists(preflight, 'access-control-allow-headers', 'range')) {
    const message = `the preflight (OPTIONS) of a request with Range is answered with ${preflight.status}${isAnswered ? ', and does not allow Range' : ''}: older browsers ask before they fetch ranges`;
    found.push(lacks(message, 'Access-Control-Allow-Headers: Range'));
  }
  if (
    !lists(get, 'access-control-expose-headers', 'content-range') ||
    !lists(get, 'access-control-expose-headers', 'content-length')
  ) {
    const message = 'pages may not read Content-Length and Content-Range: players cannot measure ranges and progress';
    found.push(lacks(message, 'Access-Control-Expose-Headers: Content-Length, Content-Range'));
  }
  return found;
}

function allowsOrigin({ headers }: DeliveryAnswer): boolean {
  const allowed = headers['access-control-allow-origin'];
  return allowed === '*' || allowed === pageOrigin;
}

function lists({ headers }: DeliveryAnswer, header: string, name: string): boolean {
  const names = (headers[header] ?? '').split(',').map((each) => each.trim().toLowerCase());
  return names.includes('*') || names.includes(name);
}

function headFindings({ head, get }: DeliveryAnswers): readonly Found[] {
  const mend = 'CloudFront: allow GET, HEAD and OPTIONS in the cache behaviour';
  const finding = (message: string, header: string): readonly Found[] => [
    { code: 'verify.head', level: 'warning', message, header, mend },
  ];
  if (head.status !== 200)
    return finding(
      `HEAD is answered with ${head.status}, GET with ${get.status}: AVPlayer and monitors ask by HEAD`,
      'Allow: GET, HEAD',
    );
  // A compressed answer may be sent in chunks.
  if (head.headers['content-length'] === undefined && head.headers['content-encoding'] === undefined)
    return finding('the answer to HEAD has no Content-Length', 'Content-Length: (size)');
  return [];
}

const day = 24 * 3600;
/** A playlist that is replaced is seen after so many seconds at the latest. */
const longForPlaylist = day;
const shortForFile = day;

function cacheFindings({ get, role, url }: DeliveryAnswers): readonly Found[] {
  const { cacheControl: right } = headersOf(new URL(url).pathname, role);
  const value = get.headers['cache-control'];
  const finding = (message: string): readonly Found[] => [
    { code: 'verify.cache', level: 'warning', message, header: `Cache-Control: ${right}`, mend: cacheMend(right) },
  ];
  const seconds = cachedSeconds(value);
  if (isPlaylist(role)) {
    if (seconds === undefined)
      return finding('it has no Cache-Control: caches decide by themselves how long they keep it');
    if (seconds > longForPlaylist)
      return finding(`it may be kept for ${seconds} s: whoever has it does not see a later version`);
    return [];
  }
  // Keys may be kept by nobody on purpose.
  if (role === 'key' || role === 'data') return [];
  if (seconds === undefined) return finding('it has no Cache-Control: caches ask for it again and again');
  if (seconds < shortForFile) return finding(`it may be kept for ${seconds} s only: caches ask for it again and again`);
  return [];
}

/** For how long a shared cache may keep an answer. Undefined if it does not say. RFC 9111 section 5.2.2. */
export function cachedSeconds(cacheControl: string | undefined): number | undefined {
  if (cacheControl === undefined) return undefined;
  if (/\b(?:no-store|no-cache|private)\b/i.test(cacheControl)) return 0;
  const said = /\bs-maxage=(\d+)/i.exec(cacheControl) ?? /\bmax-age=(\d+)/i.exec(cacheControl);
  return said ? Number(said[1]) : undefined;
}

const longForError = 60;

/** Judges the answer to an object that does not exist. */
export function judgeMissing(url: string, { status, headers }: DeliveryAnswer): readonly DeliveryFinding[] {
  const place = { role: 'missing object', url, level: 'warning' } as const;
  if (status < 400) {
    const message = `an object that does not exist is answered with ${status}: players take a page for media, and caches keep it`;
    const mend = 'CloudFront: remove the custom error response that turns 403 and 404 into a page with status 200';
    return [{ ...place, code: 'verify.type', message, header: 'status 404', mend }];
  }
  const seconds = cachedSeconds(headers['cache-control']) ?? 0;
  if (seconds <= longForError) return [];
  const message = `the error for an object that does not exist may be kept for ${seconds} s: a video that comes later is not seen`;
  const mend =
    'CloudFront: custom error responses for 403 and 404 with an error caching minimum TTL of 5 s, and no Cache-Control on errors';
  return [{ ...place, code: 'verify.cache', message, header: 'Cache-Control: no-store', mend }];
}
