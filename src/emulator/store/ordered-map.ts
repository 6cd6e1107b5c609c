const chunkLimit = 512;

/**
 * A map by string whose keys can be walked in order (UTF-16 code units) from any point.
 * Keys lie in sorted chunks, so that an insertion moves a chunk and not a million keys.
 */
export class OrderedMap<Value> {
  #values: Map<string, Value>;
  #chunks: string[][];

  constructor() {
    this.#values = new Map();
    this.#chunks = [];
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    const before = this.#values.size;
    this.#values.set(key, value);
    if (this.#values.size !== before) this.#insertKey(key);
  }

  delete(key: string): boolean {
    if (!this.#values.delete(key)) return false;
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return true;
    chunk.splice(lowerBound(chunk, key), 1);
    if (chunk.length === 0) this.#chunks.splice(index, 1);
    return true;
  }

  clone(): OrderedMap<Value> {
    const copy = new OrderedMap<Value>();
    copy.#values = new Map(this.#values);
    copy.#chunks = this.#chunks.map((chunk) => chunk.slice());
    return copy;
  }

  /** Values whose key is at or after `from`, in order. The map must not change while they are walked. */
  *from(from: string): Generator<Value, void, undefined> {
    let position = 0;
    for (let index = this.#chunkOf(from); index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index] as string[];
      position = chunk.length > 0 && (chunk[0] as string) >= from ? 0 : lowerBound(chunk, from);
      for (; position < chunk.length; position++) yield this.#values.get(chunk[position] as string) as Value;
    }
  }

  #insertKey(key: string): void {
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) {
      this.#chunks.push([key]);
      return;
    }
    chunk.splice(lowerBound(chunk, key), 0, key);
    if (chunk.length > chunkLimit) this.#chunks.splice(index + 1, 0, chunk.splice(chunkLimit / 2));
  }

  /** The last chunk that begins at or before `key`; the first one for a key before all. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#chunks[middle]?.[0] as string) <= key) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : low - 1;
  }
}

/** The first position whose key is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
