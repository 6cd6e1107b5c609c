import { describe, expect, it } from 'vitest';
import {
  AzureFilesClient,
  AzureStorageError,
  bufferedBody,
  HttpHeaders,
  type HttpRequest,
  type Transport,
} from '../../src/files/index.js';
import { rejection } from '../support/rejection.js';
import { accountKey, grown } from './hostile-service.js';

/*
 * Listings without end, in a circle, and in documents that are made to take long. Time and memory follow what the caller takes,
 * never what the service offers. `AZSTORE_GIANT_PAGES` gives the number of pages of 5,000 entries.
 */

const pages = Number(process.env.AZSTORE_GIANT_PAGES ?? 40);
const pageSize = 5000;
const mebibyte = 1024 * 1024;

/** A client whose service answers every listing with a document. */
function clientOf(document: (request: HttpRequest, count: number) => string): AzureFilesClient {
  let count = 0;
  const transport: Transport = {
    send(request) {
      count += 1;
      const body = bufferedBody(Buffer.from(document(request, count)));
      return Promise.resolve({ status: 200, headers: new HttpHeaders(), body });
    },
  };
  const credentials = { type: 'shared_key', key: accountKey } as const;
  return new AzureFilesClient({ accountName: 'acct', credentials, defaultShare: 'data', transport }, {});
}

const listing = (entries: string, marker: string) =>
  `<EnumerationResults><Entries>${entries}</Entries><NextMarker>${marker}</NextMarker></EnumerationResults>`;

const properties =
  '<Last-Modified>Wed, 07 Dec 2022 04:02:49 GMT</Last-Modified><Etag>"0x8DAD807E7E6F4D9"</Etag>';

function file(name: string | number): string {
  const size = '<Content-Length>1</Content-Length>';
  return `<File><Name>${name}</Name><Properties>${size}${properties}</Properties></File>`;
}

const directory = (name: string) =>
  `<Directory><Name>${name}</Name><Properties>${properties}</Properties></Directory>`;

describe('a listing without end', () => {
  it.each([
    ['listAll', (client: AzureFilesClient) => client.directories.listAll()],
    ['walk', (client: AzureFilesClient) => client.directories.walk()],
  ])(
    'is read by %s as far as somebody takes it, a page at a time',
    { timeout: 600_000 },
    async (_name, list) => {
      const page = Array.from({ length: pageSize }, (_, index) => file(index)).join('');
      const client = clientOf((_request, count) => listing(page, String(count)));
      let taken = 0;
      const growth = await grown(async () => {
        for await (const _entry of list(client)) {
          taken += 1;
          if (taken === pages * pageSize) break;
        }
      });
      expect(taken).toBe(pages * pageSize);
      expect(growth).toBeLessThan(24 * mebibyte);
    },
  );

  it.each([
    ['of one marker', () => 'same'],
    ['of three markers', (count: number) => String(count % 3)],
    [
      'of a thousand markers behind ten others',
      (count: number) => String(count < 10 ? count : 10 + (count % 1000)),
    ],
  ])('in a circle %s is noticed', async (_name, marker) => {
    for (const list of ['listAll', 'walk'] as const) {
      const client = clientOf((_request, count) => listing('', marker(count)));
      const reading = async (): Promise<void> => {
        for await (const _entry of client.directories[list]());
      };
      expect(await rejection(reading())).toMatchObject({ code: 'UnexpectedAnswer' });
    }
    const shares = clientOf((_request, count) =>
      listing('', marker(count)).replace('<Entries></Entries>', '<Shares />'),
    );
    const reading = async (): Promise<void> => {
      for await (const _share of shares.shares.list());
    };
    expect(await rejection(reading())).toMatchObject({ code: 'UnexpectedAnswer' });
  });

  it('of directories within directories ends where no path is that deep', async () => {
    const client = clientOf(() => listing(directory('deeper'), ''));
    let depth = 0;
    const walking = async (): Promise<void> => {
      for await (const _entry of client.directories.walk()) depth += 1;
    };
    expect(await rejection(walking())).toMatchObject({ code: 'InvalidPath' });
    expect(depth).toBeLessThan(300);
  });
});

describe('a document of very many elements', () => {
  it('is given up before it fills the memory', async () => {
    const client = clientOf(() => listing('<a/>'.repeat(12 * mebibyte), ''));
    const growth = await grown(async () => {
      expect(await rejection(client.directories.list())).toMatchObject({
        code: 'UnexpectedAnswer',
        message: expect.stringContaining('more than 250000 elements'),
      });
    });
    expect(growth).toBeLessThan(200 * mebibyte);
  });
});

describe('a document that is made to take long', () => {
  const many = (piece: string, bytes = 3 * mebibyte) => piece.repeat(Math.floor(bytes / piece.length));

  it.each<[name: string, document: string]>([
    ['of empty elements', listing(many('<a/>'), '')],
    ['of nested elements', many('<a>')],
    ['of attributes', `<EnumerationResults ${many('a="" ')}/>`],
    [
      'of different attributes',
      `<EnumerationResults ${Array.from({ length: 300_000 }, (_, i) => `a${i}=""`).join(' ')}/>`,
    ],
    ['of one attribute', `<EnumerationResults a="${many('x')}"><Entries /></EnumerationResults>`],
    ['of one name', `<${many('x')}/>`],
    ['of entities', listing(file(many('&amp;')), '')],
    ['of entities without end', listing(file(many('&')), '')],
    ['of comments', listing(many('<!---->'), '')],
    ['of comments without end', listing(many('<!--'), '')],
    ['of sections of text', listing(many('<![CDATA[]]>'), '')],
    ['of spaces', listing(many(' '), '')],
    ['of spaces in a tag', `<EnumerationResults${many(' ')}`],
    ['of entries that never end', listing(many('<File><Name>a</Name><Properties>'), '')],
    ['of entries with a wrong end', listing(`${many(file('a'))}<File>`, '')],
    ['of names', listing(many('<File><Name>'), '')],
    ['of ends', listing(many('</Entries>'), '')],
    ['of escapes', listing(`<File><Name Encoded="true">${many('%41')}</Name></File>`, '')],
    ['of a marker', listing('', many('m'))],
  ])('%s takes little time', async (_name, document) => {
    const client = clientOf(() => document);
    const startedAt = performance.now();
    try {
      await client.directories.list();
    } catch (error) {
      expect(error).toBeInstanceOf(AzureStorageError);
    }
    // Linear time is far below; anything worse would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
