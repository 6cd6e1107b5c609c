import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { readListing } from '../../src/files/wire/listing-reader.js';
import { patterned } from '../support/patterned.js';
import { ShareRequests } from '../support/share-requests.js';

/*
 * Every document of the emulator, read by another parser than its own: whatever names and values go in must come out.
 * A failing case prints its seed and path; `AZSTORE_TEST_SEED` repeats a run.
 */

const seed = Number(process.env.AZSTORE_TEST_SEED ?? Date.now() % 2 ** 31);
const lists = ['File', 'Directory', 'Share', 'Range', 'ClearRange', 'CorsRule', 'SignedIdentifier'];
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  alwaysCreateTextNode: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => lists.includes(name),
});

/** An element as the other parser gives it. */
interface Element {
  readonly '#text'?: string;
  readonly '@Encoded'?: string;
  readonly [name: string]: Element[] | Element | string | undefined;
}

function parsed(text: string): Element {
  expect(text.startsWith('\ufeff<?xml version="1.0" encoding="utf-8"?><')).toBe(true);
  expect(XMLValidator.validate(text.slice(1))).toBe(true);
  return parser.parse(text.slice(1)) as Element;
}

const one = (parent: Element | undefined, name: string): Element | undefined =>
  parent?.[name] as Element | undefined;
const all = (parent: Element | undefined, name: string): Element[] => (parent?.[name] ?? []) as Element[];
const text = (element: Element | undefined): string | undefined => element?.['#text'];

function nameIn(element: Element | undefined): string {
  const name = text(element) ?? '';
  return element?.['@Encoded'] === 'true' ? decodeURIComponent(name) : name;
}

/** Characters that XML, URLs, headers or sorting could stumble over, and any others. */
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...`&<>'"%#+?=;!@$^()[]{}~\`., \\-_aA9äßıİſ`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\ufffe', '\uffff', '\ufdd0', '\u0085', '\u2028', '\u00a0', '\ud7ff'),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
);
const name = fc.array(character, { minLength: 1, maxLength: 12 }).map((characters) => characters.join(''));
const path = (...names: readonly string[]) => names.map(encodeURIComponent).join('/');
const keepDots = { 'x-ms-allow-trailing-dot': 'true' };

async function withShare(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  return requests;
}

/** Makes entries of those names, half of them directories; gives the ones that the service took, as it keeps them. */
async function fill(requests: ShareRequests, parent: string, names: readonly string[]): Promise<Set<string>> {
  const made = new Set<string>();
  for (const [index, each] of names.entries()) {
    const at = path(parent, each);
    const answer =
      index % 2 === 0
        ? await requests.createFile(at, index, keepDots)
        : await requests.createDirectory(at, keepDots);
    expect([201, 400, 409]).toContain(answer.status);
    if (answer.status === 201 && !/[/\\]/.test(each)) made.add(each);
  }
  return made;
}

const includes = 'include=Timestamps,Etag,Attributes,PermissionKey';

