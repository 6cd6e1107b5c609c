const batchSize = 256;

/** Gathers items, so that what is printed goes out in few writes and memory stays bounded. */
export async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<T[], void, void> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
