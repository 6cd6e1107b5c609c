import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { parseXml } from '../../../../src/core/wire/xml.js';
import { type Answer, read, ShareRequests } from '../../../support/share-requests.js';

/** Requests of nonsense must be answered as the client's mistake, and leave the engine as it was. */
async function withFile(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  await requests.createDirectory('d');
  await requests.createFile('d/f', 1000);
  return requests;
}

async function expectToGoOn(requests: ShareRequests): Promise<void> {
  expect(requests.failures).toEqual([]);
  expect((await requests.createShare('afterwards')).status).toBe(201);
  expect((await requests.put('/afterwards/d?restype=directory')).status).toBe(201);
  expect((await requests.get('/afterwards?restype=directory&comp=list')).text).toContain('<Name>d</Name>');
}

function expectAnswer(answer: Answer): void {
  expect(answer.status).toBeGreaterThanOrEqual(200);
  expect(answer.status).toBeLessThan(500);
}

const methods = fc.oneof(
  fc.constantFrom('GET', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PATCH', 'TRACE'),
  fc.string({ minLength: 1, maxLength: 8 }),
);
const comps = fc.constantFrom(
  ...[
    '',
    'list',
    'properties',
    'metadata',
    'acl',
    'stats',
    'snapshot',
    'lease',
    'filepermission',
    'undelete',
    'range',
  ],
  ...['rangelist', 'copy', 'rename', 'listhandles', 'forceclosehandles', 'nonsense'],
);
const restypes = fc.constantFrom('', 'share', 'directory', 'service', 'hardlink', 'file');
/** Text as it could stand in a header: Latin-1 without control characters. */
const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const names = fc.constantFrom(
  ...[
    'x-ms-range',
    'Range',
    'x-ms-write',
    'x-ms-type',
    'x-ms-content-length',
    'x-ms-content-type',
    'Content-MD5',
  ],
  ...[
    'x-ms-lease-id',
    'x-ms-lease-action',
    'x-ms-lease-duration',
    'x-ms-proposed-lease-id',
    'x-ms-lease-break-period',
  ],
  ...[
    'x-ms-copy-source',
    'x-ms-copy-action',
    'x-ms-file-rename-source',
    'x-ms-source-range',
    'x-ms-file-attributes',
  ],
  ...[
    'x-ms-file-creation-time',
    'x-ms-file-last-write-time',
    'x-ms-file-permission',
    'x-ms-file-permission-key',
  ],
  ...[
    'x-ms-meta-a',
    'x-ms-meta-',
    'x-ms-share-quota',
    'x-ms-access-tier',
    'x-ms-delete-snapshots',
    'x-ms-handle-id',
  ],
  ...['x-ms-recursive', 'x-ms-enabled-protocols', 'x-ms-root-squash', 'x-ms-deleted-share-name', 'Origin'],
  ...['x-ms-deleted-share-version', 'Access-Control-Request-Method', 'x-ms-allow-trailing-dot', 'If-Match'],
);
const values = fc.oneof(
  headerText,
  fc.constantFrom(
    'bytes=0-9',
    'bytes=0-',
    'update',
    'clear',
    'file',
    '10',
    '-1',
    'acquire',
    'true',
    'now',
    'inherit',
  ),
  fc.constantFrom(
    'http://127.0.0.1:10003/devstoreaccount1/share/d/f',
    'abort',
    '99999999999999999999',
    '*',
    '{}',
  ),
);
const headers = fc.dictionary(names, values, { maxKeys: 6 });
const paths = fc.oneof(
  fc.constantFrom('/share', '/share/d', '/share/d/f', '/share/d/f/g', '/', '/other', '/share/missing/x'),
  fc
    .array(fc.string({ unit: 'binary', maxLength: 12 }).map(encodable), { maxLength: 5 })
    .map((parts) => `/${parts.join('/')}`),
  fc.string({ maxLength: 30 }).map((text) => `/share/${text.replaceAll(/[\s?#]/g, '')}`),
);

function encodable(text: string): string {
  return encodeURIComponent(text.replaceAll(/[\ud800-\udfff]/g, ''));
}

describe('malformed requests', () => {
  it('are refused in a document that is one, whatever of them it repeats', async () => {
    const requests = await withFile();
    for (const target of [
      '/share?restype=%00',
      '/share?restype=share&comp=%1F%EF%BF%BE',
      '/share/f?timeout=%0B',
    ]) {
      const { status, text } = await requests.get(target);
      expect(status).toBe(400);
      expect(parseXml(text)).toMatchObject({ name: 'Error' });
      expect(text).toContain('\ufffd');
    }
  });

  it('of any method, path, query and headers are answered below 500 when they are signed', async () => {
    const requests = await withFile();
    const request = fc.record({
      method: methods,
      path: paths,
      comp: comps,
      restype: restypes,
      headers,
      body: headerText,
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, comp, restype, headers: sent, body }) => {
        const query = `?comp=${comp}&restype=${restype}`.replace('comp=&', '').replace(/[?&]restype=$/, '');
        const bodies = body === '' ? {} : { body };
        expectAnswer(await requests.send({ method, target: path + query, headers: sent, ...bodies }));
        expect(requests.failures).toEqual([]);
      }),
      { numRuns: 1500 },
    );
    await expectToGoOn(requests);
  });

  it('without a valid signature are answered below 500', async () => {
    const requests = await withFile();
    const request = fc.record({
      method: methods,
      origin: fc.oneof(
        fc.constant('http://127.0.0.1:10003'),
        fc.string().map((host) => `http://${host}`),
      ),
      target: fc.oneof(
        fc.string(),
        fc.string().map((text) => `/${text}`),
        fc.webPath(),
      ),
      headers: fc.dictionary(
        fc.oneof(names, fc.constantFrom('Authorization', 'x-ms-date', 'x-ms-version')),
        values,
      ),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ headers: sent, ...rest }) => {
        expectAnswer(await read(await requests.engine.handle({ ...rest, headers: HttpHeaders.of(sent) })));
      }),
      { numRuns: 500 },
    );
    await expectToGoOn(requests);
  });

  it('with any range are answered below 500 and never write outside of the file', async () => {
    const requests = await withFile();
    const ranges = fc.oneof(
      fc
        .tuple(fc.integer({ min: -5, max: 2000 }), fc.integer({ min: -5, max: 2000 }))
        .map(([a, b]) => `bytes=${a}-${b}`),
      fc.bigInt({ min: 0n, max: 2n ** 64n }).map((a) => `bytes=${a}-`),
      fc.string({ maxLength: 12 }).map((text) => `bytes=${text.replaceAll(/[^!-~]/g, '')}`),
    );
    const body = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(ranges, body, fc.constantFrom('update', 'clear'), async (range, text, mode) => {
        const sent = { 'x-ms-range': range, 'x-ms-write': mode };
        expectAnswer(await requests.put('/share/d/f?comp=range', sent, text));
        expectAnswer(await requests.get('/share/d/f', { 'x-ms-range': range }));
        expectAnswer(await requests.get('/share/d/f?comp=rangelist', { 'x-ms-range': range }));
        expect((await requests.get('/share/d/f')).bytes.length).toBe(1000);
      }),
    );
    await expectToGoOn(requests);
  });

  it('with any document are answered below 500', async () => {
    const requests = await withFile();
    const tags = fc.constantFrom(
      ...[
        'SignedIdentifiers',
        'SignedIdentifier',
        'Id',
        'AccessPolicy',
        'Start',
        'Expiry',
        'Permission',
        'Cors',
      ],
      ...[
        'StorageServiceProperties',
        'CorsRule',
        'HourMetrics',
        'Enabled',
        'Version',
        'RetentionPolicy',
        'Days',
      ],
    );
    const { node } = fc.letrec<{ node: string; children: string[] }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.string({ maxLength: 10 }),
        fc.tuple(tags, tie('children')).map(([tag, children]) => `<${tag}>${children.join('')}</${tag}>`),
      ),
      children: fc.array(tie('node'), { maxLength: 4 }),
    }));
    const targets = fc.constantFrom(
      '/share?restype=share&comp=acl',
      '/?restype=service&comp=properties',
      '/share?restype=share&comp=filepermission',
    );
    await fc.assert(
      fc.asyncProperty(targets, fc.oneof(node, fc.string(), fc.json()), async (target, document) => {
        expectAnswer(await requests.put(target, {}, document));
      }),
      { numRuns: 500 },
    );
    await expectToGoOn(requests);
  });
});
