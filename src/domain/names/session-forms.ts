/** A known way of putting a session or a grant into the path of a URL. */
export interface SessionForm {
  readonly name: string;
  /** As in `TokenRules.sessionPatterns`. */
  readonly pattern: string;
  /** A path of that form. What is taken out stands between «». */
  readonly example: string;
  /** Where the form is described. */
  readonly source: string;
}

/**
 * The forms that are recognised without being told. Those of parameters are in `defaultTokenParameters`. Others are
 * named by `--session-pattern`, or found by reading playlists twice (`crawler/unstable-names`).
 */
export const sessionForms: readonly SessionForm[] = [
  {
    name: 'Wowza Streaming Engine: a session id in playlist and segment names',
    pattern: '/(?:chunklist|media|playlist|subtitlelist|keyframes)(_w\\d+)(?=[_.])',
    example: '/vod/class.mp4/chunklist«_w1843267105»_b1200000.m3u8',
    source: 'https://www.wowza.com/docs/how-to-troubleshoot-apple-hls-playback',
  },
  {
    name: 'Wowza Streaming Engine: an id of the packetizer in segment names',
    pattern: '/media(-u[0-9a-z]+)(?=_)',
    example: '/live/class.stream/media«-ucg5dnl8t»_0.ts',
    source: 'https://www.wowza.com/docs/how-to-configure-apple-hls-packetization-cupertinostreaming',
  },
  {
    name: 'Wowza SecureToken: the query, encoded in names',
    pattern: '/(?:chunklist|media)[^/]*?(_tk[0-9a-z+=%-]{8,})(?=[_.])',
    example: '/vod/class.mp4/media_b1200000«_tkd293emF0b2tlbmhhc2g9eA==»_0.ts',
    source: 'https://www.wowza.com/docs/how-to-protect-streaming-using-securetoken-in-wowza-streaming-engine',
  },
  {
    name: 'Akamai Edge Authorization, also Vimeo: a token in the path',
    pattern: '(/(?:(?:hdn[a-z]+|__token__)=)?(?:(?:st|exp|ip|acl|url|id|data|salt)=[^~]*~)+hmac=[0-9a-f]+)(?=/)',
    example: '«/exp=1780000000~acl=%2Fclass%2F*~hmac=0123456789abcdef»/class/index.m3u8',
    source: 'https://github.com/akamai/EdgeAuth-Token-Node',
  },
  {
    name: 'Google Cloud Media CDN: a token in the path',
    pattern: '(/edge-cache-token=[^/]+)(?=/)',
    example: '«/edge-cache-token=Expires=1780000000&KeyName=k&Signature=abc»/class/index.m3u8',
    source: 'https://cloud.google.com/media-cdn/docs/generate-tokens',
  },
  {
    name: 'bunny.net: a token in the path',
    pattern: '(/bcdn_token=[^/]+)(?=/)',
    example: '«/bcdn_token=HS256-abc&expires=1780000000&token_path=%2Fclass%2F»/class/index.m3u8',
    source: 'https://docs.bunny.net/cdn/security/token-authentication/advanced',
  },
  {
    name: 'CDN77: a hash and its expiry time in the path',
    pattern: '(/[0-9a-z_-]{22}(?:==|%3d%3d)?,\\d{10})(?=/)',
    example: '«/Zm9vYmFyYmF6cXV4MTIzNA==,1780000000»/class/index.m3u8',
    source: 'https://client.cdn77.com/support/knowledgebase/cdn-resource/how-do-i-set-up-secure-token',
  },
  {
    name: 'Alibaba Cloud CDN, type B: a time and a hash at the start of the path',
    pattern: '^(/20\\d{10}/[0-9a-f]{32})(?=/)',
    example: '«/202611290800/0123456789abcdef0123456789abcdef»/class/index.m3u8',
    source: 'https://www.alibabacloud.com/help/en/cdn/user-guide/type-b-signing',
  },
  {
    name: 'ASP.NET: a session id of a cookieless session',
    pattern: '(/\\(s\\([0-9a-z]{24}\\)\\))(?=/)',
    example: '«/(S(lit3py55t21z5v55vlm25s55))»/class/index.m3u8',
    source: 'https://learn.microsoft.com/en-us/dotnet/api/system.web.configuration.sessionstatesection.cookieless',
  },
  {
    name: 'Jakarta Servlet: a session id as a path parameter',
    pattern: '(;jsessionid=[^/;]*)',
    example: '/class/index.m3u8«;jsessionid=1A530637289A03B07199A44E8D531427»',
    source: 'https://jakarta.ee/specifications/servlet/6.0/jakarta-servlet-spec-6.0',
  },
];

/** The patterns of all known forms. */
export const defaultSessionPatterns: readonly string[] = sessionForms.map(({ pattern }) => pattern);
