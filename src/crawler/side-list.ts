import { keyOf, relativeUri } from '../domain/names/destination-key.ts';
import type { KeyRules } from '../domain/names/destination-key.ts';
import { rootKeyOf } from '../domain/revision.ts';
import type { PlannedDocument, RevisionHeader } from '../domain/revision.ts';
import { sideListKey, writeSideList } from '../domain/side-file.ts';
import type { SideRole } from '../domain/side-file.ts';
import type { Submission } from '../domain/video.ts';

/** The document that lists the side files of a video: without it, nothing at the destination would say what they are. */
export function sideListOf(
  rootKey: string,
  rootUrl: string,
  files: readonly { readonly role: SideRole; readonly key: string }[],
): PlannedDocument {
  const key = sideListKey(rootKey);
  const body = writeSideList(files.map((file) => ({ role: file.role, uri: relativeUri(key, file.key) })));
  return { key, url: rootUrl, role: 'data', body };
}

/** Whether a plan has the side files that its video is submitted with now. */
export function hasSameSideList(
  { documents }: Pick<RevisionHeader, 'documents'>,
  { sideFiles = [] }: Submission,
  keyRules: KeyRules,
): boolean {
  const rootKey = rootKeyOf(documents) ?? '';
  const present = documents.find(({ key }) => key === sideListKey(rootKey));
  if (sideFiles.length === 0 || !present) return sideFiles.length === 0 && !present;
  const unique = new Map(sideFiles.map(({ role, url }) => [keyOf(new URL(url), keyRules), role]));
  const files = [...unique].map(([key, role]) => ({ role, key }));
  return Buffer.compare(sideListOf(rootKey, present.url, files).body, present.body) === 0;
}
