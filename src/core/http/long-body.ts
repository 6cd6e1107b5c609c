import type { BodyFlow } from './body-flow.js';

/** The connection that a body comes over. */
export interface BodyConnection {
  /** Goes on reading. */
  resume(): void;
  /** All of it was handed on. @param last - Its last byte, and what came behind it. */
  end(last: Buffer): void;
}

/** A body that is handed on as it is read from the socket. Nothing is read while nobody takes it. */
export class LongBody implements BodyFlow {
  readonly lentLength: number;
  readonly #connection: BodyConnection;
  #left: number;
  #paused = true;
  #take: ((piece: Buffer) => void) | undefined;
  /** What had been read when nobody took it. */
  readonly #held: Buffer[] = [];

  constructor(length: number, connection: BodyConnection) {
    this.lentLength = length;
    this.#left = length;
    this.#connection = connection;
  }

  /** @returns whether more may be read. */
  receive(bytes: Buffer): boolean {
    if (bytes.length === 0) return !this.#paused;
    if (this.#paused) this.#held.push(Buffer.from(bytes));
    else this.#give(bytes);
    return !this.#paused;
  }

  start(take: (piece: Buffer) => void): void {
    this.#take = take;
    this.resume();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    while (!this.#paused) {
      const next = this.#held.shift();
      if (next === undefined) break;
      this.#give(next);
    }
    if (!this.#paused) this.#connection.resume();
  }

  #give(bytes: Buffer): void {
    const length = Math.min(this.#left, bytes.length);
    this.#left -= length;
    this.#take?.(bytes.subarray(0, length));
    if (this.#left > 0) return;
    this.#connection.end(Buffer.concat([bytes.subarray(length - 1), ...this.#held.splice(0)]));
  }
}
