import { sideRoles } from '../../domain/side-file.ts';
import type { SideRole } from '../../domain/side-file.ts';
import { parseFieldPath } from './mongo.ts';

/** A field of a catalogue's rows that names side files. */
export interface SideFileField {
  readonly role: SideRole;
  /** Dotted path in the row. */
  readonly path: string;
}

/**
 * Parses assignments such as `poster` and `captions=subtitles.url`: a role, and the field that names its files, unless the
 * field is named like the role. Undefined if one does not have this form.
 */
export function parseSideFiles(texts: readonly string[]): readonly SideFileField[] | undefined {
  const fields: SideFileField[] = [];
  for (const text of texts) {
    const [, left, right = left ?? ''] = /^(\w+)(?:\s*=\s*(\S+))?$/.exec(text) ?? [];
    const role = sideRoles.find((each) => each === left);
    const path = parseFieldPath(right);
    if (role === undefined || path === undefined) return undefined;
    fields.push({ role, path });
  }
  return fields;
}
