import { formatRfc1123 } from '../../../src/core/wire/dates.js';
import { descriptor, otherDescriptor } from '../../support/security-descriptors.js';
import type { Chance } from './chance.js';

/*
 * What parts of requests are chosen from: what the service understands, what lies next to it, and what nobody should
 * send. The good ones come more often, or nothing behind the first check would ever be reached.
 */

export const origin = 'http://127.0.0.1:10003';
export const account = 'devstoreaccount1';
export const otherAccount = 'otheraccount';

/** Ids that leases are taken with, so that later requests meet them. */
export const leaseIds = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
];

export const shares = [...Array<string>(9).fill('data'), 'other', 'third', 'the-fourth-share'];
const directories = ['', '', '', '', 'd', 'd', 'D', 'd/e', 'e', 'd/e/deep', 'missing'];
const files = [...'fffFgghh', 'file.txt', 'a b', 'ß', 'x#y', 'dots...', 'Ünïcode', 'd'];
const oddNames = [
  '.',
  '..',
  'con',
  'a:b',
  'C:',
  'a\\b',
  'a"b',
  'a|b',
  '\u0000',
  '\u0001',
  '\u001f',
  '\ufffe',
  '\ud83d\ude00',
  '__proto__',
  'constructor',
  'toString',
  '%00',
  'x'.repeat(256),
  '%2e%2e',
  ' ',
];

/** Any character that a line of HTTP can carry. */
export function headerCharacter(chance: Chance): string {
  const code = chance.below(256 - 32) + 32;
  return code === 0x7f ? ' ' : String.fromCharCode(code);
}

/** Any character at all, those that are no characters among them. */
export function anyCharacter(chance: Chance): string {
  if (chance.once(3))
    return chance.one(['\u0000', '\r', '\n', '\u001b', '<', '&', '"', '\ufffe', '\ud800', '%']);
  return String.fromCharCode(chance.below(chance.once(2) ? 0x80 : 0x10000));
}

export function directoryPath(chance: Chance): string {
  return chance.one(directories);
}

export function filePath(chance: Chance): string {
  const directory = chance.one(directories);
  const name = chance.once(25) ? chance.one(oddNames) : chance.one(files);
  return directory === '' ? name : `${directory}/${name}`;
}

/** The text with U+FFFD in the place of half a surrogate pair, which nothing could encode. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** A path, percent-encoded as clients do it. */
export function encodedPath(path: string): string {
  return path
    .split('/')
    .map((name) => encodeURIComponent(wellFormed(name)))
    .join('/');
}

const numbers = ['0', '1', '5', '511', '512', '513', '1000', '1024', '4096', '65536', '100000'];
const oddNumbers = [
  ...['-0', '-1', '1e30', '1e3', '0x10', 'NaN', 'Infinity', '-Infinity', '', ' ', '+1', '01', '1.5', '1,1'],
  ...[
    '4398046511104',
    '4398046511105',
    '9007199254740992',
    '9007199254740993',
    '18446744073709551616',
    '9'.repeat(40),
  ],
];

function number(chance: Chance): string {
  return chance.once(6) ? chance.one(oddNumbers) : chance.one(numbers);
}

function range(chance: Chance): string {
  if (chance.once(12)) {
    return chance.one([
      'bytes=-5',
      'bytes=5',
      'bytes=0-1,3-4',
      'bytes=9-2',
      'bits=0-5',
      'bytes=',
      'bytes=a-b',
    ]);
  }
  const start = number(chance);
  return chance.once(6) ? `bytes=${start}-` : `bytes=${start}-${Number(start) + Number(number(chance)) - 1}`;
}

function time(chance: Chance): string {
  return chance.one([
    ...['2024-01-02T03:04:05.1234567Z', '2024-01-02T03:04:05Z', '2024-01-02', 'now', 'preserve', 'Now'],
    ...['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.9999999Z', '2024-02-30', '2024-13-01', 'yesterday', ''],
  ]);
}

function sourceUrl(chance: Chance): string {
  const name = chance.once(12) ? otherAccount : account;
  const url = `${origin}/${name}/${chance.one(shares)}/${encodedPath(filePath(chance))}`;
  if (!chance.once(10)) return url;
  const share = `${origin}/${account}/data`;
  return chance.one([
    `${url}?sharesnapshot=2026-03-02T03:04:05.0000000Z`,
    `${url}?sv=2024-11-04&sr=f&sp=r&se=2030-01-01&sig=AAAA`,
    `${url}#fragment`,
    `${share}/%`,
    `${share}/%zz?sharesnapshot=%`,
    `${share}//d//f`,
    `${share}/../data/f`,
    'http://elsewhere.example/data/f',
    'https://devstoreaccount1.file.core.windows.net/data/d/f',
    'ftp://127.0.0.1/data/f',
    '/data/f',
    '',
    `${share}/${'x/'.repeat(1100)}`,
  ]);
}

