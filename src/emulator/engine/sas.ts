import { timingSafeEqual } from 'node:crypto';
import { signature } from '../../core/auth/shared-key.js';
import { epochMsOf, parseTicks } from '../../core/wire/dates.js';
import type { AccessPolicyRecord } from '../store/store.js';

/** What a shared access signature is checked against. */
export interface SasCheck {
  readonly account: string;
  readonly keys: readonly string[];
  readonly shareName: string;
  /** Decoded names below the share. */
  readonly path: readonly string[];
  /** Stored access policies of the share. */
  readonly policies: readonly AccessPolicyRecord[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** `https:` or `http:`. */
  readonly scheme: string;
  /** The letter of the permission that is needed. */
  readonly permission: string;
}

/** Decoded query parameters of a URL, by lower-cased name. */
export type SasFields = ReadonlyMap<string, string>;

/** The last version whose account signatures do not cover the encryption scope. */
const scopeSince = '2020-12-06';

/**
 * Whether the signature in a query lets its bearer do something with a file: signature, time, protocol, service,
 * resource, permission, in this order.
 * @returns why not; `undefined` when it does.
 */
export function sasObstacle(fields: SasFields, check: SasCheck): string | undefined {
  const text = fields.has('srt') ? accountString(fields, check) : serviceString(fields, check);
  if (text === undefined) return 'The specified signed resource is not allowed for this resource level';
  if (!isSigned(fields.get('sig') ?? '', text, check.keys)) {
    return `Signature did not match. String to sign used was ${text}`;
  }
  const terms = termsOf(fields, check.policies);
  if (terms === undefined) return 'The signed identifier is not among the stored access policies';
  if (fields.has('sip')) return 'A copy source cannot be limited to addresses of clients';
  if (!isInTime(terms, check.now)) return 'Signature not valid in the specified time frame';
  if (fields.get('spr') === 'https' && check.scheme !== 'https:') return 'The signature is for https only';
  const letters = terms.permission ?? '';
  return letters.includes(check.permission)
    ? undefined
    : 'The signature does not grant the permission that is needed';
}

/** The string that an account signature covers; `undefined` when it is for another service or another kind of resource. */
function accountString(fields: SasFields, { account }: SasCheck): string | undefined {
  if (!fields.get('ss')?.includes('f') || !fields.get('srt')?.includes('o')) return undefined;
  const names = ['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'sv'];
  if ((fields.get('sv') ?? '') >= scopeSince) names.push('ses');
  return [account, ...names.map((name) => fields.get(name) ?? '')].map((line) => `${line}\n`).join('');
}

/** The string that a signature for a share or a file covers; `undefined` when it is for another one. */
function serviceString(fields: SasFields, { account, shareName, path }: SasCheck): string | undefined {
  const resource = { s: [shareName], f: [shareName, ...path] }[fields.get('sr') ?? ''];
  if (resource === undefined) return undefined;
  const before = ['sp', 'st', 'se'];
  const after = ['si', 'sip', 'spr', 'sv', 'rscc', 'rscd', 'rsce', 'rscl', 'rsct'];
  const line = (name: string): string => fields.get(name) ?? '';
  return [...before.map(line), `/file/${[account, ...resource].join('/')}`, ...after.map(line)].join('\n');
}

function isSigned(given: string, text: string, keys: readonly string[]): boolean {
  const mac = Buffer.from(given, 'latin1');
  return keys.some((key) => {
    const computed = Buffer.from(signature(key, text), 'latin1');
    return computed.length === mac.length && timingSafeEqual(computed, mac);
  });
}

interface Terms {
  readonly start: string | undefined;
  readonly expiry: string | undefined;
  readonly permission: string | undefined;
}

/** Times and permission: each from the signature, or from the stored policy that it names. */
function termsOf(fields: SasFields, policies: readonly AccessPolicyRecord[]): Terms | undefined {
  const id = fields.get('si');
  const policy = policies.find((each) => each.id === id);
  if (id !== undefined && policy === undefined) return undefined;
  return {
    start: fields.get('st') ?? policy?.start,
    expiry: fields.get('se') ?? policy?.expiry,
    permission: fields.get('sp') ?? policy?.permission,
  };
}

/** Both times as they may be written: a date alone, or with hours and minutes, or with seconds. */
function isInTime({ start, expiry }: Terms, now: number): boolean {
  const end = expiry === undefined ? undefined : parseTicks(expiry);
  if (end === undefined || epochMsOf(end) <= now) return false;
  if (start === undefined) return true;
  const begin = parseTicks(start);
  return begin !== undefined && epochMsOf(begin) <= now;
}
