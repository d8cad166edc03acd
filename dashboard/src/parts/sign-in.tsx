import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { act, apiPath } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';
import { ErrorText } from './error-text.tsx';

/** A form for the token. The token itself is not kept on the page: the service answers with a cookie that no script reads. */
export function SignIn({
  onSignedIn,
  onCancel,
}: {
  readonly onSignedIn: () => void;
  readonly onCancel?: () => void;
}): ReactNode {
  const [token, setToken] = useState('');
  const queries = useQueryClient();
  const signIn = useMutation({
    mutationFn: () => act('POST', apiPath('session'), { token }),
    onSuccess: async () => {
      setToken('');
      await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      onSignedIn();
    },
  });
  return (
    <form
      className="stack part"
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate();
      }}
    >
      <label className="stack">
        Token
        <input
          type="password"
          name="token"
          autoComplete="current-password"
          required
          value={token}
          onChange={({ currentTarget }) => setToken(currentTarget.value)}
        />
      </label>
      <ErrorText error={signIn.error} />
      <div className="actions">
        <button type="submit" disabled={signIn.isPending}>
          Sign in
        </button>
        {onCancel ? (
          <button type="button" className="quiet" onClick={onCancel}>
            Cancel
          </button>
        ) : null}
      </div>
    </form>
  );
}
