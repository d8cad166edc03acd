import { FlantsError } from '../domain/failure.ts';

/** A refusal that names nothing else than the request, as of one with a header or field that the store does not know. */
export function isUnknownRequest(error: unknown): boolean {
  if (!(error instanceof FlantsError) || error.code !== 'store.status') return false;
  return error.failure.status === 400 || error.failure.status === 501;
}

/** Whether a store refuses what the credentials have no right to. */
export function isDenied(error: unknown): boolean {
  return error instanceof FlantsError && error.code === 'store.denied';
}
