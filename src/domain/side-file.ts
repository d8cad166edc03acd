/** What a file beside the playlists is for. `thumbnails` is a WebVTT track that names the images of a seek bar. */
export const sideRoles = ['poster', 'thumbnails', 'captions', 'attachment'] as const;

/** One of `sideRoles`. */
export type SideRole = (typeof sideRoles)[number];

/** A file of a video that its catalogue names and no playlist does. */
export interface SideFile {
  readonly role: SideRole;
  /** Absolute. */
  readonly url: string;
}

/** Key of the list of a video's side files, beside its first playlist. */
export function sideListKey(rootKey: string): string {
  return `${rootKey}.side-files.json`;
}

/** The list of a video's side files, by which a copy can be verified from its destination alone. */
export interface SideList {
  readonly format: 1;
  /** URIs are relative to the list. */
  readonly files: readonly { readonly role: SideRole; readonly uri: string }[];
}

/** Reads the list. Undefined for bytes that are none, as a server may answer with a page for what it does not have. */
export function readSideList(bytes: Uint8Array): SideList | undefined {
  try {
    const parsed = JSON.parse(new TextDecoder().decode(bytes)) as Partial<SideList> | null;
    const isList = parsed?.format === 1 && Array.isArray(parsed.files) && parsed.files.every(isListed);
    return isList ? (parsed as SideList) : undefined;
  } catch {
    return undefined;
  }
}

function isListed(value: unknown): boolean {
  const { role, uri } = (value ?? {}) as Partial<Record<'role' | 'uri', unknown>>;
  return sideRoles.some((known) => known === role) && typeof uri === 'string';
}

/** The list as it stands at the destination. */
export function writeSideList(files: SideList['files']): Uint8Array {
  return Buffer.from(`${JSON.stringify({ format: 1, files } satisfies SideList, undefined, 2)}\n`);
}
