/**
 * HTTP headers: lookup ignores case, the original case is kept (metadata names need it), order is the order of
 * insertion. Iterating gives `[name, value]` pairs.
 */
export class HttpHeaders {
  /** By lower-case name. Most names are lower case already, so the others stand apart: this class is on the hot path. */
  readonly #values = new Map<string, string>();
  /** Lower-case name -> the name as it was given, where they differ. */
  #spellings: Map<string, string> | undefined;

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
    return this.#values.size;
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  /** Sets a header, replacing one whose name differs only in case. */
  set(name: string, value: string): this {
    const key = name.toLowerCase();
    this.#values.set(key, value);
    if (key !== name) this.#spell(key, name);
    else this.#spellings?.delete(key);
    return this;
  }

  /** Sets a header, or leaves everything as it is when `value` is `undefined`. */
  setOptional(name: string, value: string | undefined): this {
    return value === undefined ? this : this.set(name, value);
  }

  /** Adds a value to a header; the values are joined by a comma, as HTTP has it. */
  append(name: string, value: string): this {
    const key = name.toLowerCase();
    const present = this.#values.get(key);
    if (present !== undefined) this.#values.set(key, `${present},${value}`);
    else {
      this.#values.set(key, value);
      if (key !== name) this.#spell(key, name);
    }
    return this;
  }

  delete(name: string): boolean {
    const key = name.toLowerCase();
    this.#spellings?.delete(key);
    return this.#values.delete(key);
  }

  /** A flat list `[name, value, ...]`, the form that `node:http` takes without further work. */
  toRaw(): string[] {
    const raw: string[] = [];
    const spellings = this.#spellings;
    for (const [key, value] of this.#values) raw.push(spellings?.get(key) ?? key, value);
    return raw;
  }

  clone(): HttpHeaders {
    const copy = new HttpHeaders();
    for (const [key, value] of this.#values) copy.#values.set(key, value);
    if (this.#spellings !== undefined) copy.#spellings = new Map(this.#spellings);
    return copy;
  }

  /** Pairs of lower-case name and value, for code that compares names (signing, routing). */
  lowerCased(): IterableIterator<[name: string, value: string]> {
    return this.#values.entries();
  }

  /** The headers whose lower-cased name begins with `prefix`, by their names as they were given. */
  startingWith(prefix: string): [name: string, value: string][] {
    const found: [string, string][] = [];
    for (const [key, value] of this.#values) {
      if (key.startsWith(prefix)) found.push([this.#spellings?.get(key) ?? key, value]);
    }
    return found;
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    const spellings = this.#spellings;
    for (const [key, value] of this.#values) yield [spellings?.get(key) ?? key, value];
  }

  #spell(key: string, name: string): void {
    this.#spellings ??= new Map();
    this.#spellings.set(key, name);
  }
}
