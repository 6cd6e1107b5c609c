import { timingSafeEqual } from 'node:crypto';
import { signature } from '../../../core/auth/shared-key.js';
import { epochMsOf, formatRfc1123, parseTicks } from '../../../core/wire/dates.js';
import type { AccessPolicyRecord } from '../../store/store.js';
import { authenticationFailed, invalidQuery, Refusal } from '../service-errors.js';
import type { AccountSasAuthority, ServiceSasAuthority } from './authority.js';
import { challenge } from './challenge.js';
import type { DelegationKeys } from './delegation.js';
import type { Principal } from './roles.js';
import { addressNumber, checkSasFields, parseAddressRange, type QueryFields } from './sas-fields.js';
import { type SignedPlace, signedText } from './sas-text.js';

/** What a shared access signature is checked against. */
export interface SasOccasion extends SignedPlace {
  /** Whether a file is addressed, which alone a SAS of a file reaches. */
  readonly isFile: boolean;
  readonly keys: readonly string[];
  readonly delegation: DelegationKeys;
  /** The stored access policies of the share. */
  readonly policies: () => readonly AccessPolicyRecord[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Where the request comes from. */
  readonly address: string;
  readonly scheme: 'http' | 'https';
  /** Who sent a token beside the signature. */
  readonly bearer: Principal | undefined;
}

/**
 * Checks a signature in a query: form, level, signature, time, address, protocol, in this order. What it lets its
 * bearer do is not looked at yet.
 * @throws {Refusal} `AuthenticationFailed`, `AuthorizationSourceIPMismatch`, `AuthorizationProtocolMismatch`.
 */
export function verifySas(
  fields: QueryFields,
  occasion: SasOccasion,
): AccountSasAuthority | ServiceSasAuthority {
  const kind = checkSasFields(fields);
  if (kind !== 'account') checkLevel(fields, occasion);
  const text = signedText(kind, fields, occasion);
  checkSignature(
    fields.get('sig') ?? '',
    text,
    kind === 'delegation' ? [delegationKey(fields, occasion)] : occasion.keys,
  );
  const terms = termsOf(fields, occasion);
  checkTime(terms, occasion.now);
  if (kind === 'delegation') checkDelegation(fields, occasion);
  checkAddress(fields.get('sip'), occasion.address);
  if (fields.get('spr') === 'https' && occasion.scheme !== 'https')
    throw new Refusal('AuthorizationProtocolMismatch');
  if (kind === 'account') {
    const services = fields.get('ss') ?? '';
    return {
      by: 'account-sas',
      services,
      resourceTypes: fields.get('srt') ?? '',
      permissions: terms.permissions,
    };
  }
  return {
    by: 'service-sas',
    resource: fields.get('sr') === 's' ? 's' : 'f',
    permissions: terms.permissions,
    overrides: overridesOf(fields),
    owner: kind === 'delegation' ? ownerOf(fields) : undefined,
  };
}

/** A share's SAS reaches the share and everything in it, a file's the file; neither reaches the service. */
function checkLevel(fields: QueryFields, { shareName, isFile }: SasOccasion): void {
  const resource = fields.get('sr');
  const fits = shareName !== '' && (resource === 's' || (resource === 'f' && isFile));
  if (!fits)
    throw authenticationFailed('The specified signed resource is not allowed for this resource level');
}

function checkSignature(given: string, text: string, keys: readonly string[]): void {
  const mac = Buffer.from(given, 'latin1');
  const isSigned = keys.some((key) => {
    const computed = Buffer.from(signature(key, text), 'latin1');
    return computed.length === mac.length && timingSafeEqual(computed, mac);
  });
  if (!isSigned) throw authenticationFailed(`Signature did not match. String to sign used was ${text}`);
}

interface Terms {
  readonly start: string | undefined;
  readonly expiry: string;
  readonly permissions: string;
}

/** Times and permissions: each from the signature, or from the stored policy that it names, but not from both. */
function termsOf(fields: QueryFields, occasion: SasOccasion): Terms {
  const policy = policyOf(fields, occasion);
  const pairs = [
    [fields.get('st'), policy?.start],
    [fields.get('se'), policy?.expiry],
    [fields.get('sp'), policy?.permission],
  ] as const;
  if (pairs.some(([own, stored]) => own !== undefined && stored !== undefined)) {
    throw authenticationFailed(
      'Access policy fields can be associated with signature or SAS identifier but not both',
    );
  }
  const [start, expiry, permissions] = pairs.map(([own, stored]) => own ?? stored);
  if (expiry === undefined) throw authenticationFailed('se is mandatory. Cannot be empty');
  if (permissions === undefined) throw authenticationFailed('sp is mandatory. Cannot be empty');
  return { start, expiry, permissions };
}

function policyOf(fields: QueryFields, { policies }: SasOccasion): AccessPolicyRecord | undefined {
  const id = fields.get('si');
  if (id === undefined) return undefined;
  const policy = policies().find((each) => each.id === id);
  if (policy === undefined) {
    throw authenticationFailed('SAS identifier cannot be found for specified signed identifier');
  }
  return policy;
}

/** Without a start, a signature begins to hold with the request. */
function checkTime({ start, expiry }: { start: string | undefined; expiry: string }, now: number): void {
  const begin = start === undefined ? now : epochMs(start);
  const end = epochMs(expiry);
  if (begin >= end) {
    throw authenticationFailed(
      `Signed expiry time [${formatRfc1123(end)}] must be after signed start time [${formatRfc1123(begin)}]`,
    );
  }
  if (now >= begin && now < end) return;
  throw authenticationFailed(
    `Signature not valid in the specified time frame: Start [${formatRfc1123(begin)}] - Expiry [${formatRfc1123(end)}] - Current [${formatRfc1123(now)}]`,
  );
}

function epochMs(text: string): number {
  const ticks = parseTicks(text);
  return ticks === undefined ? Number.NaN : epochMsOf(ticks);
}

function checkAddress(range: string | undefined, address: string): void {
  if (range === undefined) return;
  const limits = parseAddressRange(range);
  const number = addressNumber(address);
  if (limits !== undefined && number !== undefined && number >= limits.first && number <= limits.last) return;
  throw new Refusal('AuthorizationSourceIPMismatch', {
    message: `This request is not authorized to perform this operation using this source IP ${address}.`,
    extras: { SourceIP: address },
  });
}

/** Most that lies between start and expiry of a user delegation key, in milliseconds. */
export const maxDelegationMs = 7 * 24 * 60 * 60 * 1000;

function delegationKey(fields: QueryFields, { account, delegation }: SasOccasion): string {
  const field = (name: string): string => fields.get(name) ?? '';
  return delegation.keyFor({
    account,
    objectId: field('skoid'),
    tenantId: field('sktid'),
    start: field('skt'),
    expiry: field('ske'),
    service: field('sks'),
    version: field('skv'),
    delegatedTenantId: field('skdutid'),
  });
}

/** The key must hold now, and be used by the user that it was delegated to. That it is for this service, its own value says. */
function checkDelegation(fields: QueryFields, { now, bearer }: SasOccasion): void {
  checkTime({ start: fields.get('skt'), expiry: fields.get('ske') ?? '' }, now);
  const user = fields.get('sduoid');
  if (user === undefined) return;
  if (bearer === undefined) throw new Refusal('NoAuthenticationInformation', { headers: challenge });
  const tenant = fields.get('skdutid') ?? fields.get('sktid') ?? '';
  const isUser = bearer.objectId.toLowerCase() === user.toLowerCase();
  if (!isUser || bearer.tenantId.toLowerCase() !== tenant.toLowerCase())
    throw new Refusal('AuthorizationPermissionMismatch');
}

function ownerOf(fields: QueryFields): Principal {
  const objectId = fields.get('skoid') ?? '';
  return { ids: [objectId.toLowerCase()], objectId, tenantId: fields.get('sktid') ?? '' };
}

const overrideHeaders: readonly (readonly [field: string, header: string])[] = [
  ['rscc', 'Cache-Control'],
  ['rscd', 'Content-Disposition'],
  ['rsce', 'Content-Encoding'],
  ['rscl', 'Content-Language'],
  ['rsct', 'Content-Type'],
];
const unsendable = /[^\t\u0020-\u007e\u0080-\u00ff]/;

function overridesOf(fields: QueryFields): (readonly [header: string, value: string])[] {
  const overrides: [string, string][] = [];
  for (const [field, header] of overrideHeaders) {
    const value = fields.get(field);
    if (value === undefined) continue;
    if (unsendable.test(value)) throw invalidQuery(field, value, 'A header cannot carry this value.');
    overrides.push([header, value]);
  }
  return overrides;
}
