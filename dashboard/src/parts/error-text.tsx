import type { ReactNode } from 'react';

/** Why a request failed, if it did. */
export function ErrorText({ error }: { readonly error: Error | null }): ReactNode {
  if (!error) return null;
  return (
    <p className="failed" role="alert">
      {error.message}
    </p>
  );
}
