import type { OptionSpec } from './option-spec.ts';

/** The page of a copy, and the one that plays a copy again. */
export const dashboardOptions = {
  dashboard: {
    group: 'Dashboard',
    kind: 'text',
    value: 'HOST:PORT',
    bare: '127.0.0.1:0',
    expected: 'host:port such as 127.0.0.1:4010 or [::1]:4010; port 0 is any that is free',
    text: 'show the copy on a page, at this address or, as --dashboard alone, at a free port of this machine; its address is printed',
    defaultText: 'no page',
  },
  dashboardLinger: {
    group: 'Dashboard',
    kind: 'duration',
    default: '10m',
    orZero: true,
    text: 'how long the page stays after the end, until somebody has seen it there and closed it',
  },
  titles: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'show the titles of videos, which are numbered otherwise; URLs are never in it',
  },
} as const satisfies Record<string, OptionSpec>;
