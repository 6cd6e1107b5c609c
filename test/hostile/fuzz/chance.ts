/** Chance that a number decides: the same seed gives the same choices. Fast enough for millions of requests. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number in [0, 1). */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 to `below` - 1. */
  below(below: number): number {
    return Math.floor(this.number() * below);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.number() * times < 1;
  }

  one<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('there is nothing to choose from');
    return item;
  }

  /** Text of up to `most` characters, each made by `character`. */
  text(most: number, character: () => string): string {
    let text = '';
    for (let length = this.below(most + 1); length > 0; length--) text += character();
    return text;
  }

  /** The text with one place changed: something taken out, put in, doubled, or cut off. */
  damaged(text: string, character: () => string): string {
    const at = this.below(text.length + 1);
    const end = Math.min(text.length, at + 1 + this.below(4));
    switch (this.below(5)) {
      case 0:
        return text.slice(0, at) + text.slice(end);
      case 1:
        return text.slice(0, at) + character() + text.slice(at);
      case 2:
        return text.slice(0, at) + character() + text.slice(end);
      case 3:
        return text.slice(0, end) + text.slice(at);
      default:
        return text.slice(0, at);
    }
  }
}
