import type { FailureCode } from '../../domain/failure.ts';
import type { FailureGuideEntry } from './entry.ts';

/** Failures of the place that videos are copied from. */
export const sourceFailures = {
  'source.unreachable': {
    means: 'FLAnts could not connect to the source, or could not read a local file.',
    cause: 'The host is down, a firewall blocks the connection, or this user may not read the file.',
    cure: 'Open the URL from this machine with `curl -I`. Once the source is back, run the same command again.',
  },
  'source.host-unknown': {
    means: 'The name of the source’s host does not resolve.',
    cause:
      'The URL has a typing error, the old domain has been given up, or this machine has no DNS for an internal name.',
    cure: 'Check the name with `getent hosts NAME`, then correct the catalogue or the DNS settings.',
  },
  'source.tls': {
    means: 'The source’s TLS certificate is not trusted.',
    cause: 'The certificate has expired, names another host, or comes from a private certificate authority.',
    cure: 'Renew the certificate, or name your own authority with `--ca FILE`.',
  },
  'source.timeout': {
    means:
      'The source did not answer, or stopped sending, for longer than `--source-timeout`, or sent next to nothing for long.',
    cause: 'The source is overloaded, or the network drops packets.',
    cure: 'Lower `--concurrency` or set `--source-tpslimit`. For a source that is always slow, raise `--source-timeout`.',
  },
  'source.silent': {
    means:
      'The file or playlist was not asked for yet: its host kept other requests waiting until their time-out, or for seconds before it refused them, and is left alone for up to a minute.',
    cause: 'The host is down or overloaded, or the network drops packets.',
    cure: 'Nothing is lost: other hosts are copied from meanwhile. FLAnts asks again now and then, and gives up when nothing else has been left to do for `--patience`.',
  },
  'source.status': {
    means:
      'The source answered with a status that is neither success nor one of the statuses that have their own code.',
    cause: 'A 5xx is a fault of the source. A 4xx means that it does not accept the request.',
    cure: 'Look for the status in the source’s log. FLAnts repeats a 5xx by itself; for a 4xx correct the URL or the headers.',
  },
  'source.throttled': {
    means: 'The source asked for fewer requests (429, 503), or broke off the connections of several files.',
    cause: 'The copy is faster than the source allows, or has more connections than it takes from one address.',
    cure: 'Nothing is lost: FLAnts asks as fast as the source serves, and goes on. If you know the limit, set `--source-tpslimit`, `--concurrency` or `--bwlimit` just below it: that is a little faster. What the source never serves fails when nothing else has been left to do for `--patience`, and the next run tries it again.',
  },
  'source.not-found': {
    means: 'The source does not have this file (404).',
    cause: 'A playlist names a file that has been deleted, or the URL in the catalogue is wrong.',
    cure: 'Restore the file and run `flants retry`, then the same copy. If it is lost, accept that: `flants accept`. A copy that was made of it before stays at the destination, and players find it there.',
  },
  'source.gone': {
    means: 'The source says that the file is gone (410), also after FLAnts asked for a fresh URL.',
    cause: 'The file was removed on purpose, or a signed URL has expired.',
    cure: 'Get a fresh playlist URL if yours expires. If the file is lost, publish without it: `flants accept`.',
  },
  'source.denied': {
    means: 'The source refused access (401 or 403).',
    cause: 'The source wants a header, a cookie or a token, or the one you gave has expired.',
    cure: 'Pass what it wants with `--header "Authorization: …"` or `--header-file FILE`, then `flants retry --failed-by source.denied`.',
  },
  'source.short-body': {
    means: 'The source sent fewer bytes than it announced, or more.',
    cause: 'The connection broke, a proxy cut the body, or the file was written while it was read.',
    cure: 'FLAnts tries three times. If it still fails, compare Content-Length with the size of the file at the source.',
  },
  'source.wrong-body': {
    means:
      'The bytes are not what the playlist says: HTML instead of media, an empty segment, a key of the wrong length.',
    cause: 'The source answers an error page with status 200, or the file is damaged there.',
    cure: 'Open the URL in a browser. Repair the file, or accept its loss: `flants accept`.',
  },
  'source.too-large': {
    means: 'A body is larger than FLAnts accepts; a compressed one may not grow without limit.',
    cause: 'A compressed body expands to far more than its size, or the URL leads to something that is not a segment.',
    cure: 'Open the URL. If the file is right, serve it without Content-Encoding.',
  },
  'source.redirects': {
    means: 'Redirects lead in a circle, or there are too many of them.',
    cause: 'The source is misconfigured, or it redirects every request without a cookie to a login page.',
    cure: 'Follow them with `curl -IL URL`, and put the final URL into the catalogue.',
  },
  'source.changed': {
    means: 'A file or playlist at the source changed after the video was planned.',
    cause:
      'The video was encoded again while it was being copied. In a cluster also: a `transfer` process may not read the playlists that the crawler reads.',
    cure: 'Nothing to do: FLAnts reads the playlists again and makes a new plan. If it never settles, copy when the encoder is done; in a cluster, give `transfer` the same catalogue and headers as the crawler.',
  },
  'source.refused': {
    means: 'FLAnts does not read URLs of this kind, or a proxy refuses to fetch it.',
    cause:
      'A redirect or a playlist leads to something that is no http(s) URL, or to a local file outside the library.',
    cure: 'Correct the URL at the source. `--external keep` leaves foreign URIs in a playlist as they are.',
  },
  'source.forbidden': {
    means: 'A playlist or a redirect leads to a private address that you did not name as a source.',
    cause: 'The segments are on an internal host, or a foreign playlist tries to reach one.',
    cure: 'If the host belongs to the library, allow it: `--allow-host HOST`.',
  },
  'proxy.denied': {
    means: 'The proxy refused the connection.',
    cause: 'The proxy wants a password, or its rules forbid this host.',
    cure: 'Check `HTTPS_PROXY` and `HTTP_PROXY`, or name the host in `NO_PROXY`.',
  },
} as const satisfies Partial<Record<FailureCode, FailureGuideEntry>>;
