/**
 * The parts of undici that FLAnts works with. Its entry loads fetch, WebSocket, caches and mocks beside them,
 * which costs each thread 13 MB and 80 ms of CPU. The version is pinned exactly, as these paths are its own affair.
 */
export { default as Agent } from 'undici/lib/dispatcher/agent.js';
export { default as Pool } from 'undici/lib/dispatcher/pool.js';
export { default as request } from 'undici/lib/api/api-request.js';
