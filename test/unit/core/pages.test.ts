import { describe, expect, it } from 'vitest';
import { pagedIterable } from '../../../src/core/pages.js';

interface Page {
  readonly items: readonly number[];
  readonly next?: string;
}

const pages: Readonly<Record<string, Page>> = {
  start: { items: [1, 2], next: 'b' },
  b: { items: [], next: 'c' },
  c: { items: [3] },
};

function list(fetched: (string | undefined)[], start?: string) {
  return pagedIterable<number, Page>({
    start,
    fetch: (marker) => {
      fetched.push(marker);
      return Promise.resolve(pages[marker ?? 'start'] ?? { items: [], next: marker ?? '' });
    },
    items: (page) => page.items,
    next: (page) => page.next,
  });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('lists in pages', () => {
  it('give the items of all pages, and go on over empty ones', async () => {
    expect(await collect(list([]))).toEqual([1, 2, 3]);
  });

  it('give the pages themselves', async () => {
    expect((await collect(list([]).byPage())).map(({ items }) => items)).toEqual([[1, 2], [], [3]]);
  });

  it('begin where they are told', async () => {
    expect(await collect(list([], 'c'))).toEqual([3]);
  });

  it('fetch nothing before it is asked for, and nothing after the reader stopped', async () => {
    const fetched: (string | undefined)[] = [];
    const items = list(fetched);
    expect(fetched).toEqual([]);
    for await (const item of items) if (item === 2) break;
    expect(fetched).toEqual([undefined]);
  });

  it('begin anew with each iteration', async () => {
    const items = list([]);
    expect(await collect(items)).toEqual(await collect(items));
  });

  it('end with an error where a page names itself as the next one', async () => {
    await expect(collect(list([], 'circle'))).rejects.toMatchObject({ code: 'UnexpectedAnswer' });
  });
});
