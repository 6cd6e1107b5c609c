import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEmulator } from '../../src/emulator/index.js';
import {
  AutoRenewingLease,
  AzureFilesClient,
  type AzureFilesConfig,
  AzureStorageError,
  type HttpRequest,
  type Transport,
} from '../../src/files/index.js';
import {
  directoryFields,
  fileFields,
  leaseFields,
  sasFields,
  shareFields,
  streamingFields,
} from '../../src/files/request-fields.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { seed } from '../support/lasting-emulator.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { endOf } from './ended.js';
import { errorFault } from './fuzz/told-errors.js';
import { accountKey } from './hostile-service.js';

/*
 * What callers may give by mistake or because somebody else chose it: line ends, names that lead elsewhere, numbers that are none,
 * names that mean something to objects. It is refused before anything is sent, or it is sent as what it says.
 */

const clock = new ManualClock();
const emulator = createEmulator({ shares: ['data', 'other'], clock });
const directory = { local: '' };
beforeAll(async () => {
  directory.local = await temporaryDirectory(() => {});
  await writeFile(`${directory.local}/source.bin`, 'source');
  await clientThrough(emulator.transport).directories.create({ path: 'd' });
});

function clientThrough(transport: Transport, more: AzureFilesConfig = {}): AzureFilesClient {
  const credentials = { type: 'connection_string', connectionString: emulator.connectionString } as const;
  return new AzureFilesClient({ credentials, defaultShare: 'data', clock, transport, ...more }, {});
}

/** What no request may look like, whatever was asked for; `undefined` when it is in order. */
function requestFault({ method, origin, target, headers }: HttpRequest): string | undefined {
  const url = `${origin}${target}`;
  if (!/^(?:GET|PUT|HEAD|DELETE|POST)$/.test(method)) return `the method ${method}`;
  if (origin !== 'http://127.0.0.1:10003') return `the origin ${origin}`;
  if (!/^\/devstoreaccount1(?:[/?][!-~]*)?$/.test(target) || /[#\\"<>^`{|}]/.test(target))
    return `the target ${target}`;
  // A target that leads elsewhere is another one once it is taken apart.
  if (new URL(url).href !== url) return `the target ${target} that means ${new URL(url).href}`;
  for (const [name, value] of headers) {
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) return `a header named ${JSON.stringify(name)}`;
    if (!/^(?:[!-~](?:[ -~]*[!-~])?)?$/.test(value)) return `the header ${name} of ${JSON.stringify(value)}`;
  }
  return undefined;
}

/** Stands before the emulator and looks at what is sent to it. */
function watched() {
  const faults: string[] = [];
  let count = 0;
  const transport: Transport = {
    send(request, call) {
      count += 1;
      const fault = requestFault(request);
      if (fault !== undefined) faults.push(fault);
      // A size of gigabytes is no mistake; reading it all would take too long here.
      if (count > 60) return Promise.reject(new AzureStorageError('Enough', 'the call sends too much'));
      return emulator.transport.send(request, call);
    },
  };
  return { transport, faults };
}

const hostileTexts = [
  ...[
    'a\r\nX-Injected: 1',
    'a\nb',
    'a\rb',
    '\u0000',
    'a\u0000',
    '\u007f',
    '\u0085',
    '\u2028',
    'é',
    '\ud800',
    ' a',
    'a ',
    '',
  ],
  ...[
    '..',
    '../x',
    'a/../../b',
    './a',
    'a/./b',
    '/etc/passwd',
    '//x',
    'a//b',
    'a\\b',
    '..\\..\\x',
    'C:',
    'C:\\x',
    '\\\\host\\x',
  ],
  ...[
    '%2e%2e',
    '%2e%2e%2f',
    '%00',
    '%',
    '?',
    '#',
    'a?b=c',
    'a#b',
    'a&b=c',
    'a;b',
    'con',
    'NUL',
    'a.',
    'a.. ',
    'COM1',
    'aux/x',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'x'.repeat(300),
    'x/'.repeat(300),
    'x'.repeat(10_000),
  ],
  ...[
    'http://elsewhere/x',
    'data/../other',
    '@elsewhere',
    ':80',
    '*',
    '{a}',
    '2024-01-02T03:04:05Z',
    '-1',
    '1e30',
    '0x10',
  ],
];
const hostileNumbers = [
  ...[
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    -1,
    0,
    0.5,
    1e30,
    2 ** 53,
    2 ** 53 + 2,
    4398046511104,
  ],
  ...[Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 31, 2 ** 32, 5, 513],
];
const hostileThings: readonly unknown[] = [
  ...[
    null,
    true,
    5n,
    Symbol('a'),
    () => 'a',
    [],
    ['a'],
    {},
    new Date(Number.NaN),
    new Date(8.64e15),
    new Map(),
    /a/,
  ],
  ...[
    { toString: () => 'a\r\nb' },
    Object.create(null),
    JSON.parse('{"__proto__":"a"}'),
    new Uint8Array(3),
    new Proxy({}, {}),
  ],
  ...[
    { start: Number.NaN, end: 1 },
    { start: 5, end: 2 },
    { start: 0, end: 2 ** 60 },
    { start: '0', end: '1' },
    { start: -0, end: 1 },
  ],
  ...[
    { a: 'b\r\nc' },
    { 'a\r\nb': 'c' },
    { 'a b': 'c' },
    { constructor: 'c' },
    { a: 5 },
    { a: null },
    { '': 'a' },
    { é: 'a' },
    { A: '1', a: '2' },
  ],
  ...[
    { contentType: 'a\r\nb' },
    { cacheControl: '\u0000' },
    { attributes: 'Hidden\r\n' },
    { lastWriteTime: 'now\r\n' },
    { permission: 'a\nb' },
  ],
];
const anyText = fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary', maxLength: 12 }));
const anything = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...hostileTexts) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...hostileNumbers) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...hostileThings) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.double() },
);