describe('the documents of the emulator', () => {
  it('list any names, page by page, as both readers find them', { timeout: 30_000 }, async () => {
    const property = fc.asyncProperty(
      fc.uniqueArray(name, { minLength: 1, maxLength: 12, selector: (each) => each.toUpperCase() }),
      fc.integer({ min: 1, max: 5 }),
      async (names, pageSize) => {
        const requests = await withShare();
        await requests.createDirectory('parent');
        const made = await fill(requests, 'parent', names);
        const seen: string[] = [];
        let marker: string | undefined = '';
        for (let page = 0; marker !== undefined && page < 20; page++) {
          const query = `restype=directory&comp=list&${includes}&maxresults=${pageSize}&marker=${encodeURIComponent(marker)}`;
          const answer = await requests.get(`/share/parent?${query}`, keepDots);
          const root = one(parsed(answer.text), 'EnumerationResults');
          const entries = one(root, 'Entries');
          const found = [...all(entries, 'File'), ...all(entries, 'Directory')];
          const theirs = found.map((entry) => nameIn(one(entry, 'Name')));
          const ours = readListing(answer.text, { share: 'share', path: 'parent' }).entries;
          expect(ours.map((entry) => entry.name).toSorted()).toEqual(theirs.toSorted());
          expect(ours.map(({ etag }) => etag).toSorted()).toEqual(
            found.map((entry) => text(one(one(entry, 'Properties'), 'Etag'))).toSorted(),
          );
          seen.push(...theirs);
          marker = text(one(root, 'NextMarker')) || undefined;
        }
        expect(seen.toSorted()).toEqual([...made].toSorted());
        expect(requests.failures).toEqual([]);
      },
    );
    await fc.assert(property, { seed, numRuns: 60 });
  });

  it('repeat path, prefix and marker of the request', async () => {
    const property = fc.asyncProperty(name, name, async (directory, prefix) => {
      const requests = await withShare();
      const made = await requests.createDirectory(path(directory), keepDots);
      fc.pre(made.status === 201);
      await requests.createFile(path(directory, prefix), 1, keepDots);
      const query = `restype=directory&comp=list&prefix=${encodeURIComponent(prefix)}`;
      const answer = await requests.get(`/share/${path(directory)}?${query}`, keepDots);
      const root = one(parsed(answer.text), 'EnumerationResults');
      expect(nameIn(one(root, 'Prefix'))).toBe(prefix);
      const told = root?.['@DirectoryPath'] as string;
      const parts = directory.split('/').filter((part) => part !== '');
      expect(root?.['@Encoded'] === 'true' ? decodeURIComponent(told) : told).toBe(parts.join('/'));
    });
    await fc.assert(property, { seed, numRuns: 60 });
  });

  it('list shares with any metadata', async () => {
    const key = fc.string({ unit: fc.constantFrom(...'abcXYZ_019'), minLength: 1, maxLength: 8 });
    const value = fc
      .string({
        unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
        minLength: 1,
      })
      .map((word) => `${word} <&>"' ${word}`);
    const metadata = fc.uniqueArray(fc.tuple(key, value), {
      maxLength: 5,
      selector: ([each]) => each.toLowerCase(),
    });
    const property = fc.asyncProperty(metadata, async (pairs) => {
      const requests = new ShareRequests();
      const headers = Object.fromEntries(pairs.map(([each, text]) => [`x-ms-meta-${each}`, text]));
      const made = await requests.put('/share?restype=share', headers);
      fc.pre(made.status === 201);
      const { text: document } = await requests.get('/?comp=list&include=metadata&prefix=sh');
      const [share] = all(one(one(parsed(document), 'EnumerationResults'), 'Shares'), 'Share');
      const told = Object.entries(one(share, 'Metadata') ?? {})
        .filter(([each]) => each !== '#text')
        .map(([each, element]) => [each, text(element as Element)]);
      expect(told.toSorted()).toEqual(pairs.toSorted());
    });
    await fc.assert(property, { seed, numRuns: 60 });
  });

  it('list ranges and what has changed', async () => {
    const requests = await withShare();
    await requests.createFile('f', 8192);
    await requests.putRange('f', { start: 0, bytes: patterned(1024) });
    const snapshot =
      (await requests.put('/share?restype=share&comp=snapshot')).headers.get('x-ms-snapshot') ?? '';
    await requests.putRange('f', { start: 4096, bytes: patterned(512) });
    await requests.clearRange('f', 'bytes=0-511');
    const spans = (root: Element | undefined, kind: string) =>
      all(root, kind).map((range) => [text(one(range, 'Start')), text(one(range, 'End'))]);
    const list = one(parsed((await requests.get('/share/f?comp=rangelist')).text), 'Ranges');
    expect(spans(list, 'Range')).toEqual([
      ['512', '1023'],
      ['4096', '4607'],
    ]);
    const query = `comp=rangelist&prevsharesnapshot=${encodeURIComponent(snapshot)}`;
    const changes = one(parsed((await requests.get(`/share/f?${query}`)).text), 'Ranges');
    expect([spans(changes, 'Range'), spans(changes, 'ClearRange')]).toEqual([
      [['4096', '4607']],
      [['0', '511']],
    ]);
  });

  it('are errors with any header, parameter or path in them', async () => {
    const value = fc
      .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 30 })
      .map((codes) => String.fromCharCode(...codes).trim());
    const property = fc.asyncProperty(value, name, async (header, parameter) => {
      const requests = await withShare();
      for (const answer of [
        await requests.createFile('f', 1, { 'x-ms-file-creation-time': `x${header}` }),
        await requests.get(`/share?restype=${encodeURIComponent(`x${parameter}`)}`),
        await requests.get(`/${encodeURIComponent(parameter)}/f`),
        await requests.get(`/share?restype=share&sharesnapshot=${encodeURIComponent(`x${parameter}`)}`),
      ]) {
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        const error = one(parsed(answer.text), 'Error');
        expect(text(one(error, 'Code'))).toBe(answer.code);
        expect(text(one(error, 'Message'))).toMatch(/\nRequestId:[0-9a-f-]{36}\nTime:\d{4}-/);
      }
      expect(requests.failures).toEqual([]);
    });
    await fc.assert(property, { seed, numRuns: 60 });
  });
});
