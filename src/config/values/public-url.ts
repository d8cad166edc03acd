import { FlantsError } from '../../domain/failure.ts';

/**
 * Checks a URL that keys are appended to.
 *
 * @param option - that names it
 */
export function publicUrlOf(text: string, option = '--public-url'): string {
  const { username, password, search, hash, href } = new URL(text);
  if (username + password + search + hash !== '')
    throw new FlantsError('usage', `${option} holds a user, a query or a fragment: expected https://cdn.example/vod`);
  return href.endsWith('/') ? href : `${href}/`;
}
