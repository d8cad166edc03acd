import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { act, apiPath } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';
import { useConnection, useLive } from '../live/use-live.ts';
import { SignIn } from './sign-in.tsx';
import { applyTheme, storedTheme, themes } from './theme.ts';

const views = [
  ['/', 'Overview'],
  ['/videos', 'Videos'],
  ['/runs', 'Runs'],
] as const;

const connectionWords = {
  connecting: 'connecting…',
  live: 'live',
  lost: 'connection lost, trying again…',
  refused: 'a token is needed',
} as const;

/** Name, views, connection, theme, session. */
export function Masthead({ onSessionChange }: { readonly onSessionChange: () => void }): ReactNode {
  const [path] = useLocation();
  return (
    <header className="masthead">
      <Link href="/" className="name">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <circle cx="16" cy="16" r="13.5" fill="none" stroke="currentColor" strokeWidth="3" />
          <circle cx="16" cy="16" r="7" fill="currentColor" />
        </svg>
        FLAnts
      </Link>
      <nav aria-label="Views">
        {views.map(([href, name]) => (
          <Link key={href} href={href} aria-current={isWithin(path, href) ? 'page' : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      <div className="tools">
        <ConnectionMark />
        <ThemeChoice />
        <Session onChange={onSessionChange} />
      </div>
    </header>
  );
}

function isWithin(path: string, href: string): boolean {
  return path === href || (href === '/videos' && path === '/video');
}

function ConnectionMark(): ReactNode {
  const connection = useConnection();
  const hasEnded = useLive(({ ended }) => ended !== null) ?? false;
  return (
    <span className="connection" data-state={connection} role="status">
      {connection === 'live' && hasEnded ? 'the run has ended' : connectionWords[connection]}
    </span>
  );
}

function ThemeChoice(): ReactNode {
  const [theme, setTheme] = useState(storedTheme);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
  return (
    <button
      type="button"
      className="quiet"
      onClick={() => {
        applyTheme(next);
        setTheme(next);
      }}
    >
      {theme === 'auto' ? 'Auto' : theme === 'light' ? 'Light' : 'Dark'}
      <span className="hidden"> theme; change to {next}</span>
    </button>
  );
}

function Session({ onChange }: { readonly onChange: () => void }): ReactNode {
  const { data: session } = useQuery(sessionQuery);
  const queries = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const connection = useConnection();
  // Where a token is needed to read, the page itself asks for it.
  if (!session || connection === 'refused' || (!session.canAct && !session.needsToken)) return null;
  const signOut = async (): Promise<void> => {
    await act('DELETE', apiPath('session'));
    await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
    onChange();
  };
  if (session.canAct)
    return (
      <button type="button" onClick={() => void signOut()}>
        Sign out
      </button>
    );
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Sign in
      </button>
      <dialog ref={dialog} aria-labelledby="sign-in-title">
        <h2 id="sign-in-title">Sign in with the service’s token</h2>
        <SignIn
          onSignedIn={() => {
            dialog.current?.close();
            onChange();
          }}
          onCancel={() => dialog.current?.close()}
        />
      </dialog>
    </>
  );
}
