import type { AuthenticationErrorCode } from '../errors.js';
import type { HttpRequest } from '../http/message.js';
import { redact } from '../redact.js';
import type { ServiceFailure } from '../resilience/answer-check.js';
import { epochMsOf, parseRfc1123, parseTicks } from '../wire/dates.js';
import { stringToSign } from './shared-key.js';

/** What a refusal probably means. */
export interface Refusal {
  readonly code: AuthenticationErrorCode | undefined;
  /** What is likely and what to do, in one sentence without a full stop; without secrets. */
  readonly hint: string;
}

/** What is known where a refusal is explained. */
export interface RefusalContext {
  /** The request as it was sent: signed, with the SAS in its target. */
  readonly request: HttpRequest;
  readonly accountName: string;
  /** The wall clock in milliseconds since 1970. */
  readonly now: number;
}

/** The services accept a date up to 15 minutes off; a few minutes are worth a word before that. */
const noticeableSkewMs = 5 * 60_000;

/** Explains why the service refused who asked; `undefined` when nothing can be said. */
export function explainRefusal(failure: ServiceFailure, context: RefusalContext): Refusal | undefined {
  const authorization = context.request.headers.get('authorization');
  const kind = authorization === undefined ? 'sas' : authorization.startsWith('SharedKey ') ? 'key' : 'token';
  const isUnknown = failure.serviceCode === 'AuthenticationFailed';
  if (kind === 'token' && (isUnknown || failure.serviceCode === 'InvalidAuthenticationInfo')) {
    return explainToken(failure);
  }
  if (!isUnknown) return permissionHint(failure.serviceCode, { kind, context });
  return kind === 'sas' ? explainSas(failure, context) : explainSharedKey(failure, context);
}

function explainToken({ extras }: ServiceFailure): Refusal {
  const detail = extras.AuthenticationErrorDetail?.trim();
  const said = detail ? ` (${redact(detail.slice(0, 200))})` : '';
  return { code: undefined, hint: `the token was refused: it may be for another tenant or audience${said}` };
}

interface Asker {
  readonly kind: 'key' | 'sas' | 'token';
  readonly context: RefusalContext;
}

/** What an identity needs beside a role for the data. */
const delegatorRole =
  'the identity lacks a role that may ask for user delegation keys, such as Storage File Delegator';
const dataRole =
  'the identity lacks a data role, such as Storage File Data Privileged Contributor (or Reader)';

function permissionHint(code: string | undefined, { kind, context }: Asker): Refusal | undefined {
  const hint = (text: string): Refusal => ({ code: undefined, hint: text });
  switch (code) {
    case 'KeyBasedAuthenticationNotPermitted':
      return hint('account keys are switched off for this account: use a token');
    case 'AuthorizationPermissionMismatch':
      if (kind !== 'token') return hint('the SAS lacks a permission (sp) that this operation needs');
      return hint(context.request.target.endsWith('comp=userdelegationkey') ? delegatorRole : dataRole);
    case 'AuthorizationProtocolMismatch':
      return hint('the SAS allows https alone (spr)');
    case 'AuthorizationResourceTypeMismatch':
      return hint('the SAS is not for this kind of resource (srt)');
    case 'AuthorizationServiceMismatch':
      return hint('the SAS is not for this service (ss)');
    case 'AuthorizationSourceIPMismatch':
      return hint('the SAS does not allow the address of this machine (sip)');
    default:
      return undefined;
  }
}

function explainSas(failure: ServiceFailure, context: RefusalContext): Refusal {
  const detail = failure.extras.AuthenticationErrorDetail ?? '';
  const query = new URLSearchParams(context.request.target.split('?', 2)[1] ?? '');
  const expiry = timeOf(query.get('se'));
  const expired: Refusal = { code: 'ExpiredSas', hint: `the SAS has expired (se=${query.get('se')})` };
  if (expiry !== undefined && expiry <= context.now) return expired;
  const start = timeOf(query.get('st'));
  if (start !== undefined && start > context.now) {
    return { code: undefined, hint: `the SAS is not valid yet (st=${query.get('st')})` };
  }
  const skew = describeSkew(failure, context.now);
  if (/time frame|expiry time/i.test(detail)) {
    return {
      ...expired,
      hint: `the service says the SAS is outside its time${skew === undefined ? '' : `; ${skew}`}`,
    };
  }
  if (/signature did not match/i.test(detail)) {
    return {
      code: 'InvalidKey',
      hint: 'the SAS was changed after it was signed, or was signed with a key that is not (or no longer) one of the account',
    };
  }
  return { code: undefined, hint: skew ?? 'the SAS is malformed, or its policy or key is gone' };
}

function timeOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ticks = parseTicks(text);
  return ticks === undefined ? undefined : epochMsOf(ticks);
}

function explainSharedKey(failure: ServiceFailure, context: RefusalContext): Refusal {
  const skew = describeSkew(failure, context.now);
  if (skew !== undefined) return { code: undefined, hint: skew };
  const theirs = serverStringToSign(failure.extras.AuthenticationErrorDetail ?? '');
  if (theirs === undefined) {
    return {
      code: undefined,
      hint: `the key does not belong to the account "${context.accountName}", or something between changed the request`,
    };
  }
  const ours = stringToSign(context.accountName, context.request);
  if (ours === theirs) {
    return {
      code: 'InvalidKey',
      hint: `the service signed the same text, so the key is not (or no longer) one of the account "${context.accountName}"`,
    };
  }
  return { code: undefined, hint: firstDifference(ours, theirs, context.accountName) };
}

/** How far this machine's clock is off, by the answer's `Date`; `undefined` when it is close enough. */
function describeSkew(failure: ServiceFailure, now: number): string | undefined {
  const date = parseRfc1123(failure.headers.get('date') ?? '');
  if (date === undefined || Math.abs(now - date) < noticeableSkewMs) return undefined;
  const seconds = Math.round(Math.abs(now - date) / 1000);
  return `the clock of this machine is ${seconds} seconds ${now > date ? 'ahead of' : 'behind'} the service's`;
}

function serverStringToSign(detail: string): string | undefined {
  return /string to sign:? '([\s\S]*)'/i.exec(detail)?.[1]?.replace(/\r\n/g, '\n');
}

const lineNames = [
  'method',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-MD5',
  'Content-Type',
  'Date',
  'If-Modified-Since',
  'If-Match',
  'If-None-Match',
  'If-Unmodified-Since',
  'Range',
];

function firstDifference(ours: string, theirs: string, account: string): string {
  const mine = ours.split('\n');
  const other = theirs.split('\n');
  const at = mine.findIndex((line, index) => line !== other[index]);
  const index = at < 0 ? mine.length : at;
  const accountOfService = /^\/([^/]*)/.exec(other[index] ?? '')?.[1];
  if (index >= lineNames.length && accountOfService !== undefined && accountOfService !== account) {
    return `the account name is wrong: the client signs for "${account}", the service for "${redact(accountOfService.slice(0, 30))}"`;
  }
  const name = lineNames[index] ?? 'headers and resource';
  return `the signed texts differ first in line ${index + 1} (${name}): the client has ${shown(mine[index])}, the service ${shown(other[index])}; something between may have changed the request`;
}

function shown(line: string | undefined): string {
  return line === undefined ? 'nothing more' : `"${redact(line.slice(0, 120))}"`;
}
