import { FlantsError } from '../domain/failure.ts';
import { readTextFile } from './input/config-file.ts';
import type { NetworkOptions } from './network-options.ts';
import type { ApiSource } from './values/api-source.ts';
import { headerLines, parseHeaders } from './values/headers.ts';
import { localPath, withoutSecrets } from './values/location.ts';
import type { MongoFields } from './values/mongo.ts';
import type { SinceQuery } from './values/since-query.ts';

interface Parsed {
  readonly catalogueUrl?: string;
  readonly catalogueRows?: string;
  readonly catalogueNext?: string;
  readonly catalogueCursor?: string;
  readonly cataloguePage?: string;
  readonly catalogueOffset?: string;
  readonly catalogueFields: MongoFields;
  readonly catalogueHeaderFile?: string;
  /** Absent for verbs that read a catalogue once. */
  readonly catalogueSince?: SinceQuery;
  readonly catalogueSinceEvery?: number;
}

/**
 * The API that the options name as a catalogue: a list of none or one.
 *
 * @throws {FlantsError} `usage` for options that contradict each other, or a header file that cannot be read
 */
export async function apiSourcesOf(
  parsed: Parsed,
  network: NetworkOptions,
  cwd: string,
): Promise<readonly ApiSource[]> {
  const { catalogueUrl: url, catalogueRows: rows, catalogueHeaderFile: headerFile } = parsed;
  const { catalogueNext: next, catalogueCursor: cursor, cataloguePage: page, catalogueOffset: offset } = parsed;
  if (url === undefined) return [];
  const ways = [next, page, offset].filter((each) => each !== undefined);
  if (ways.length > 1)
    throw new FlantsError(
      'usage',
      'name one way to the next page: --catalogue-next, --catalogue-page or --catalogue-offset',
    );
  if (cursor !== undefined && next === undefined)
    throw new FlantsError('usage', '--catalogue-cursor needs --catalogue-next, the field that holds the cursor');
  const { catalogueSince: query, catalogueSinceEvery: everyMs } = parsed;
  const { ca, proxies, sourceTimeoutMs, allowedHosts } = network;
  const headers =
    headerFile === undefined
      ? []
      : parseHeaders(
          headerLines(await readTextFile(localPath(headerFile, cwd), '--catalogue-header-file')),
          `--catalogue-header-file ${headerFile}`,
        );
  return [
    Object.freeze({
      kind: 'api',
      url,
      name: withoutSecrets(url),
      ...(rows === undefined ? {} : { rows }),
      paging: {
        ...(next === undefined ? {} : { next }),
        ...(cursor === undefined ? {} : { cursor }),
        ...(page === undefined ? {} : { page }),
        ...(offset === undefined ? {} : { offset }),
      },
      ...(query === undefined || everyMs === undefined ? {} : { changes: { query, everyMs } }),
      fields: parsed.catalogueFields,
      headers,
      network: { proxies, sourceTimeoutMs, allowedHosts, ...(ca === undefined ? {} : { ca }) },
    }),
  ];
}