const metadataNames = [
  'a',
  'B',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'x1',
  '_',
  '',
  '1x',
  'a-b',
];

/** A header of metadata. */
export function metadataHeader(chance: Chance): [name: string, value: string] {
  const value = chance.once(40)
    ? 'v'.repeat(chance.below(9000))
    : chance.text(8, () => headerCharacter(chance));
  return [`x-ms-meta-${chance.one(metadataNames)}`, value];
}

const flag = ['true', 'false', 'TRUE', 'yes', ''];
const md5s = ['1B2M2Y8AsgTpgAmY7PhCfg==', 'AAAAAAAAAAAAAAAAAAAAAA==', 'short', '', 'not base64 at all!!'];

/** What each header may hold. */
export const headerValues: Readonly<Record<string, (chance: Chance) => string>> = {
  'x-ms-range': range,
  Range: range,
  'x-ms-source-range': range,
  'x-ms-write': (chance) => chance.one(['update', 'update', 'Update', 'clear', 'erase', '']),
  'x-ms-type': (chance) => chance.one(['file', 'file', 'File', 'directory', '']),
  'x-ms-content-length': (chance) =>
    chance.once(3) ? number(chance) : chance.one(['5000', '70000', '1000000']),
  'x-ms-content-type': (chance) => chance.one(['text/plain', 'a/b; c="d"', '', 'é']),
  'x-ms-content-encoding': (chance) => chance.one(['gzip', 'br', '']),
  'x-ms-content-language': (chance) => chance.one(['en', 'de-AT', '']),
  'x-ms-content-disposition': (chance) => chance.one(['attachment', 'inline; filename="x"', '']),
  'x-ms-cache-control': (chance) => chance.one(['no-store', 'max-age=1', '']),
  'x-ms-content-md5': (chance) => chance.one(md5s),
  'Content-MD5': (chance) => chance.one(md5s),
  'Content-Type': (chance) => chance.one(['application/xml', 'application/octet-stream', '']),
  'Content-Encoding': (chance) => chance.one(['gzip', '']),
  'Content-Language': (chance) => chance.one(['en', '']),
  'x-ms-lease-id': (chance) => chance.one([...leaseIds, ...leaseIds, 'no-guid', '']),
  'x-ms-proposed-lease-id': (chance) =>
    chance.one([...leaseIds, ...leaseIds, `{${leaseIds[0]}}`, 'no-guid', '']),
  'x-ms-source-lease-id': (chance) => chance.one([...leaseIds, 'no-guid']),
  'x-ms-destination-lease-id': (chance) => chance.one([...leaseIds, 'no-guid']),
  'x-ms-lease-action': (chance) =>
    chance.one(['acquire', 'acquire', 'renew', 'change', 'release', 'break', 'steal', '']),
  'x-ms-lease-duration': (chance) => chance.one(['-1', '-1', '15', '60', '14', '61', '0', '-2', '1e1', '']),
  'x-ms-lease-break-period': (chance) => chance.one(['0', '5', '60', '61', '-1', 'x']),
  'x-ms-copy-source': sourceUrl,
  'x-ms-file-rename-source': sourceUrl,
  'x-ms-file-rename-replace-if-exists': (chance) => chance.one(flag),
  'x-ms-file-rename-ignore-readonly': (chance) => chance.one(flag),
  'x-ms-copy-action': (chance) => chance.one(['abort', 'abort', 'stop', '']),
  'x-ms-file-attributes': (chance) =>
    chance.one([
      'None',
      'Archive',
      'Directory',
      'ReadOnly',
      'Hidden|System',
      'Archive | Hidden',
      'preserve',
      'Nonsense',
      '',
    ]),
  'x-ms-file-creation-time': time,
  'x-ms-file-last-write-time': time,
  'x-ms-file-change-time': time,
  'x-ms-file-permission': (chance) =>
    chance.one(['inherit', 'preserve', descriptor, otherDescriptor, 'O:', '', 'x'.repeat(9000)]),
  'x-ms-file-permission-key': (chance) => chance.one(['1*2', '0*0', 'no key', '18446744073709551615*1']),
  'x-ms-file-permission-format': (chance) => chance.one(['sddl', 'binary', 'other']),
  'x-ms-file-permission-copy-mode': (chance) => chance.one(['source', 'override', 'other']),
  'x-ms-file-copy-ignore-readonly': (chance) => chance.one(flag),
  'x-ms-file-copy-set-archive': (chance) => chance.one(flag),
  'x-ms-file-property-semantics': (chance) => chance.one(['New', 'Restore', 'Old']),
  'x-ms-file-extended-info': (chance) => chance.one(flag),
  'x-ms-share-quota': number,
  'x-ms-access-tier': (chance) => chance.one(['Hot', 'Cool', 'TransactionOptimized', 'Premium', 'Cold', '']),
  'x-ms-enabled-protocols': (chance) => chance.one(['SMB', 'NFS', 'smb', '']),
  'x-ms-root-squash': (chance) => chance.one(['NoRootSquash', 'RootSquash', 'x']),
  'x-ms-delete-snapshots': (chance) => chance.one(['include', 'include-leased', 'only', '']),
  'x-ms-deleted-share-name': (chance) => chance.one([...shares, 'NO', '']),
  'x-ms-deleted-share-version': (chance) => chance.one(['01D60F8BB59A4652', '01', '']),
  'x-ms-handle-id': (chance) => chance.one(['*', '1', 'x', '']),
  'x-ms-recursive': (chance) => chance.one(flag),
  'x-ms-allow-trailing-dot': (chance) => chance.one(flag),
  'x-ms-source-allow-trailing-dot': (chance) => chance.one(flag),
  'x-ms-range-get-content-md5': (chance) => chance.one(flag),
  'x-ms-source-content-crc64': (chance) => chance.one(['AAAAAAAAAAA=', 'x', '']),
  'x-ms-source-if-match-crc64': (chance) => chance.one(['AAAAAAAAAAA=', 'x']),
  'x-ms-source-if-none-match-crc64': (chance) => chance.one(['AAAAAAAAAAA=', 'x']),
  'x-ms-file-request-intent': (chance) => chance.one(['backup', 'x']),
  'x-ms-client-request-id': (chance) => chance.text(12, () => headerCharacter(chance)),
  'If-Match': () => '*',
  'x-ms-structured-body': () => 'XSM/1.0; properties=crc64',
  Origin: (chance) => chance.one(['https://a.example', 'https://b.a.example', 'null', '*', '']),
  'Access-Control-Request-Method': (chance) => chance.one(['PUT', 'GET', 'NONSENSE']),
  'Access-Control-Request-Headers': (chance) => chance.one(['x-ms-date,x-ms-version', '*', '']),
  'Transfer-Encoding': () => 'chunked',
};

