/** A Lua script, which Redis runs atomically. After the first call it is addressed by its digest. */
export interface RedisScript {
  /** As a method of the connection. */
  readonly name: string;
  readonly numberOfKeys: number;
  readonly lua: string;
}
