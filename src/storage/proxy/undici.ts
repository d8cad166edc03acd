/**
 * The parts of undici that connections through a proxy need. Its entry point also loads fetch, WebSocket, caches and mocks. The version is pinned exactly, as these paths are internal to undici.
 */
export { default as Pool } from 'undici/lib/dispatcher/pool.js';
export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';
export { default as connect } from 'undici/lib/api/api-connect.js';
