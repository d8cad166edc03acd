import type { BatchMessage } from '../../domain/batch.ts';

/**
 * Leaves users and passwords out of the URLs of a batch, which come from the URL of its library: what is sent to a function
 * may be kept in logs. The function gets them as a header, by reference.
 */
export function withoutUser(batch: BatchMessage): BatchMessage {
  if (!batch.files.some(({ fetchUrl }) => hasUser(fetchUrl))) return batch;
  return { ...batch, files: batch.files.map((file) => ({ ...file, fetchUrl: stripped(file.fetchUrl) })) };
}

function stripped(text: string): string {
  if (!hasUser(text)) return text;
  const url = new URL(text);
  [url.username, url.password] = ['', ''];
  return url.href;
}

/** An `@` before the path. */
function hasUser(url: string): boolean {
  return /^[a-z]+:\/\/[^/?#]*@/i.test(url);
}
