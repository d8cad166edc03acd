import { describe, expect, test } from 'vitest';
import { createLogReader } from './access-log.ts';

function read(...lines: readonly string[]) {
  const reader = createLogReader();
  return lines.flatMap((line) => reader(line) ?? []);
}

describe('An access log', () => {
  test('in the combined format, and with the host before', () => {
    expect(
      read(
        '1.2.3.4 - - [23/Nov/2026:08:00:00 +0000] "GET /v/1/master.m3u8?token=t HTTP/1.1" 200 512 "https://site/" "Player \\"x\\""',
        'cdn.example 1.2.3.4 - - [23/Nov/2026:08:00:00 +0000] "HEAD /v/2.m3u8 HTTP/2.0" 304 -',
        '1.2.3.4 - - [23/Nov/2026:08:00:00 +0000] "GET /v/3.m3u8 HTTP/1.1" 404 0 "-" "-"',
        '1.2.3.4 - - [23/Nov/2026:08:00:00 +0000] "POST /v/4.m3u8 HTTP/1.1" 200 0 "-" "-"',
        '1.2.3.4 - - [23/Nov/2026:08:00:00 +0000] "GET http://cdn.example/v/5.m3u8 HTTP/1.1" 206 0 "-" "-"',
        'nothing of the kind',
        '',
      ),
    ).toEqual([
      { target: '/v/1/master.m3u8?token=t' },
      { target: '/v/2.m3u8' },
      { target: 'http://cdn.example/v/5.m3u8' },
    ]);
  });

  test('of CloudFront, with the host that the player has asked', () => {
    const fields =
      '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query x-host-header';
    const line = (path: string, status: string, query = '-') =>
      [
        '2026-11-23',
        '08:00:00',
        'FRA2',
        '512',
        '1.2.3.4',
        'GET',
        'd111.cloudfront.net',
        path,
        status,
        '-',
        'Player%20x',
        query,
        'cdn.example',
      ].join('\t');
    expect(read('#Version: 1.0', fields, line('/v/1.m3u8', '200', 'a=1'), line('/v/2.m3u8', '403'))).toEqual([
      { target: '/v/1.m3u8?a=1', host: 'cdn.example' },
    ]);
  });

  test('in the W3C extended format, whose fields may change', () => {
    expect(
      read(
        '#Fields: date time cs-method cs-uri sc-status',
        '2026-11-23 08:00:00 GET /v/1.m3u8?x=1 200',
        '#Fields: sc-status cs-uri-stem cs-host',
        '200 /v/2.m3u8 cdn.example',
      ),
    ).toEqual([{ target: '/v/1.m3u8?x=1' }, { target: '/v/2.m3u8', host: 'cdn.example' }]);
  });
});