const file = { path: 'd/f' };
const leaseId = '11111111-1111-4111-8111-111111111111';
const data = new Uint8Array(10);
/** What each method cannot do without. */
const needed: Readonly<Record<string, object>> = {
  'files.create': { ...file, size: 10 },
  'files.write': { ...file, data },
  'files.writeIfMatch': { ...file, data, waitMs: 0 },
  'files.updateIfMatch': { ...file, waitMs: 0 },
  'files.append': { ...file, data, waitMs: 0 },
  'files.clearRange': { ...file, range: { start: 0, end: 5 } },
  'files.resize': { ...file, size: 10 },
  'files.setMetadata': { ...file, metadata: {} },
  'files.copy': { sourcePath: 'd/f', destPath: 'd/g' },
  'files.copyFromUrl': { sourceUrl: `${emulator.filesEndpoint}/data/d/f`, destPath: 'd/g' },
  'files.waitForCopy': { ...file, waitMs: 0 },
  'files.abortCopy': { ...file, copyId: '11111111-1111-4111-8111-111111111111' },
  'files.rename': { ...file, newPath: 'd/h' },
  'directories.create': { path: 'x' },
  'directories.ensure': { path: 'x/y' },
  'directories.delete': { path: 'x/y' },
  'directories.deleteRecursive': { path: 'x' },
  'directories.rename': { path: 'x', newPath: 'z' },
  'directories.getProperties': { path: 'd' },
  'directories.setProperties': { path: 'd', smb: {} },
  'directories.setMetadata': { path: 'd', metadata: {} },
  'directories.list': {},
  'directories.walk': {},
  'shares.list': {},
  'shares.getProperties': {},
  'shares.getStatistics': {},
  'leases.renew': { ...file, id: leaseId },
  'leases.change': { ...file, id: leaseId },
  'leases.release': { ...file, id: leaseId },
  'sas.forList': {},
  'sas.generate': { ...file, permissions: ['read'] },
  'sas.generateAccount': { resourceTypes: ['object'], permissions: ['read'] },
  'sas.getUserDelegationKey': {},
  'streaming.uploadStream': { ...file, totalSize: 6 },
  'streaming.downloadRange': { ...file, start: 0, end: 5 },
};

const services = {
  files: fileFields,
  directories: directoryFields,
  shares: shareFields,
  streaming: streamingFields,
  leases: {
    tryAcquire: leaseFields.acquire,
    acquireAutoRenewing: leaseFields.acquire,
    renew: leaseFields.reference,
    change: leaseFields.reference,
    release: leaseFields.reference,
    breakLease: leaseFields.break,
    inspect: leaseFields.inspect,
  },
  sas: {
    forRead: sasFields.forRead,
    forWrite: sasFields.forFile,
    forList: sasFields.forList,
    forLock: sasFields.forFile,
    generate: sasFields.generate,
    generateAccount: sasFields.account,
    getUserDelegationKey: sasFields.key,
  },
};
const methods = Object.entries(services).flatMap(([service, rules]) =>
  Object.entries(rules).map(([name, fields]) => ({
    name: `${service}.${name}`,
    service,
    method: name,
    fields: Object.keys(fields),
  })),
);

async function* source(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(6);
}

const furtherArguments: Readonly<Record<string, () => readonly unknown[]>> = {
  'files.writeIfMatch': () => ['"etag"'],
  'leases.change': () => [leaseId],
  'files.updateIfMatch': () => [() => data],
  'streaming.uploadStream': () => [source()],
  'streaming.uploadFrom': () => [`${directory.local}/source.bin`],
  'streaming.downloadTo': () => [`${directory.local}/target.bin`],
};

type AnyMethod = (...given: readonly unknown[]) => unknown;

