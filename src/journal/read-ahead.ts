/**
 * Works items a few at a time, and gives what comes of them in the order of the items. No more than `width` are ahead
 * of the reader. The first error, in that order, is thrown; who leaves early waits for nothing.
 */
export async function* readAhead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const ahead: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // It is thrown when its turn comes, if it does.
    result.catch(() => undefined);
    ahead.push(result);
    if (ahead.length < width) continue;
    const [first] = ahead.splice(0, 1);
    if (first) yield await first;
  }
  for (const result of ahead) yield await result;
}
