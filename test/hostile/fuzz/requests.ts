import { sharedKeyAuthorization } from '../../../src/core/auth/shared-key.js';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import { formatRfc1123 } from '../../../src/core/wire/dates.js';
import type { OperationRow } from '../../../src/emulator/engine/context.js';
import { operations } from '../../../src/emulator/engine/files/operations.js';
import { wellKnownAccount } from '../../../src/emulator/options.js';
import type { Chance } from './chance.js';
import { bodyFor, strayBody } from './documents.js';
import {
  account,
  anyCharacter,
  directoryPath,
  encodedPath,
  filePath,
  headerCharacter,
  headerValues,
  metadataHeader,
  oddDate,
  oddVersions,
  origin,
  otherAccount,
  queryValues,
  shares,
  versions,
  wellFormed,
} from './pools.js';

/** A request as it comes out of a transport. */
export interface GeneratedRequest {
  readonly method: string;
  readonly origin: string;
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array | undefined;
}

/** One that is still being made. */
interface Draft {
  method: string;
  origin: string;
  path: string;
  query: [name: string, value: string][];
  headers: HttpHeaders;
  body: Uint8Array | undefined;
}

/** Headers without which an operation is refused. */
const neededHeaders: Readonly<Record<string, readonly string[]>> = {
  CreateFile: ['x-ms-type', 'x-ms-content-length'],
  GetRange: ['x-ms-range'],
  PutRange: ['x-ms-range', 'x-ms-write'],
  PutRangeFromURL: ['x-ms-range', 'x-ms-source-range', 'x-ms-write'],
  AbortCopyFile: ['x-ms-copy-action'],
  LeaseFile: ['x-ms-lease-action', 'x-ms-lease-duration', 'x-ms-proposed-lease-id'],
  LeaseShare: ['x-ms-lease-action', 'x-ms-lease-duration', 'x-ms-proposed-lease-id'],
  RenameFile: ['x-ms-file-rename-source'],
  RenameDirectory: ['x-ms-file-rename-source'],
  GetPermission: ['x-ms-file-permission-key'],
  UndeleteShare: ['x-ms-deleted-share-name', 'x-ms-deleted-share-version'],
  ForceCloseHandles: ['x-ms-handle-id'],
  Preflight: ['Origin', 'Access-Control-Request-Method'],
};

const preflight = { methods: ['OPTIONS'], scope: 'file', comp: '' } as const;
const often = [
  ...Array<string>(5).fill('CreateFile'),
  ...['CreateDirectory', 'CreateDirectory', 'PutRange', 'PutRange', 'GetFile', 'LeaseFile', 'LeaseFile'],
  ...['ListRanges', 'CopyFile', 'RenameFile'],
];
type GrammarRow = Pick<OperationRow, 'methods' | 'scope' | 'comp' | 'withHeader'>;
const grammar: readonly (readonly [name: string, row: GrammarRow])[] = [
  ...Object.entries<GrammarRow>(operations),
  // What makes things, and what looks at them, more often than what takes them away.
  ...often.map((name) => [name, operations[name] as GrammarRow] as const),
  ['GetRange', operations.GetFile as GrammarRow],
  ['Preflight', preflight],
];

const key = wellKnownAccount.keys[0] ?? '';
const allHeaders = Object.keys(headerValues);
const allParameters = Object.keys(queryValues);

/** A request of one of the operations, right in most parts. @param now - milliseconds since 1970. */
export function generateRequest(chance: Chance, now: number): GeneratedRequest {
  const [name, row] = chance.one(grammar);
  const draft = draftOf(name, row, chance);
  draft.headers.set('x-ms-date', formatRfc1123(now));
  while (chance.once(6)) mutate(draft, chance, now);
  const { method, headers, body } = draft;
  if (body !== undefined && !headers.has('Content-Length'))
    headers.set('Content-Length', String(body.length));
  const target = targetOf(draft);
  authorize(draft, target, chance);
  return { method, origin: draft.origin, target: withSignature(target, chance), headers, body };
}

function draftOf(name: string, row: GrammarRow, chance: Chance): Draft {
  const headers = new HttpHeaders().set('x-ms-version', chance.one(versions));
  for (const header of neededHeaders[name] ?? []) setHeader(headers, header, chance);
  if (row.withHeader !== undefined) setHeader(headers, row.withHeader, chance);
  while (chance.once(3)) setHeader(headers, chance.one(allHeaders), chance);
  while (chance.once(8)) headers.append(...metadataHeader(chance));
  const query = queryOf(row);
  while (chance.once(6)) query.push(parameter(chance));
  const hostStyle = chance.once(20);
  const host = hostStyle ? `http://${account}.file.localhost:10003` : origin;
  const path = `${hostStyle ? '' : `/${account}`}${pathOf(row.scope, chance)}`;
  const body = name === 'PutRange' ? rangeBody(headers, chance) : bodyFor(name, chance);
  return { method: chance.one(row.methods), origin: host, path, query, headers, body };
}

function queryOf({ scope, comp }: GrammarRow): [string, string][] {
  const query: [string, string][] = [];
  if (scope === 'share' || scope === 'directory') query.push(['restype', scope]);
  if (comp !== '') query.push(['comp', comp]);
  return query;
}

