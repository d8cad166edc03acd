import type { FailureCode } from '../../domain/failure.ts';
import type { FailureGuideEntry } from './entry.ts';

/** What `flants verify` finds at a destination, or in the answers of a CDN. */
export const verifyFailures = {
  'verify.missing': {
    means: 'A playlist at the destination names an object that is not there.',
    cause: 'It was deleted after the copy, or another tool published the playlist too early.',
    cure: 'Run the copy again with `--recheck`: it finds what is missing and copies it.',
  },
  'verify.size': {
    means:
      'An object has another size than the one that was copied, is shorter than a byte range needs, or is cut off, as its media or its encryption shows.',
    cause: 'Somebody replaced the object, another tool cut it off, or it was cut off at the source already.',
    cure: 'Delete the object and run the copy again with `--recheck`. If it is the same then, it is so at the source.',
  },
  'verify.checksum': {
    means: 'An object has other bytes than the ones that were copied.',
    cause: 'Somebody replaced the object, or the store damaged it.',
    cure: 'Delete the object and run the copy again with `--recheck`.',
  },
  'verify.wrong-body': {
    means:
      'An object is not what its playlist names: for example an HTML page, a segment in place of an initialization section, nothing that its key decrypts, or not compressed as its Content-Encoding says.',
    cause:
      'Another tool stored an error page as a segment, set a Content-Encoding that the bytes do not have, or stored another key. Some applications keep their keys in a form of their own, which only they decrypt with.',
    cure: 'Delete the object and copy it with FLAnts, which checks bodies before it stores them.',
  },
  'verify.outside': {
    means: 'A playlist points outside the destination, or the CDN redirects there, so players need another host.',
    cause:
      'The video was copied with `--external keep`, or by a tool that does not rewrite playlists. Of a redirect: the CDN falls back to the old home, or you verify another name than its own.',
    cure: 'Copy the video with FLAnts without `--external keep`, or keep the other host alive. Of a redirect: turn it off, or verify the address that it leads to.',
  },
  'verify.playlist': {
    means: 'A playlist cannot be read, or players would take it for a live stream.',
    cause: 'It was replaced, or lacks `EXT-X-ENDLIST`.',
    cure: 'Run the copy again with `--recheck`.',
  },
  'verify.type': {
    means: 'The CDN or the bucket gives a Content-Type that some players refuse.',
    cause: 'Another tool set the type, or the CDN changes it.',
    cure: 'The finding names the right header. [headers.md](headers.md) says how to set it at the destination.',
  },
  'verify.cors': {
    means: 'Players in web pages on another host may not read the files.',
    cause: 'The CDN sends no CORS headers.',
    cure: 'Attach a response headers policy: [migrate-hls-to-s3-cloudfront.md](migrate-hls-to-s3-cloudfront.md#cors).',
  },
  'verify.range': {
    means: 'The CDN does not answer byte ranges correctly.',
    cause:
      'A function or a proxy removes the Range header or refuses it, a cache answers all ranges with the first, or media is compressed on the way.',
    cure: 'Turn compression off for media, and let Range through. S3 and CloudFront answer ranges by themselves.',
  },
  'verify.head': {
    means: 'The CDN does not answer HEAD as it answers GET.',
    cause: 'The cache behaviour allows GET only.',
    cure: 'Allow GET, HEAD and OPTIONS in the cache behaviour.',
  },
  'verify.cache': {
    means: 'The Cache-Control of a file does not fit its role, or an error is cached for too long.',
    cause: 'The CDN overrides the header, or another tool stored the object without one.',
    cure: 'The finding names the right value. [headers.md](headers.md) says how to set it.',
  },
} as const satisfies Partial<Record<FailureCode, FailureGuideEntry>>;
