import type { OptionSpec } from './option-spec.ts';

/** The page of a copy, and the one that plays a copy again. */
export const dashboardOptions = {
  dashboard: {
    group: 'Dashboard',
    kind: 'text',
    value: 'HOST:PORT',
    bare: '127.0.0.1:0',
    expected: 'host:port such as 127.0.0.1:4010 or [::1]:4010; port 0 is any that is free',
    text: 'serve a live page of the copy at this address; without an address, on a free port of this machine, which is printed',
    defaultText: 'no dashboard',
  },
  dashboardLinger: {
    group: 'Dashboard',
    kind: 'duration',
    default: '10m',
    orZero: true,
    text: 'how long the page stays after the end, unless somebody has seen the end and closed it',
  },
  titles: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'show titles of videos instead of numbers; the page never contains URLs',
  },
} as const satisfies Record<string, OptionSpec>;
