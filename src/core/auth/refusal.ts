import type { HttpRequest } from '../http/message.js';
import { redactAnswerTo } from '../redact.js';
import type { ServiceFailure } from '../resilience/answer-check.js';
import { describeSkew, detailSaid, type Refusal, type RefusalContext } from './refusal-context.js';
import { explainSas } from './sas-refusal.js';
import { stringToSign } from './shared-key.js';

export type { Refusal, RefusalContext };

/** Explains why the service refused who asked; `undefined` when nothing can be said. */
export function explainRefusal(failure: ServiceFailure, context: RefusalContext): Refusal | undefined {
  const authorization = context.request.headers.get('authorization');
  if (authorization === undefined) return explainSas(failure, context);
  const isUnknown = failure.serviceCode === 'AuthenticationFailed';
  const isToken = !authorization.startsWith('SharedKey ');
  if (isToken && (isUnknown || failure.serviceCode === 'InvalidAuthenticationInfo')) {
    return explainToken(failure, context);
  }
  if (!isUnknown) return explainMissingRight(failure.serviceCode, context.request);
  return explainSharedKey(failure, context);
}

function explainToken(failure: ServiceFailure, context: RefusalContext): Refusal {
  const said = detailSaid(failure, context);
  return { code: undefined, hint: `the token was refused: it may be for another tenant or audience${said}` };
}

/** What an identity needs beside a role for the data. */
const delegatorRole =
  'the identity lacks a role that may ask for user delegation keys, such as Storage File Delegator';
const dataRole =
  'the identity lacks a data role, such as Storage File Data Privileged Contributor (or Reader)';

function explainMissingRight(code: string | undefined, { target }: HttpRequest): Refusal | undefined {
  const hint = (text: string): Refusal => ({ code: undefined, hint: text });
  switch (code) {
    case 'KeyBasedAuthenticationNotPermitted':
      return hint('account keys are switched off for this account: use a token');
    case 'AuthorizationPermissionMismatch':
      return hint(target.endsWith('comp=userdelegationkey') ? delegatorRole : dataRole);
    case 'AuthorizationFailure':
      return hint('the network rules of the account may not let this machine in');
    default:
      return undefined;
  }
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
  return { code: undefined, hint: firstDifference(ours, theirs, context) };
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

function firstDifference(ours: string, theirs: string, context: RefusalContext): string {
  const { accountName: account, request } = context;
  const shown = (line: string | undefined): string =>
    line === undefined ? 'nothing more' : `"${redactAnswerTo(request, line).slice(0, 120)}"`;
  const mine = ours.split('\n');
  const other = theirs.split('\n');
  const at = mine.findIndex((line, index) => line !== other[index]);
  const index = at < 0 ? mine.length : at;
  const accountOfService = /^\/([^/]*)/.exec(other[index] ?? '')?.[1];
  if (index >= lineNames.length && accountOfService !== undefined && accountOfService !== account) {
    return `the account name is wrong: the client signs for "${account}", the service for "${redactAnswerTo(request, accountOfService).slice(0, 30)}"`;
  }
  const name = lineNames[index] ?? 'headers and resource';
  return `the signed texts differ first in line ${index + 1} (${name}): the client has ${shown(mine[index])}, the service ${shown(other[index])}; something between may have changed the request`;
}
