import { defineConfig } from 'vite';

/**
 * Two builds share these settings: the dashboard (`index.html`, the default) and the player of replays, which
 * `scripts/build-dashboard.ts` joins into one file.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  // The content security policy allows no `data:` addresses.
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox128', 'safari17.5'],
    reportCompressedSize: false,
  },
  // Public files would be served without a hash.
  publicDir: false,
  // Nothing in the packages' own notices about bundling can be mended here.
  logLevel: 'error',
});
