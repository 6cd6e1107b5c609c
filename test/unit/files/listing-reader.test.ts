import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import type { DirectoryListing } from '../../../src/files/types.js';
import { countEntries, readListing } from '../../../src/files/wire/listing-reader.js';

const directory = { share: 'data', path: 'some/where' };
const modified = 'Wed, 07 Dec 2022 04:02:49 GMT';
const etag = '"0x8DAD807E7E6F4D9"';
const time = '2022-12-07T04:02:49.3390041Z';

const fileXml = (name: string, rest = '') =>
  `<File><Name>${name}</Name><Properties><Content-Length>5</Content-Length><Last-Modified>${modified}</Last-Modified><Etag>${etag}</Etag></Properties>${rest}</File>`;
const wrap = (entries: string, tail = '<NextMarker />') =>
  `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://acct.file.core.windows.net/" ShareName="data" DirectoryPath="some/where"><Entries>${entries}</Entries>${tail}</EnumerationResults>`;
const read = (text: string) => readListing(text, directory);

/** One entry as the generator invents it. */
interface Entry {
  readonly type: 'File' | 'Directory';
  readonly name: string;
  readonly encoded: boolean;
  readonly size: number;
  readonly extras: boolean;
  readonly times: boolean;
}

const characters = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
const name = fc.oneof(
  fc.constantFrom(
    'a&b',
    'a<b',
    "it's",
    'quo"te',
    '&amp;',
    '%41',
    ']]>',
    'tab\t',
    ' spaces ',
    'ü',
    '\u{1f600}',
    '__proto__',
  ),
  // What the service would send: no control characters, no halves of surrogate pairs.
  characters.filter(
    (text) =>
      /^[\t\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u.test(text) && !/[/\\]|^\.{1,2}$/.test(text),
  ),
);
const entry: fc.Arbitrary<Entry> = fc.record({
  type: fc.constantFrom('File' as const, 'Directory' as const),
  name,
  encoded: fc.boolean(),
  size: fc.integer({ min: 0, max: 4_398_046_511_104 }),
  extras: fc.boolean(),
  times: fc.boolean(),
});

/** How a document may be written differently and yet say the same. */
interface Style {
  readonly white: boolean;
  readonly numeric: boolean;
  readonly cdata: boolean;
  readonly unknown: boolean;
  readonly comment: boolean;
  readonly order: boolean;
  readonly bom: boolean;
  readonly declaration: boolean;
}

const style: fc.Arbitrary<Style> = fc.record({
  white: fc.boolean(),
  numeric: fc.boolean(),
  cdata: fc.boolean(),
  unknown: fc.boolean(),
  comment: fc.boolean(),
  order: fc.boolean(),
  bom: fc.boolean(),
  declaration: fc.boolean(),
});
const plain: Style = {
  white: false,
  numeric: false,
  cdata: false,
  unknown: false,
  comment: false,
  order: false,
  bom: true,
  declaration: true,
};

function escaped(text: string, { numeric, cdata }: Style): string {
  if (cdata && !text.includes(']]>')) return `<![CDATA[${text}]]>`;
  const named = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' } as Record<
    string,
    string
  >;
  return text.replace(/[&<>"']/g, (c) =>
    numeric ? `&#x${c.codePointAt(0)?.toString(16)};` : (named[c] ?? c),
  );
}

function entryXml(made: Entry, how: Style): string {
  const text = made.encoded ? encodeURIComponent(made.name) : escaped(made.name, how);
  const gap = how.white ? '\r\n  ' : '';
  const nameXml = `<Name${made.encoded ? ' Encoded="true"' : ''}>${text}</Name>`;
  const id = made.extras ? '<FileId>11529285414812647424</FileId>' : '';
  const times = made.times
    ? `<CreationTime>${time}</CreationTime><LastAccessTime>${time}</LastAccessTime><LastWriteTime>${time}</LastWriteTime><ChangeTime>${time}</ChangeTime>`
    : '';
  const size = made.type === 'File' ? `<Content-Length>${made.size}</Content-Length>` : '';
  const unknown = how.unknown ? '<Novelty a="1"><Name>inner</Name></Novelty>' : '';
  const properties = `<Properties>${size}${times}${unknown}<Last-Modified>${modified}</Last-Modified><Etag>${escaped(etag, how)}</Etag></Properties>`;
  const extras = made.extras
    ? '<Attributes>Archive | Hidden</Attributes><PermissionKey>1*2</PermissionKey>'
    : '';
  const parts = [nameXml, id, properties, extras, unknown, how.comment ? '<!-- <File> & -->' : ''];
  if (how.order) parts.reverse();
  return `<${made.type}>${gap}${parts.join(gap)}${gap}</${made.type}>`;
}

function documentXml(entries: readonly Entry[], marker: string, how: Style): string {
  const gap = how.white ? '\n' : '';
  const body = entries.map((made) => entryXml(made, how)).join(gap);
  const list = entries.length === 0 ? '<Entries />' : `<Entries>${gap}${body}${gap}</Entries>`;
  const next = marker === '' ? '<NextMarker />' : `<NextMarker>${escaped(marker, how)}</NextMarker>`;
  const head = `${how.bom ? '\ufeff' : ''}${how.declaration ? '<?xml version="1.0" encoding="utf-8"?>' : ''}`;
  return `${head}<EnumerationResults ServiceEndpoint="https://a/" DirectoryPath="x &lt;Entries&gt; y">${gap}<Prefix>&lt;Entries&gt;</Prefix>${gap}${list}${gap}${next}</EnumerationResults>`;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  preserveOrder: true,
  parseTagValue: false,
  trimValues: false,
  cdataPropName: '#cdata',
  htmlEntities: true,
  processEntities: { enabled: true, maxTotalExpansions: 1_000_000, maxEntityCount: 1_000_000 },
});

type Node = Record<string, Node[] | Record<string, string> | string>;

/** The same listing by way of another parser. */
function byLibrary(xml: string): { entries: Record<string, unknown>[]; nextMarker: string } {
  const nodes = parser.parse(xml.replace(/^\ufeff/, '')) as Node[];
  const root = childrenOf(nodes.find((node) => 'EnumerationResults' in node));
  const list = childrenOf(root.find((node) => 'Entries' in node));
  const entries = list
    .filter((node) => 'File' in node || 'Directory' in node)
    .map((node) => {
      const children = childrenOf(node);
      const properties = childrenOf(children.find((child) => 'Properties' in child));
      const named = children.find((child) => 'Name' in child);
      const attributes = named?.[':@'] as Record<string, string> | undefined;
      const raw = textOf(children, 'Name') ?? '';
      return {
        type: 'File' in node ? 'file' : 'directory',
        name: attributes?.['@_Encoded'] === 'true' ? decodeURIComponent(raw) : raw,
        size: 'File' in node ? Number(textOf(properties, 'Content-Length')) : undefined,
        etag: textOf(properties, 'Etag'),
        creationTime: textOf(properties, 'CreationTime'),
        fileId: textOf(children, 'FileId'),
        attributes: textOf(children, 'Attributes'),
      };
    });
  return { entries, nextMarker: textOf(root, 'NextMarker') ?? '' };
}

function childrenOf(node: Node | undefined): Node[] {
  const key = Object.keys(node ?? {}).find((name) => name !== ':@');
  return key === undefined ? [] : (node?.[key] as Node[]);
}

function textOf(nodes: Node[], wanted: string): string | undefined {
  const node = nodes.find((candidate) => wanted in candidate);
  if (node === undefined) return undefined;
  return childrenOf(node)
    .map((child) => ('#cdata' in child ? textOf([child], '#cdata') : child['#text']) ?? '')
    .join('');
}

function comparable({ entries, nextMarker }: DirectoryListing) {
  return {
    entries: entries.map(({ type, name: entryName, size, etag: version, smb }) => ({
      type,
      name: entryName,
      size,
      etag: version,
      creationTime: smb.creationTime,
      fileId: smb.fileId,
      attributes: smb.attributes,
    })),
    nextMarker: nextMarker ?? '',
  };
}

describe('a name that would lead elsewhere', () => {
  it.each(['../up', '..', '.', 'a/b', '/etc/passwd', '..\\up'])('is no entry: %s', (given) => {
    expect(() => read(wrap(fileXml(given)))).toThrow('no name of a file or directory');
  });

  it.each(['%00', 'a%00.txt', '%2e%2e', '%2fetc', '..%5cup'])(
    'is no entry when it is encoded: %s',
    (given) => {
      const xml = fileXml(given).replace('<Name>', '<Name Encoded="true">');
      expect(() => read(wrap(xml))).toThrow('no name of a file or directory');
    },
  );
});

describe('listings', () => {
  it('reads what the service writes', () => {
    const xml = wrap(
      `<Directory><Name>b</Name><FileId>13835128424026341376</FileId><Properties><CreationTime>${time}</CreationTime><LastAccessTime>${time}</LastAccessTime><LastWriteTime>${time}</LastWriteTime><ChangeTime>${time}</ChangeTime><Last-Modified>${modified}</Last-Modified><Etag>${etag}</Etag></Properties><Attributes>Directory</Attributes><PermissionKey>1*2</PermissionKey></Directory>${fileXml('a.txt')}`,
      '<NextMarker>1!8!ZmlsZWEy</NextMarker>',
    );
    expect(read(xml)).toEqual({
      entries: [
        {
          type: 'directory',
          name: 'b',
          share: 'data',
          path: 'some/where/b',
          etag,
          lastModified: new Date('2022-12-07T04:02:49Z'),
          smb: {
            fileId: '13835128424026341376',
            creationTime: time,
            lastWriteTime: time,
            changeTime: time,
            attributes: 'Directory',
            permissionKey: '1*2',
          },
        },
        {
          type: 'file',
          name: 'a.txt',
          share: 'data',
          path: 'some/where/a.txt',
          size: 5,
          etag,
          lastModified: new Date('2022-12-07T04:02:49Z'),
          smb: {},
        },
      ],
      nextMarker: '1!8!ZmlsZWEy',
    });
  });

  it('agrees with another parser on documents as the service writes them', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), fc.string({ maxLength: 5 }), (entries, marker) => {
        const xml = documentXml(entries, marker.replace(/[^ -~]/g, ''), plain);
        expect(comparable(read(xml))).toEqual(byLibrary(xml));
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with another parser on documents that are written differently', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), style, (entries, how) => {
        const xml = documentXml(entries, '', how);
        expect(comparable(read(xml))).toEqual(byLibrary(xml));
      }),
      { numRuns: 500 },
    );
  });

  it('gives back every name that was put in', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), style, (entries, how) => {
        const listing = read(documentXml(entries, '', how));
        expect(listing.entries.map((listed) => listed.name)).toEqual(entries.map((made) => made.name));
        expect(listing.entries.map((listed) => listed.path)).toEqual(
          entries.map((made) => `some/where/${made.name}`),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('never does anything but read a listing or say that the answer makes no sense', () => {
    const valid = documentXml(
      [{ type: 'File', name: 'a&b', encoded: false, size: 1, extras: true, times: true }],
      'next',
      plain,
    );
    const edit = fc.record({
      at: fc.nat(valid.length),
      drop: fc.nat(30),
      put: fc.constantFrom(
        '',
        '<',
        '>',
        '&',
        '</File>',
        '<File>',
        '"',
        '<Name>',
        '</Entries>',
        '\u0000',
        'x',
      ),
    });
    fc.assert(
      fc.property(edit, ({ at, drop, put }) => {
        const xml = valid.slice(0, at) + put + valid.slice(at + drop);
        try {
          read(xml);
        } catch (error) {
          expect(error).toMatchObject({ name: 'ServerError', code: 'UnexpectedAnswer' });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['nothing', ''],
    ['a page of a proxy', '<html><body>Not here</body></html>'],
    ['another document', '<Error><Code>X</Code></Error>'],
    ['no entries element', '<EnumerationResults><NextMarker /></EnumerationResults>'],
    ['a document that ends early', wrap(fileXml('a')).slice(0, -30)],
    ['an entry that is not closed', wrap(fileXml('a').replace('</File>', ''))],
    [
      'two lists',
      wrap(`${fileXml('a')}</Entries><Entries>${fileXml('b')}`).replace('</EnumerationResults>', ''),
    ],
    ['an unknown entity', wrap(fileXml('&nbsp;'))],
    ['a bare ampersand', wrap(fileXml('a & b'))],
    ['a control character', wrap(fileXml('a\u0001'))],
    ['a document type', `<!DOCTYPE x [<!ENTITY e "x">]>${wrap(fileXml('&e;'))}`],
    ['another root around entries', wrap(fileXml('a')).replaceAll('EnumerationResults', 'Other')],
    ['an entry that is closed by another name', wrap(fileXml('a').replace('</File>', '</Directory>'))],
    ['an entry without a name', wrap(fileXml('').replace('<Name></Name>', ''))],
    ['an empty name', wrap(fileXml(''))],
    ['a malformed escape in a name', wrap(fileXml('x').replace('<Name>x', '<Name Encoded="true">%zz'))],
    ['no ETag', wrap(fileXml('a').replace(`<Etag>${etag}</Etag>`, ''))],
    ['no Last-Modified', wrap(fileXml('a').replace(modified, 'yesterday'))],
    ['no size', wrap(fileXml('a').replace('<Content-Length>5</Content-Length>', ''))],
    ['a size that is no number', wrap(fileXml('a').replace('>5<', '>-5<'))],
    ['a size beyond what a number can hold', wrap(fileXml('a').replace('>5<', '>99999999999999999999<'))],
  ])('refuses %s', (_what, xml) => {
    expect(() => read(xml)).toThrow(
      expect.objectContaining({ name: 'ServerError', code: 'UnexpectedAnswer' }),
    );
  });

  it.each([
    ['in a comment before', wrap(fileXml('a')).replace('<Entries>', '<!-- <Entries> --><Entries>')],
    ['in a comment behind', wrap(fileXml('a')).replace('</Entries>', '</Entries><!-- </Entries> -->')],
    ['in CDATA', wrap(fileXml('a')).replace('<Entries>', '<Prefix><![CDATA[<Entries>]]></Prefix><Entries>')],
    ['inside an unknown element', wrap(fileXml('a'), '<New><Entries>x</Entries></New><NextMarker />')],
  ])('is not misled by the name of the list %s', (_where, xml) => {
    expect(read(xml).entries.map((listed) => listed.name)).toEqual(['a']);
  });

  it('passes over what it does not know', () => {
    const unknown = '<SymLink><Name>link</Name></SymLink><Toplevel />';
    const listing = read(wrap(`${fileXml('a')}${unknown}${fileXml('b')}`));
    expect(listing.entries.map((listed) => listed.name)).toEqual(['a', 'b']);
  });

  it('reads an empty directory', () => {
    expect(read(wrap(''))).toEqual({ entries: [] });
    expect(read(wrap('').replace('<Entries></Entries>', '<Entries />'))).toEqual({ entries: [] });
  });

  it('keeps a name that means something to objects', () => {
    expect(read(wrap(fileXml('__proto__'))).entries[0]?.path).toBe('some/where/__proto__');
  });

  it('counts entries without reading them', () => {
    expect(countEntries(wrap(''))).toBe(0);
    expect(countEntries(wrap(fileXml('a') + fileXml('b').replace('<Name>', '<Name Encoded="true">')))).toBe(
      2,
    );
  });
});
