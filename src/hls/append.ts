/** Adds to a list what a playlist has, however much that is: a call of `push` takes no more than some 100,000 arguments. */
export function append<T>(list: T[], more: readonly T[]): void {
  for (const each of more) list.push(each);
}
