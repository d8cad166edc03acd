/** Access to a store. */
export const storeOptions = [
  'endpoint', 'region', 'profile', 'ca', 'httpProxy', 'httpsProxy', 'proxyBypass',
] as const; // prettier-ignore

/** Access to sources in buckets. */
export const sourceStoreOptions = ['sourceEndpoint', 'sourceRegion', 'sourceProfile'] as const;

/** Redis and journal of a cluster. */
export const placeOptions = ['redis', 'redisPrefix', 'redisCa', 'journal'] as const;

/** The CDN that is told of what was replaced. */
export const cdnOptionNames = ['invalidate', 'invalidatePrefix', 'cloudfrontEndpoint'] as const;

/** Fetching and writing files. */
export const fileOptions = [
  'existing', 'sha256', 'external', 'assumeEnded', 'headerPolicy', 'header', 'headerFile', 'root', 'tokenParams', 'sessionPattern', 'keyParams', 'allowHost', ...sourceStoreOptions,
  'sourceTimeout', 'patience',
] as const; // prettier-ignore

/** A catalogue in a JSON API. */
export const apiOptions = [
  'catalogueUrl', 'catalogueHeaderFile', 'catalogueRows', 'catalogueNext', 'catalogueCursor', 'cataloguePage', 'catalogueOffset',
  'catalogueFields',
] as const; // prettier-ignore

/** Catalogue and rules of a cluster. */
export const catalogueOptionNames = [
  'catalogue', ...apiOptions, 'catalogueSince', 'catalogueSinceEvery', 'scanEvery', 'deltaEvery', 'freshWindow', 'rule', 'mongoDatabase', 'mongoCollection', 'mongoFilter',
  'mongoFields', 'mongoProjection', 'mongoBatchSize', 'writeBack', 'watch',
] as const; // prettier-ignore

/** Which videos of a catalogue to take. */
export const selectionOptionNames = ['since', 'include', 'exclude', 'sample', 'seed', 'sideFiles'] as const;

/** How fast, at most. */
export const limitOptions = ['bwlimit', 'sourceTpslimit', 'destinationTpslimit'] as const;

/** What may be spent. */
export const spendingOptions = ['budget', 'egressPrice'] as const;

/** Limits and intervals of a cluster. */
export const boundOptions = [
  'maxBatches', 'maxBytesInFlight', 'maxVideos', 'lease', 'reconcileEvery', 'retryInvalidEvery', 'liveEvery', 'recoverEvery', 'grace',
] as const; // prettier-ignore

/** HTTP interface and alerts of a cluster. */
export const outputOptions = [
  'listen', 'token', 'tokenFile', 'requireTokenToRead', 'webhook', 'webhookSecret', 'webhookSecretFile', 'heartbeat',
  'heartbeatEvery', 'freshLate', 'stalled', 'failureShare', 'publicUrl',
] as const; // prettier-ignore

/** Where batches are copied. */
export const executorOptions = [
  'executor', 'function', 'qualifier', 'lambdaEndpoint', 'headerParameter', 'maxConnections', 'prices',
] as const; // prettier-ignore