/** What each query parameter may hold. */
export const queryValues: Readonly<Record<string, (chance: Chance) => string>> = {
  prefix: (chance) => chance.one(['f', 'F', 'd', 'x', '\u0000', '%', 'ß', 'x'.repeat(300)]),
  marker: (chance) => chance.one(['', 'f', '2!8!ZmlsZQ--', 'x'.repeat(3000), '\u0000', '__proto__', '!!!']),
  maxresults: (chance) => chance.one(['1', '2', '5000', '5001', '0', '-1', 'x', '1e3', '']),
  include: (chance) =>
    chance.one([
      'metadata',
      'snapshots',
      'deleted',
      'metadata,snapshots,deleted',
      'Timestamps,ETag,Attributes,PermissionKey',
      'x',
      '',
    ]),
  timeout: (chance) => chance.one(['1', '30', '0', '-1', '1e9', '99999999999', 'NaN', '']),
  prevsharesnapshot: (chance) => chance.one(['2026-03-02T03:04:05.0000000Z', 'x', '']),
  sharesnapshot: (chance) => chance.one(['2026-03-02T03:04:05.0000000Z', '2026-03-02', 'x', '']),
  copyid: (chance) => chance.one([leaseIds[0] ?? '', 'x', '']),
  restype: (chance) => chance.one(['share', 'directory', 'service', 'hardlink', '__proto__', '']),
  comp: (chance) =>
    chance.one(['list', 'properties', 'metadata', 'acl', 'constructor', '__proto__', 'nonsense', '']),
  handleid: () => '*',
};

export const versions = [
  ...[
    '2026-04-06',
    '2026-04-06',
    '2026-04-06',
    '2026-04-06',
    '2026-04-06',
    '2023-11-03',
    '2023-11-03',
    '2024-11-04',
  ],
  ...[
    '2021-06-08',
    '2020-02-10',
    '2019-02-02',
    '2018-11-09',
    '2015-02-21',
    '2014-02-14',
    '2026-10-06',
    '2099-12-31',
  ],
];
export const oddVersions = ['', '2026', 'latest', '1999-01-01', '2026-13-01', '2026-04-06 ', '__proto__'];

export function oddDate(chance: Chance, now: number): string {
  return chance.one([
    formatRfc1123(now - 16 * 60_000),
    formatRfc1123(now + 16 * 60_000),
    'yesterday',
    '',
    'Mon, 02 Mar 2026 25:61:61 GMT',
    new Date(now).toISOString(),
  ]);
}
