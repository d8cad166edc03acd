/** How to reach a store. */
export const storeOptions = ['endpoint', 'region', 'profile', 'ca'] as const;

/** Where a cluster has its work and its memory. */
export const placeOptions = ['redis', 'redisPrefix', 'redisCa', 'journal'] as const;

/** How files are fetched and written. */
export const fileOptions = [
  'existing', 'sha256', 'external', 'header', 'headerFile', 'root', 'tokenParams', 'sourceTimeout',
] as const; // prettier-ignore

/** Where videos come from, and which of them are taken. */
export const catalogueOptionNames = [
  'catalogue', 'scanEvery', 'deltaEvery', 'freshWindow', 'rule', 'mongoDatabase', 'mongoCollection', 'mongoFilter',
  'mongoFields', 'mongoProjection', 'mongoBatchSize', 'writeBack', 'watch',
] as const; // prettier-ignore

/** Bounds and clocks of a cluster. */
export const boundOptions = [
  'maxBatches', 'maxBytesInFlight', 'maxVideos', 'lease', 'reconcileEvery', 'recoverEvery', 'grace',
] as const; // prettier-ignore

/** Whom a cluster answers, and whom it tells. */
export const outputOptions = [
  'listen', 'token', 'tokenFile', 'requireTokenToRead', 'webhook', 'webhookSecret', 'webhookSecretFile', 'heartbeat',
  'heartbeatEvery', 'freshLate', 'stalled', 'failureShare', 'publicUrl',
] as const; // prettier-ignore
