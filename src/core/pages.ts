import { ServerError } from './errors.js';

/** Items of a list that comes in pages. Iterating fetches the next page when the present one is used up. */
export interface PagedIterable<Item, Page> extends AsyncIterable<Item> {
  /** The pages as the service gives them; a page may be empty and yet have a next one. */
  byPage(): AsyncIterable<Page>;
}

/** How a kind of page is fetched and read. */
export interface PageSource<Item, Page> {
  /** The marker of the first page; absent for the beginning of the list. */
  readonly start?: string | undefined;
  fetch(marker: string | undefined): Promise<Page>;
  items(page: Page): Iterable<Item>;
  /** The marker of the next page; `undefined` after the last one. */
  next(page: Page): string | undefined;
}

/** Makes an iterable out of a function that fetches one page. Each iteration starts anew. */
export function pagedIterable<Item, Page>(source: PageSource<Item, Page>): PagedIterable<Item, Page> {
  return {
    byPage: () => pagesOf(source),
    [Symbol.asyncIterator]: () => itemsOf(source),
  };
}

/**
 * Follows the markers of one list and notices when they lead round in a circle, however large: such a list would never
 * end. Remembers one marker only, which it replaces at growing distances.
 */
export class MarkerTrail {
  #remembered: string | undefined;
  #steps = 0;
  #limit = 1;

  constructor(start: string | undefined) {
    this.#remembered = start;
  }

  /** Takes in the marker of the next page. @throws {ServerError} `UnexpectedAnswer` when it has been there before. */
  follow(marker: string): string {
    if (marker === this.#remembered)
      throw new ServerError('UnexpectedAnswer', 'the service repeated a continuation marker');
    this.#steps += 1;
    if (this.#steps === this.#limit) {
      this.#remembered = marker;
      this.#steps = 0;
      this.#limit *= 2;
    }
    return marker;
  }
}

async function* pagesOf<Item, Page>(source: PageSource<Item, Page>): AsyncGenerator<Page, void, void> {
  let marker = source.start;
  const trail = new MarkerTrail(marker);
  for (;;) {
    const page = await source.fetch(marker);
    yield page;
    const next = source.next(page);
    if (next === undefined) return;
    marker = trail.follow(next);
  }
}

async function* itemsOf<Item, Page>(source: PageSource<Item, Page>): AsyncGenerator<Item, void, void> {
  for await (const page of pagesOf(source)) yield* source.items(page);
}
