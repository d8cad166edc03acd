import { randomUUID } from 'node:crypto';
import type { Behaviour, SeenRequest } from './origin.ts';

/** The name by which a test finds grants that were written somewhere. */
export const grantMark = 'gr4nt';

/** A CDN that hands out access to a video with its playlist, by cookies. */
export interface CookieOrigin {
  readonly rule: (request: SeenRequest) => Behaviour | undefined;
  /** Grants so far are refused from now on. */
  expire(): void;
  /** Requests for files that came without a valid grant. */
  readonly refused: readonly string[];
}

/**
 * Each video is the folder of its playlist. All grants have one name and are valid for one video, as signed cookies of
 * CDNs are; a playlist sets one in each answer, for the whole host.
 */
export function cookieOrigin(): CookieOrigin {
  const grants = new Map<string, string>();
  const refused: string[] = [];
  const videoOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
  return {
    refused,
    expire: () => grants.clear(),
    rule({ path, headers }) {
      if (path.endsWith('.m3u8')) {
        const grant = `${grantMark}-${randomUUID()}`;
        grants.set(grant, videoOf(path));
        const cookie = `Policy=${grant}; Path=/; HttpOnly; SameSite=None`;
        return { kind: 'with-headers', headers: { 'set-cookie': [cookie, 'visitor=7; Path=/'] } };
      }
      const grant = /(?:^|; )Policy=([^;]+)/.exec(headers.cookie ?? '')?.[1];
      if (grant !== undefined && grants.get(grant) === videoOf(path)) return undefined;
      refused.push(path);
      return { kind: 'status', status: 403 };
    },
  };
}
