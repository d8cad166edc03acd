import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './style/font.css';
import './style/tokens.css';
import './style/base.css';
import './style/page.css';
import './style/views.css';
import { App } from './app.tsx';
import { read, apiPath } from './api/client.ts';
import type { SessionState, VideoDetail } from './api/contract.ts';
import { followLive } from './live/connect.ts';
import { createLiveStore } from './live/store.ts';
import { applyTheme, storedTheme } from './parts/theme.ts';

applyTheme(storedTheme());
const store = createLiveStore();
const stream = followLive(store, {
  url: apiPath('live'),
  mayRead: async () => (await read<SessionState>(apiPath('session'))).canRead,
  filesIfPublished: async (id) => {
    const { report } = await read<VideoDetail>(apiPath('videos', id));
    return report.state === 'published' ? report.files : undefined;
  },
});

const root = document.getElementById('page');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App store={store} stream={stream} />
    </StrictMode>,
  );
