import type { KeyRules } from '../domain/names/destination-key.ts';
import type { PlannedDocument, PlannedFile, Revision, RevisionHeader } from '../domain/revision.ts';
import { defaultTokenRules, withoutTokens } from '../domain/names/tokens.ts';
import type { Journal } from '../journal/journal.ts';

const filesAtATime = 10_000;

/**
 * Whether the library was begun when sessions and grants in paths still counted as part of names. It keeps its keys, so
 * that each new grant would name all of its files anew.
 */
export function hasFormerNames({ sessionPatterns }: Pick<KeyRules, 'sessionPatterns'>): boolean {
  return sessionPatterns === undefined;
}

/**
 * Whether two plans of such a library differ in nothing but what belongs to sessions and grants: then what stands under the
 * former names is the same presentation.
 */
export async function isSameUnderFormerNames(
  former: RevisionHeader,
  planned: Revision,
  journal: Pick<Journal, 'files'>,
): Promise<boolean> {
  if (former.total !== planned.total || former.documents.length !== planned.documents.length) return false;
  if (former.playlists.length !== planned.playlists.length) return false;
  if (!former.documents.every((document, at) => isSameDocument(document, planned.documents[at]))) return false;
  for (let from = 0; from < former.total; from += filesAtATime) {
    const end = Math.min(from + filesAtATime, former.total);
    const files = await journal.files(former.video, former.digest, [[from, end]]);
    if (files.length < end - from || !files.every(({ index, file }) => isSameFile(file, planned.files[index])))
      return false;
  }
  return true;
}

/** Tells of a library whose keys hold what belongs to sessions or grants. Undefined where this plan has none. */
export function adviceOnFormerNames({ files, documents }: Pick<Revision, 'files' | 'documents'>): string | undefined {
  const hasSession = [...documents, ...files].some(({ url }) => stable(url) !== url);
  return hasSession
    ? 'its keys hold a part that belongs to a session or a grant, as this library was begun before such parts were left out: copy to another destination or prefix to be rid of them'
    : undefined;
}

function isSameDocument(former: PlannedDocument, planned: PlannedDocument | undefined): boolean {
  return (
    planned !== undefined &&
    former.role === planned.role &&
    stable(former.url) === stable(planned.url) &&
    Buffer.compare(former.body, planned.body) === 0
  );
}

function isSameFile(former: PlannedFile, planned: PlannedFile | undefined): boolean {
  return (
    planned !== undefined &&
    former.role === planned.role &&
    former.minSizeBytes === planned.minSizeBytes &&
    stable(former.url) === stable(planned.url)
  );
}

function stable(url: string): string {
  return withoutTokens(new URL(url), defaultTokenRules).href;
}
