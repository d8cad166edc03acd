import type { FailureCode } from '../../domain/failure.ts';
import type { FailureGuideEntry } from './entry.ts';

/** Failures of playlists, of catalogues, and of decisions about videos. */
export const videoFailures = {
  'hls.not-a-playlist': {
    means: 'The URL does not return an HLS playlist: its text does not begin with `#EXTM3U`.',
    cause: 'The URL leads to a web page, an error page or a media file.',
    cure: 'Open the URL in a browser, and put the URL of the `.m3u8` into the catalogue.',
  },
  'hls.empty': {
    means: 'The playlist is empty, or leads to no media at all.',
    cause: 'The recording never started, or the encoder wrote nothing.',
    cure: 'Take the video out of the catalogue, or record it again.',
  },
  'hls.malformed': {
    means:
      'A line of the playlist breaks the standard, such as a tag without its URI or with an unreadable byte range.',
    cause: 'The packager has a fault, or somebody edited the playlist by hand.',
    cure: 'The message names the line. Correct it at the source and run the same command again.',
  },
  'hls.cycle': {
    means: 'The playlists of this video include each other in a circle.',
    cause: 'The packager has a fault, or a redirect leads back to the multivariant playlist.',
    cure: 'The message shows the circle. Correct it at the source.',
  },
  'hls.live': {
    means: 'The recording is not over, or its playlist is not whole.',
    cause:
      'There is no `EXT-X-ENDLIST` yet, or the last low-latency parts belong to no segment, or the server left segments out (`EXT-X-SKIP`).',
    cure: 'Run the same command after its end; a cluster looks again by itself. If the encoder died, use `--assume-ended`.',
  },
  'hls.variables': {
    means:
      'The playlist uses a variable (`EXT-X-DEFINE`) that has no value, or two, or whose value must not be stored.',
    cause:
      'It imports what the playlist above it does not define, or names a query parameter that its URL lacks, or defines a variable twice. Or a token of its URL stands in a path.',
    cure: 'Name the multivariant playlist, with its whole URL. Else correct it at the source.',
  },
  'hls.steering': {
    means: 'An earlier version refused the playlist for its content steering. This one copies such videos.',
    cause: 'The multivariant playlist has `EXT-X-CONTENT-STEERING`.',
    cure: 'Run the same copy again. In a cluster, run `flants retry`.',
  },
  'hls.external': {
    means: 'The playlist names something that cannot be copied, such as a URI of another scheme.',
    cause: 'A tag names an app or a DRM scheme that is not known as one.',
    cure: 'If players need the URI as it is, use `--external keep`. Reports list every URI that was kept.',
  },
  'hls.interstitial': {
    means:
      'The playlist names interstitials, such as advertisements, of another host or in a list. They are not copied.',
    cause: 'An `EXT-X-DATERANGE` names an asset of another host (`X-ASSET-URI`), or an asset list.',
    cure: 'Use `--external keep` to leave them where they are, or remove the tag. Assets of the same host are copied.',
  },
  'hls.dash': {
    means: 'The URL returns a DASH manifest. FLAnts copies HLS.',
    cause: 'The catalogue has the URL of the `.mpd`.',
    cure: 'Use the URL of the `.m3u8` of the same video.',
  },
  'hls.limit': {
    means:
      'The video is larger than FLAnts accepts: 64 MiB and 2,000,000 lines a playlist, 1,000 playlists with 256 MiB in all, 1,000,000 files.',
    cause: 'The playlist is generated without end, or many videos share one multivariant playlist.',
    cure: 'Split it at the source.',
  },
  'catalogue.unreadable': {
    means: 'The catalogue could not be read, or names no video.',
    cause: 'The file is missing, is neither CSV, JSON nor NDJSON, or all its rows were refused.',
    cure: 'The message names the line. The form of a catalogue is in [catalogues.md](catalogues.md).',
  },
  'catalogue.silent': {
    means:
      'A cluster asked the catalogue for the token in the URL of this video, which is stored nowhere else, and got no answer. The video waits.',
    cause: 'The database or API of the catalogue is down, overloaded or not reached from this machine.',
    cure: 'See why the catalogue does not answer. The video goes on by itself when it does.',
  },
  'catalogue.row': {
    means: 'A row of the catalogue was refused. The other rows are copied.',
    cause: 'Its id or URL is missing or not valid.',
    cure: 'Correct the row that the message names and run the same command again.',
  },
  'catalogue.duplicate': {
    means: 'Two rows have the same id. The first one counts.',
    cause: 'The catalogue names a video twice, or two videos share an id.',
    cure: 'Give each video an id of its own.',
  },
  'catalogue.rule': {
    means: 'A row does not meet a rule that you set with `--rule`.',
    cause: 'A field has another value than the rule demands.',
    cure: 'Correct the row, or the rule.',
  },
  'video.unknown': {
    means: 'The library has no video or file with this name.',
    cause: 'The id has a typing error, or belongs to another destination.',
    cure: 'List the ids: `flants status DESTINATION --all`.',
  },
  'video.state': {
    means: 'The video is not in a state that allows this.',
    cause: 'For example `accept` without a failed file, or `purge` of a video that is not cancelled.',
    cure: 'Look at it with `flants show DESTINATION VIDEO`; the message says what has to come first.',
  },
} as const satisfies Partial<Record<FailureCode, FailureGuideEntry>>;
