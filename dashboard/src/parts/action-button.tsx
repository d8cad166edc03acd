import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { act } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';

/** What a button asks of the service. */
export interface Action {
  readonly method?: 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

/** Whether this page may change anything. */
export function useCanAct(): boolean {
  return useQuery(sessionQuery).data?.canAct ?? false;
}

/** A button that changes something, where that is allowed; without the right there is none. */
export function ActionButton({
  action: { method = 'POST', path, body },
  label,
  onDone,
  children,
}: {
  readonly action: Action;
  /** For a screen reader, where the words on the button do not say what it is about. */
  readonly label?: string;
  readonly onDone?: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const queries = useQueryClient();
  const asked = useMutation({
    mutationFn: () => act(method, path, body ?? {}),
    onSuccess: () => onDone?.(),
    onSettled: () => queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' }),
  });
  const canAct = useCanAct();
  if (!canAct) return null;
  return (
    <span>
      <button type="button" disabled={asked.isPending} aria-label={label} onClick={() => asked.mutate()}>
        {children}
      </button>
      {asked.error ? (
        <span className="failed" role="alert">
          {' '}
          {asked.error.message}
        </span>
      ) : null}
    </span>
  );
}
