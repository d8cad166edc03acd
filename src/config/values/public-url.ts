import { FlantsError } from '../../domain/failure.ts';

/** Checks the public URL. Keys are appended to it. */
export function publicUrlOf(text: string): string {
  const { username, password, search, hash, href } = new URL(text);
  if (username + password + search + hash !== '')
    throw new FlantsError(
      'usage',
      '--public-url holds a user, a query or a fragment: expected https://cdn.example/vod',
    );
  return href.endsWith('/') ? href : `${href}/`;
}
