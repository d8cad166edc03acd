import { actionHeaders } from './contract.ts';
import type { Failure } from './contract.ts';

/** The service said no, and why. */
export class ServiceError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ServiceError';
    this.status = status;
    this.code = code;
  }
}

/** Parts of a path, each encoded. */
export function apiPath(...parts: readonly (string | number)[]): string {
  return ['/api/v1', ...parts.map((part) => encodeURIComponent(part))].join('/');
}

/** Reads from the service. @throws {ServiceError} */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(await fetch(path, signal ? { signal } : {}));
}

/** Asks the service to change something. @throws {ServiceError} */
export async function act<T>(method: 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
  const headers = { ...actionHeaders, 'Content-Type': 'application/json' };
  return answerOf<T>(await fetch(path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) }));
}

async function answerOf<T>(response: Response): Promise<T> {
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const said = (await response.json().catch(() => undefined)) as { readonly error?: Failure } | undefined;
  const failure = said?.error;
  throw new ServiceError(
    response.status,
    failure?.code ?? 'unknown',
    failure?.message ?? `The service answered ${response.status}.`,
  );
}
