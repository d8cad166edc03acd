import type { EtagForm, StoredObject, WriteCondition } from './object-store.ts';

/** Whether a conditional write may replace the present object. RFC 9110 section 13.1. */
export function isConditionMet(condition: WriteCondition, current: Pick<StoredObject, 'etag'> | undefined): boolean {
  if (condition === undefined) return true;
  return 'ifMatch' in condition ? current?.etag === condition.ifMatch : current === undefined;
}

/** Writes the ETag of `If-Match` as a store wants it. */
export function withEtagForm(condition: WriteCondition, form: EtagForm): WriteCondition {
  if (form === 'quoted' || condition === undefined || !('ifMatch' in condition)) return condition;
  return { ifMatch: condition.ifMatch.replaceAll('"', '') };
}
