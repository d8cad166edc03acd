/**
 * Lua: `noteChange(feed, changed, id)` notes that a video has changed, while somebody watches (`changes.ts`). It costs one
 * look where nobody does. To be called after another write: a server that is out of memory refuses a script's first one only.
 */
export const noteChangeLua = `
local function noteChange(feed, changed, id)
  if redis.call('EXISTS', feed) == 1 then
    redis.call('ZADD', changed, redis.call('HINCRBY', feed, 'latest', 1), id)
  end
end
`;
