/** A script that Redis runs as one step: nothing else happens in between, and it is known by its digest after the first call. */
export interface RedisScript {
  /** As a method of the connection. */
  readonly name: string;
  readonly numberOfKeys: number;
  readonly lua: string;
}
