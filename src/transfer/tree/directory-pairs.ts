import type { LocalEntry } from './local-directory.js';
import type { RemoteEntry } from './remote-tree.js';

/** What has one name at either side. */
export interface Pair {
  readonly local: LocalEntry | undefined;
  readonly remote: RemoteEntry | undefined;
}

/** Local names that differ only in case: at the other side they are one. */
export interface Collision {
  readonly locals: readonly LocalEntry[];
  readonly remote: RemoteEntry | undefined;
}

/** The names of one directory, put together. */
export interface PairPage {
  readonly pairs: readonly Pair[];
  readonly collisions: readonly Collision[];
}

/** How names are put together. */
export interface Pairing {
  fold(name: string): string;
  /** Whether of several local names that are one, the one that is written the same may be meant. */
  readonly exactWins: boolean;
}

/**
 * Puts both listings of a directory together, page by page as the service gives them. It holds the names of the local side,
 * which come in no order, and one page of the other, whose order nobody promises.
 */
export async function* pairUp(
  locals: readonly LocalEntry[],
  pages: AsyncIterable<readonly RemoteEntry[]>,
  pairing: Pairing,
): AsyncGenerator<PairPage, void, void> {
  const held = new Held(locals, pairing);
  for await (const page of pages) yield held.match(page);
  yield held.rest();
}

class Held {
  readonly #pairing: Pairing;
  readonly #byName = new Map<string, LocalEntry | LocalEntry[]>();
  /** What has been found at both sides. A name that is listed once more must not pass for one of that side alone. */
  readonly #matched = new Set<string>();

  constructor(locals: readonly LocalEntry[], pairing: Pairing) {
    this.#pairing = pairing;
    for (const local of locals) {
      const key = pairing.fold(local.name);
      const before = this.#byName.get(key);
      if (before === undefined) this.#byName.set(key, local);
      else if (Array.isArray(before)) before.push(local);
      else this.#byName.set(key, [before, local]);
    }
  }

  match(page: readonly RemoteEntry[]): PairPage {
    const pairs: Pair[] = [];
    const collisions: Collision[] = [];
    for (const remote of page) {
      const key = this.#pairing.fold(remote.name);
      if (this.#matched.has(key)) continue;
      const locals = this.#byName.get(key);
      if (locals !== undefined) this.#matched.add(key);
      const chosen = Array.isArray(locals) ? this.#exact(remote.name, locals) : locals;
      if (Array.isArray(locals) && chosen === undefined) collisions.push({ locals, remote });
      else pairs.push({ local: chosen, remote });
      // The others of that name, if any, are of this side alone.
      if (!Array.isArray(locals) || chosen === undefined) this.#byName.delete(key);
    }
    return { pairs, collisions };
  }

  /** Takes the one that is written the same out of several. */
  #exact(name: string, locals: LocalEntry[]): LocalEntry | undefined {
    const index = this.#pairing.exactWins ? locals.findIndex((local) => local.name === name) : -1;
    return index < 0 ? undefined : locals.splice(index, 1)[0];
  }

  /** What only the local side has. */
  rest(): PairPage {
    const pairs: Pair[] = [];
    const collisions: Collision[] = [];
    for (const locals of this.#byName.values()) {
      if (!Array.isArray(locals)) pairs.push({ local: locals, remote: undefined });
      else if (this.#pairing.exactWins) pairs.push(...locals.map((local) => ({ local, remote: undefined })));
      else collisions.push({ locals, remote: undefined });
    }
    this.#byName.clear();
    return { pairs, collisions };
  }
}