function pathOf(scope: OperationRow['scope'], chance: Chance): string {
  if (scope === 'account') return '/';
  const share = `/${chance.one(shares)}`;
  if (scope === 'share') return share;
  const isFile = scope === 'file' || (scope === 'entry' && chance.once(2));
  const path = isFile ? filePath(chance) : directoryPath(chance);
  return path === '' ? share : `${share}/${encodedPath(path)}`;
}

/** As many bytes as the range says, mostly. */
function rangeBody(headers: HttpHeaders, chance: Chance): Uint8Array | undefined {
  const range = /^bytes=(\d{1,10})-(\d{1,10})$/.exec(headers.get('x-ms-range') ?? '');
  const length = range === null ? 5 : Number(range[2]) - Number(range[1]) + 1;
  if (/clear/i.test(headers.get('x-ms-write') ?? '') || length <= 0 || length > 200_000) return undefined;
  return chance.once(15) ? strayBody(chance) : Buffer.alloc(length, chance.below(256));
}

function setHeader(headers: HttpHeaders, name: string, chance: Chance): void {
  headers.set(name, headerValues[name]?.(chance) ?? '');
}

function parameter(chance: Chance): [string, string] {
  const name = chance.one(allParameters);
  return [name, queryValues[name]?.(chance) ?? ''];
}

function mutate(draft: Draft, chance: Chance, now: number): void {
  const { headers } = draft;
  const name = chance.one(['x-ms-date', ...[...headers].map(([each]) => each)]);
  const character = () => headerCharacter(chance);
  switch (chance.below(14)) {
    case 0:
      headers.delete(name);
      return;
    case 1:
      headers.set(name, chance.damaged(headers.get(name) ?? '', character));
      return;
    case 2:
      headers.append(name, headers.get(name) ?? '');
      return;
    case 3:
      headers.set(chance.one(allHeaders), chance.text(30, character));
      return;
    case 4:
      draft.method = chance.one([
        'GET',
        'PUT',
        'HEAD',
        'DELETE',
        'POST',
        'OPTIONS',
        'PATCH',
        'get',
        '__proto__',
      ]);
      return;
    case 5:
      draft.path = chance.damaged(draft.path, () =>
        chance.one(['/', '//', '%', '%00', '%zz', '%2f', '..', '%ff', ';', '+']),
      );
      return;
    case 6:
      draft.path = `/${chance.one(shares)}/${encodedPath(chance.text(20, () => anyCharacter(chance)))}`;
      return;
    case 7:
      draft.query.push(parameter(chance), parameter(chance));
      return;
    case 8:
      draft.query = draft.query.map(([each, value]) => [
        each,
        chance.once(2) ? chance.damaged(value, character) : value,
      ]);
      return;
    case 9:
      headers.set('x-ms-version', chance.one(oddVersions));
      return;
    case 10:
      headers.set('x-ms-date', oddDate(chance, now));
      return;
    case 11:
      draft.body = chance.once(2) ? undefined : strayBody(chance);
      return;
    case 12:
      headers.set(
        'Content-Length',
        chance.one(['0', '1', '99999999999', '-1', '0x5', '1e3', 'x', '', '5, 5', '5,6']),
      );
      return;
    default:
      for (let more = chance.below(200); more > 0; more--) headers.set(`x-ms-extra-${more}`, character());
  }
}

function targetOf({ path, query }: Draft): string {
  if (query.length === 0) return path;
  return `${path}?${query.map(([name, value]) => `${name}=${encodeURIComponent(wellFormed(value))}`).join('&')}`;
}

/** Signs the request; one in twelve in a way that must be refused, or unusual. */
function authorize({ method, headers }: Draft, target: string, chance: Chance): void {
  const right = () => sharedKeyAuthorization(account, key, { method, target, headers });
  if (!chance.once(12)) {
    headers.set('Authorization', right());
    return;
  }
  const authorization = chance.one([
    () => undefined,
    () => chance.damaged(right(), () => headerCharacter(chance)),
    () => right().replace('SharedKey', 'SharedKeyLite'),
    () => right().replace(account, otherAccount),
    () => sharedKeyAuthorization(otherAccount, key, { method, target, headers }),
    () => 'Bearer eyJhbGciOiJub25lIn0.e30.',
    () => `Basic ${'A'.repeat(200)}`,
    () => 'SharedKey :',
    () => '',
  ])();
  if (authorization !== undefined) headers.set('Authorization', authorization);
}

const signatureFields = [
  ...[
    'sv=2024-11-04',
    'sr=f',
    'sr=s',
    'srt=sco',
    'ss=f',
    'sp=rwdl',
    'se=2030-01-01',
    'st=2020-01-01',
    'si=p1',
    'sip=1.2.3.4',
  ],
  ...[
    'spr=https',
    'rscd=a%0D%0AX-Injected:%20b',
    'rsct=text/html',
    'rscc=%00',
    'rsce=%C3%A9',
    'rscl=%0A',
    'skoid=x',
    'se=never',
  ],
];

/** One in thirty has a signature in its query, which nobody made. */
function withSignature(target: string, chance: Chance): string {
  if (!chance.once(30)) return target;
  const fields = Array.from({ length: 1 + chance.below(6) }, () => chance.one(signatureFields));
  return `${target}${target.includes('?') ? '&' : '?'}${fields.join('&')}&sig=${chance.one(['AAAA', '%', '', '%00', 'A'.repeat(5000)])}`;
}
