import type { StoredObject, WriteCondition } from './object-store.ts';

/** Whether a conditional write may replace the present object. RFC 9110 section 13.1. */
export function isConditionMet(condition: WriteCondition, current: Pick<StoredObject, 'etag'> | undefined): boolean {
  if (condition === undefined) return true;
  return 'ifMatch' in condition ? current?.etag === condition.ifMatch : current === undefined;
}