/** Calls a method as somebody without types may do, and takes whatever it gives. */
async function called(client: AzureFilesClient, name: string, request: unknown): Promise<unknown> {
  const [service = '', method = ''] = name.split('.');
  const given = Reflect.get(client, service) as Readonly<Record<string, AnyMethod>>;
  const result = given[method]?.(request, ...(furtherArguments[name]?.() ?? []));
  const value = await result;
  // Its renewals would go on.
  if (value instanceof AutoRenewingLease) await value.release();
  if (typeof value !== 'object' || value === null || !(Symbol.asyncIterator in value)) return value;
  const items: unknown[] = [];
  for await (const item of value as AsyncIterable<unknown>) items.push(item);
  return items;
}

describe('a request of any fields', () => {
  const mistaken = fc.constantFrom(...methods).chain((method) => {
    const name = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...method.fields) },
      { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'Path', 'x\r\ny') },
    );
    return fc.record({
      method: fc.constant(method.name),
      fields: fc.array(fc.tuple(name, anything), { minLength: 1, maxLength: 2 }),
    });
  });

  it('is refused by an error of ours, or sent as what it says', { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(mistaken, async ({ method, fields }) => {
      const { transport, faults } = watched();
      const request = { ...needed[method], ...(needed[method] === undefined && file) };
      for (const [name, value] of fields)
        Object.defineProperty(request, name, { value, enumerable: true, configurable: true });
      const ended = await endOf(clock, called(clientThrough(transport), method, request));
      expect(faults).toEqual([]);
      expect(ended, 'the call does not end').toBeDefined();
      if (ended !== undefined && 'error' in ended) expect(errorFault(ended.error, 4200)).toBeUndefined();
    });
    await fc.assert(property, { seed, numRuns: 1500 });
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

/** Makes a client and lets it ask for something. */
async function used(config: AzureFilesConfig): Promise<unknown> {
  return new AzureFilesClient(config, {}).files.getProperties({ share: 'data', path: 'a' });
}

describe('options of any kind', () => {
  const options = [
    ...[
      'accountName',
      'endpoint',
      'apiVersion',
      'timeoutMs',
      'totalTimeoutMs',
      'idleTimeoutMs',
      'retryConfig',
      'circuitBreakerConfig',
    ],
    ...[
      'rangeSize',
      'concurrency',
      'defaultShare',
      'credentials',
      'telemetry',
      'clock',
      'transport',
      '__proto__',
      'constructor',
    ],
  ];
  const credentials = fc.oneof(
    fc.record({ type: fc.constant('shared_key'), key: anything }),
    fc.record({ type: fc.constant('sas_token'), token: anything }),
    fc.record({
      type: fc.constant('sas_token'),
      token: anyText.map((value) => `sv=1&sig=${value}`),
    }),
    fc.record({ type: fc.constant('connection_string'), connectionString: anything }),
    fc.record({
      type: fc.constant('connection_string'),
      connectionString: anyText.map(
        (value) => `AccountName=acct;AccountKey=${accountKey};FileEndpoint=${value}`,
      ),
    }),
    fc.record({ type: anything, key: anything }),
    anything,
  );

  it('are refused by an error of ours, or make requests that are in order', async () => {
    const given = fc.oneof(
      fc.tuple(fc.constant('credentials'), credentials),
      fc.tuple(fc.constantFrom(...options), anything),
    );
    const property = fc.asyncProperty(given, async ([name, value]) => {
      const sent: HttpRequest[] = [];
      const transport: Transport = {
        send(request) {
          sent.push(request);
          return Promise.reject(new AzureStorageError('NotSent', 'this goes nowhere'));
        },
      };
      const usual = {
        accountName: 'acct',
        credentials: { type: 'shared_key', key: accountKey },
        transport,
        clock,
      };
      const config = Object.defineProperty(usual, name, { value, enumerable: true, configurable: true });
      const ended = await endOf(clock, used(config as AzureFilesConfig));
      // What stands in for the network or the clock may do as it likes.
      if (['transport', 'clock', 'telemetry'].includes(name)) return;
      if (ended !== undefined && 'error' in ended) expect(errorFault(ended.error, 4200)).toBeUndefined();
      for (const { origin, target, headers } of sent) {
        expect(`${origin}${target}`).toMatch(/^https?:\/\/[\w.:[\]-]+\/[!-~]+$/);
        for (const [, text] of headers) expect(text).toMatch(/^[\t -~]*$/);
      }
    });
    await fc.assert(property, { seed, numRuns: 1000 });
  });
});

describe('names of metadata that mean something to objects', () => {
  it('go there and come back', async () => {
    const client = clientThrough(emulator.transport);
    const metadata = JSON.parse('{"__proto__":"1","constructor":"2","toString":"3","hasOwnProperty":"4"}');
    await client.files.create({ share: 'other', path: 'meta', size: 0, metadata });
    const found = await client.files.getMetadata({ share: 'other', path: 'meta' });
    expect(Object.entries(found).sort()).toEqual(Object.entries(metadata).sort());
    expect(Object.getPrototypeOf(found)).toBe(null);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
