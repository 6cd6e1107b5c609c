/**
 * HTTP headers: lookup ignores case, the original case is kept (metadata names need it), order is the order of
 * insertion. Iterating gives `[name, value]` pairs.
 */
export class HttpHeaders {
  readonly #entries = new Map<string, [name: string, value: string]>();

  /** From a flat list `[name, value, name, value, ...]`; a name given twice gets its values joined by a comma. */
  static fromRaw(raw: readonly string[]): HttpHeaders {
    const headers = new HttpHeaders();
    for (let i = 0; i + 1 < raw.length; i += 2) headers.append(raw[i] as string, raw[i + 1] as string);
    return headers;
  }

  /** From a plain object; entries whose value is `undefined` are left out. */
  static of(record: Readonly<Record<string, string | undefined>>): HttpHeaders {
    const headers = new HttpHeaders();
    for (const name in record) {
      const value = record[name];
      if (value !== undefined) headers.set(name, value);
    }
    return headers;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): string | undefined {
    return this.#entries.get(name.toLowerCase())?.[1];
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /** Sets a header, replacing one whose name differs only in case. */
  set(name: string, value: string): this {
    this.#entries.set(name.toLowerCase(), [name, value]);
    return this;
  }

  /** Sets a header, or leaves everything as it is when `value` is `undefined`. */
  setOptional(name: string, value: string | undefined): this {
    return value === undefined ? this : this.set(name, value);
  }

  /** Adds a value to a header; the values are joined by a comma, as HTTP has it. */
  append(name: string, value: string): this {
    const key = name.toLowerCase();
    const present = this.#entries.get(key);
    if (present === undefined) this.#entries.set(key, [name, value]);
    else present[1] = `${present[1]},${value}`;
    return this;
  }

  delete(name: string): boolean {
    return this.#entries.delete(name.toLowerCase());
  }

  /** A flat list `[name, value, ...]`, the form that `node:http` takes without further work. */
  toRaw(): string[] {
    const raw: string[] = [];
    for (const [name, value] of this.#entries.values()) raw.push(name, value);
    return raw;
  }

  clone(): HttpHeaders {
    const copy = new HttpHeaders();
    for (const [key, [name, value]] of this.#entries) copy.#entries.set(key, [name, value]);
    return copy;
  }

  /** Pairs of lower-case name and value, for code that compares names (signing, routing). */
  *lowerCased(): IterableIterator<[name: string, value: string]> {
    for (const [key, [, value]] of this.#entries) yield [key, value];
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.#entries.values();
  }
}
