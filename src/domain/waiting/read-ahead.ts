/**
 * Maps items concurrently and yields the results in order. At most `width` items are ahead of the consumer. The first
 * error, in the order of the items, is thrown. A consumer that stops early does not wait for the items in progress.
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
