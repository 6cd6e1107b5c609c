import { parseTicks } from '../../../core/wire/dates.js';
import { authenticationFailed } from '../service-errors.js';

/** Decoded query parameters of a URL, by lower-cased name. */
export type QueryFields = ReadonlyMap<string, string>;

/** Which kind of signature a query holds. */
export type SasKind = 'account' | 'service' | 'delegation';

const overrides = ['rscc', 'rscd', 'rsce', 'rscl', 'rsct'];
const delegation = ['skoid', 'sktid', 'skt', 'ske', 'sks', 'skv'];

/** What must be there. A service SAS may leave `se` and `sp` to the stored policy that `si` names. */
const required: Readonly<Record<SasKind, readonly string[]>> = {
  account: ['sv', 'ss', 'srt', 'se', 'sp', 'sig'],
  service: ['sv', 'sr', 'sig'],
  delegation: ['sv', 'sr', 'se', 'sp', ...delegation, 'sig'],
};

/** What may be there as well. The `sr` of an account SAS stands in an example of the documents and means nothing. */
const optional: Readonly<Record<SasKind, readonly string[]>> = {
  account: ['st', 'sip', 'spr', 'ses', 'sr'],
  service: ['st', 'se', 'sp', 'si', 'sip', 'spr', ...overrides],
  delegation: ['st', 'sip', 'spr', 'skdutid', 'sduoid', ...overrides],
};

/** Every field that a shared access signature of Azure Storage can have, whichever service it is for. */
const known = new Set([
  ...Object.values(required).flat(),
  ...Object.values(optional).flat(),
  ...['tn', 'spk', 'srk', 'epk', 'erk', 'sdd', 'saoid', 'suoid', 'scid', 'srh', 'srq'],
]);

/** First version of each kind for Azure Files, and of fields that came later than their kind. */
const since: Readonly<Record<SasKind, string>> = {
  account: '2015-04-05',
  service: '2015-02-21',
  delegation: '2025-07-05',
};
const fieldSince: Readonly<Record<string, string>> = {
  sip: '2015-04-05',
  spr: '2015-04-05',
  ses: '2020-12-06',
};

/** A field's own form, as far as it does not depend on the kind of signature. */
const forms: Readonly<Record<string, (text: string) => boolean>> = {
  sv: (text) => /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(text),
  ss: (text) => isOnceEach(text, 'bqtf'),
  srt: (text) => isOnceEach(text, 'sco'),
  spr: (text) => text === 'https' || text === 'https,http',
  sip: (text) => parseAddressRange(text) !== undefined,
  si: (text) => text.length <= 64,
  sig: (text) => /^[A-Za-z0-9+/]+={0,2}$/.test(text),
  st: isTime,
  se: isTime,
  skt: isTime,
  ske: isTime,
};

/** Letters that a field `sp` may have, in the only order that they may stand in. */
const letterOrder = { s: 'rcwdl', f: 'rcwd' } as const;

/**
 * Tells the kind of a signature and checks that everything in it is well formed: what must be there is there, nothing
 * is there that the signature would not cover, nothing is empty.
 * @throws {Refusal} `AuthenticationFailed`.
 */
export function checkSasFields(fields: QueryFields): SasKind {
  const kind = kindOf(fields);
  for (const name of required[kind]) {
    if ((fields.get(name) ?? '') === '') throw authenticationFailed(`${name} is mandatory. Cannot be empty`);
  }
  for (const [name, value] of fields) if (known.has(name)) checkField(kind, name, value);
  const version = fields.get('sv') ?? '';
  if (version < since[kind]) throw notCovered('sv', version);
  for (const name in fieldSince) {
    if (fields.has(name) && version < (fieldSince[name] ?? '')) throw notCovered(name, version);
  }
  checkPermissions(kind, fields);
  return kind;
}

function kindOf(fields: QueryFields): SasKind {
  if (fields.has('srt') || fields.has('ss')) return 'account';
  return fields.has('skoid') ? 'delegation' : 'service';
}

function checkField(kind: SasKind, name: string, value: string): void {
  if (!required[kind].includes(name) && !optional[kind].includes(name)) {
    throw authenticationFailed(`${name} is not covered by the signature of this kind of SAS`);
  }
  if (value === '') throw authenticationFailed(`${name} is optional but cannot be empty`);
  if (forms[name]?.(value) === false) throw malformed();
}

function notCovered(name: string, version: string): Error {
  return authenticationFailed(`${name} is not supported by signatures of version ${version}`);
}

/** Letters of an account SAS stand in any order, as the clients in use have several; none may be there twice. */
function checkPermissions(kind: SasKind, fields: QueryFields): void {
  const letters = fields.get('sp');
  if (letters === undefined) return;
  if (kind === 'account') {
    if (!isOnceEach(letters, 'rwdxylacuptfi')) throw malformed();
    return;
  }
  const order: string = letterOrder[fields.get('sr') === 'f' ? 'f' : 's'];
  let last = -1;
  for (const letter of letters) {
    const at = order.indexOf(letter);
    if (at <= last) throw malformed();
    last = at;
  }
}

/** Whether a text has some of the letters, in any order, none of them twice. */
function isOnceEach(text: string, letters: string): boolean {
  if (text === '' || text.length > letters.length) return false;
  return new Set(text).size === text.length && [...text].every((letter) => letters.includes(letter));
}

function malformed(): Error {
  return authenticationFailed('Signature fields not well formed.');
}

/** A date alone, or with hours and minutes, or with seconds, or with up to seven decimals. */
function isTime(text: string): boolean {
  return parseTicks(text) !== undefined;
}

/** The first and the last of a range of IPv4 addresses, or one address twice; `undefined` when the text is neither. */
export function parseAddressRange(text: string): { first: number; last: number } | undefined {
  const [from = '', to = from, ...more] = text.split('-');
  const first = addressNumber(from);
  const last = addressNumber(to);
  if (first === undefined || last === undefined || more.length > 0 || first > last) return undefined;
  return { first, last };
}

/** An IPv4 address as a number. */
export function addressNumber(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
