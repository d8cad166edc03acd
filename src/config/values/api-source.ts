import type { AllowedHost } from './allowed-host.ts';
import type { Header } from './headers.ts';
import type { MongoFields } from './mongo.ts';
import type { ProxySettings } from './proxies.ts';
import type { SinceQuery } from './since-query.ts';

/** How the pages of an API follow each other. Without any of it: by `Link: rel="next"`, or a URL in the field `next`. */
export interface ApiPaging {
  /** Dotted path of the next page's URL or, with `cursor`, of the cursor that leads to it. */
  readonly next?: string;
  /** Query parameter for the cursor. */
  readonly cursor?: string;
  /** Query parameter for the number of the page. */
  readonly page?: string;
  /** Query parameter for the number of rows before the page. */
  readonly offset?: string;
}

/** A catalogue that a JSON API gives, page by page. */
export interface ApiSource {
  readonly kind: 'api';
  /** Of the first page. May hold secrets. */
  readonly url: string;
  /** For people, without secrets. */
  readonly name: string;
  /** Dotted path of the list of rows. Absent: the usual names. */
  readonly rows?: string;
  readonly paging: ApiPaging;
  /** How to ask for what changed. Absent: the API is only read whole. */
  readonly changes?: { readonly query: SinceQuery; readonly everyMs: number };
  /** Dotted paths. */
  readonly fields: MongoFields;
  /** For the host of the API only. Secrets. */
  readonly headers: readonly Header[];
  readonly network: {
    /** Certificates in PEM to trust in addition to the system's. */
    readonly ca?: string;
    readonly proxies: ProxySettings;
    readonly sourceTimeoutMs: number;
    readonly allowedHosts: readonly AllowedHost[];
  };
}
