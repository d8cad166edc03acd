import { useRef } from 'react';
import type { ReactNode } from 'react';
import { apiPath } from '../api/client.ts';
import type { VideoState } from '../api/contract.ts';
import { ActionButton, useCanAct } from './action-button.tsx';

const settled: readonly VideoState[] = ['published', 'cancelled', 'invalid'];

/** What can be decided about a video as it stands. */
export function VideoActions({
  id,
  state,
  failed,
  isFresh,
}: {
  readonly id: string;
  readonly state: VideoState;
  readonly failed: number;
  readonly isFresh: boolean;
}): ReactNode {
  const canAct = useCanAct();
  if (!canAct) return null;
  const path = (verb: string): string => apiPath('videos', id, verb);
  const isOpen = !settled.includes(state);
  const isRetryable = (failed > 0 || state === 'invalid') && state !== 'cancelled';
  return (
    <div className="actions">
      {isRetryable ? <ActionButton action={{ path: path('retry') }}>Retry</ActionButton> : null}
      {state === 'paused' ? (
        <ActionButton action={{ path: path('resume') }}>Resume</ActionButton>
      ) : isOpen ? (
        <ActionButton action={{ path: path('pause') }}>Pause</ActionButton>
      ) : null}
      {isOpen ? (
        <ActionButton action={{ path: path('priority'), body: { fresh: !isFresh } }}>
          {isFresh ? 'Back to the backlog' : 'Put first'}
        </ActionButton>
      ) : null}
      {isOpen ? <Cancel path={path('cancel')} /> : null}
      {state === 'cancelled' || state === 'published' ? (
        <ActionButton action={{ path: apiPath('videos'), body: { id } }}>Submit again</ActionButton>
      ) : null}
    </div>
  );
}

/** Asks before it is done: what is under way is thrown away. */
function Cancel({ path }: { readonly path: string }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Cancel…
      </button>
      <dialog ref={dialog} aria-labelledby="cancel-title">
        <div className="stack">
          <h2 id="cancel-title">Cancel this video?</h2>
          <p>No more of its files are copied, and it is not published. To copy it after all, submit it again.</p>
          <div className="actions">
            <ActionButton action={{ path }} onDone={() => dialog.current?.close()}>
              Cancel the video
            </ActionButton>
            <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
              Keep it
            </button>
          </div>
        </div>
      </dialog>
    </>
  );
}
