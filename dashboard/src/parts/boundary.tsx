import { useQueryClient } from '@tanstack/react-query';
import { Component, useCallback, useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useLiveStore } from '../live/use-live.ts';

interface BoundaryProps {
  /** Names what is within, for people. */
  readonly name: string;
  /** Whether it is the main part of the page. */
  readonly isMain?: boolean;
  readonly children: ReactNode;
}

interface BoundaryState {
  /** Why it could not be drawn. */
  readonly reason?: string | undefined;
}

/**
 * Keeps an exception while something is drawn from taking the rest of the page along, and says in its place what failed.
 * It is drawn anew with the next data, at another address, or on a button.
 */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override readonly state: BoundaryState = {};

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { reason: error instanceof Error ? error.message : String(error) };
  }

  readonly #drawAnew = (): void => this.setState({ reason: undefined });

  override render(): ReactNode {
    const { name, isMain = false, children } = this.props;
    const { reason } = this.state;
    if (reason === undefined) return children;
    const [Part, Heading] = isMain ? (['main', 'h1'] as const) : (['section', 'h2'] as const);
    const title = `${name} cannot be shown`;
    return (
      <Part className="part" aria-label={title}>
        <Heading>{title}</Heading>
        <NotShown reason={reason} onRetry={this.#drawAnew} />
      </Part>
    );
  }
}

/** What cannot be shown is not asked for and drawn more often, however fast data comes. */
const restMs = 2_000;

function NotShown({ reason, onRetry }: { readonly reason: string; readonly onRetry: () => void }): ReactNode {
  const store = useLiveStore();
  const queries = useQueryClient();
  const retry = useCallback(() => {
    // What was asked for may be the cause.
    queries.removeQueries({ type: 'inactive' });
    onRetry();
  }, [queries, onRetry]);
  useEffect(() => {
    const failedAt = performance.now();
    return store.subscribe(() => {
      if (performance.now() - failedAt >= restMs) retry();
    });
  }, [store, retry]);
  const address = `${useLocation()[0]}?${useSearch()}`;
  const failedAddress = useRef(address);
  useEffect(() => {
    if (address !== failedAddress.current) retry();
  }, [address, retry]);
  return (
    <>
      <p className="failed wrap" role="alert">
        {reason}. It is tried again with the next data.
      </p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </>
  );
}
