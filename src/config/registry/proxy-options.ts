import type { OptionSpec } from './option-spec.ts';

/** Proxies on the way to source and destination. */
export const proxyOptions = {
  httpProxy: {
    group: 'Network',
    kind: 'text',
    value: 'URL',
    secret: true,
    expected: 'http://[user:password@]host[:port], or https://…',
    text: 'proxy for http:// URLs, to source and destination; set it in the environment to hide its password',
    defaultText: 'http_proxy, HTTP_PROXY',
    alsoEnv: ['http_proxy', 'HTTP_PROXY'],
  },
  httpsProxy: {
    group: 'Network',
    kind: 'text',
    value: 'URL',
    secret: true,
    expected: 'http://[user:password@]host[:port], or https://…',
    text: 'proxy for https:// URLs; it must support CONNECT',
    defaultText: 'https_proxy, HTTPS_PROXY',
    alsoEnv: ['https_proxy', 'HTTPS_PROXY'],
  },
  proxyBypass: {
    group: 'Network',
    kind: 'list',
    separator: ',',
    value: 'HOST,…',
    text: 'hosts to reach without a proxy: names with their subdomains, addresses, networks such as 10.0.0.0/8, or *',
    defaultText: 'no_proxy, NO_PROXY',
    alsoEnv: ['no_proxy', 'NO_PROXY'],
  },
} as const satisfies Record<string, OptionSpec>;
