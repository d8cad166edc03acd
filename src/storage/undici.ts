/**
 * The parts of undici that FLAnts uses. Undici's entry point also loads fetch, WebSocket, caches and mocks, which costs
 * each thread 13 MB and 80 ms of CPU. The version is pinned exactly, as these paths are internal to undici.
 */
export { default as Agent } from 'undici/lib/dispatcher/agent.js';
export { default as Pool } from 'undici/lib/dispatcher/pool.js';
export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';
export { default as connect } from 'undici/lib/api/api-connect.js';
export { default as request } from 'undici/lib/api/api-request.js';
