import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { Route, Switch } from 'wouter';
import { ServiceError } from './api/client.ts';
import type { LiveStream } from './live/connect.ts';
import type { LiveStore } from './live/store.ts';
import { LiveContext, useConnection, useLive } from './live/use-live.ts';
import { Boundary } from './parts/boundary.tsx';
import { Masthead } from './parts/masthead.tsx';
import { SignIn } from './parts/sign-in.tsx';
import { formatPercent } from './parts/format.ts';
import { Overview } from './views/overview.tsx';
import { Runs } from './views/runs.tsx';
import { Video } from './views/video.tsx';
import { Videos } from './views/videos.tsx';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      // What the service refuses, it refuses again; what broke off may succeed.
      retry: (failures, error) => failures < 2 && !(error instanceof ServiceError && error.status < 500),
    },
  },
});

/** The page. */
export function App({ store, stream }: { readonly store: LiveStore; readonly stream: LiveStream }): ReactNode {
  return (
    <QueryClientProvider client={queries}>
      <LiveContext value={store}>
        <Page stream={stream} />
      </LiveContext>
    </QueryClientProvider>
  );
}

function Page({ stream }: { readonly stream: LiveStream }): ReactNode {
  const connection = useConnection();
  const onSignedIn = (): void => {
    void queries.invalidateQueries();
    stream.retryNow();
  };
  return (
    <div className="page">
      <Boundary name="The head of the page">
        <Title />
        <Masthead onSessionChange={onSignedIn} />
      </Boundary>
      {connection === 'refused' ? (
        <main className="part">
          <h1>This page asks for a token</h1>
          <p className="faint">It is the token that the service was started with.</p>
          <SignIn onSignedIn={onSignedIn} />
        </main>
      ) : (
        <Boundary name="This view" isMain>
          <Switch>
            <Route path="/" component={Overview} />
            <Route path="/videos" component={Videos} />
            <Route path="/video" component={Video} />
            <Route path="/runs" component={Runs} />
            <Route>
              <main className="part">
                <h1>There is nothing at this address</h1>
              </main>
            </Route>
          </Switch>
        </Boundary>
      )}
    </div>
  );
}

/** The tab says how far it is: it is often behind others. */
function Title(): ReactNode {
  const share = useLive(({ totals }) => formatPercent(totals.files.done + totals.files.accepted, totals.files.total));
  useEffect(() => {
    document.title = share === undefined ? 'FLAnts' : `${share}% · FLAnts`;
  }, [share]);
  return null;
}
