import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { act, apiPath } from '../api/client.ts';
import { useCanAct } from './action-button.tsx';
import { ErrorText } from './error-text.tsx';

/** A button and a form for a video that no catalogue names. */
export function Submit(): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [playlistUrl, setPlaylistUrl] = useState('');
  const [title, setTitle] = useState('');
  const queries = useQueryClient();
  const submit = useMutation({
    mutationFn: () => act('POST', apiPath('videos'), { playlistUrl, ...(title === '' ? {} : { title }) }),
    onSuccess: async () => {
      setPlaylistUrl('');
      setTitle('');
      dialog.current?.close();
      await queries.invalidateQueries({ queryKey: ['list'] });
    },
  });
  const canAct = useCanAct();
  if (!canAct) return null;
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Add a video
      </button>
      <dialog ref={dialog} aria-labelledby="submit-title">
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            submit.mutate();
          }}
        >
          <h2 id="submit-title">Add a video</h2>
          <label className="stack">
            URL of its playlist
            <input
              type="url"
              required
              value={playlistUrl}
              onChange={({ currentTarget }) => setPlaylistUrl(currentTarget.value)}
            />
          </label>
          <label className="stack">
            Title
            <input value={title} onChange={({ currentTarget }) => setTitle(currentTarget.value)} />
          </label>
          <ErrorText error={submit.error} />
          <div className="actions">
            <button type="submit" disabled={submit.isPending}>
              Add
            </button>
            <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
