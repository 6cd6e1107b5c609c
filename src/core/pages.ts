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

async function* pagesOf<Item, Page>(source: PageSource<Item, Page>): AsyncGenerator<Page, void, void> {
  let marker = source.start;
  for (;;) {
    const page = await source.fetch(marker);
    yield page;
    const next = source.next(page);
    if (next === undefined) return;
    // A list that names itself as its continuation would never end.
    if (next === marker)
      throw new ServerError('UnexpectedAnswer', 'the service repeated a continuation marker');
    marker = next;
  }
}

async function* itemsOf<Item, Page>(source: PageSource<Item, Page>): AsyncGenerator<Item, void, void> {
  for await (const page of pagesOf(source)) yield* source.items(page);
}
