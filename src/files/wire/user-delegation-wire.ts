import { HttpHeaders } from '../../core/http/headers.js';
import type { HttpResponse } from '../../core/http/message.js';
import { epochMsOf, parseTicks } from '../../core/wire/dates.js';
import { optionalXmlElement, type XmlElement, xmlElement, xmlText } from '../../core/wire/xml.js';
import { sasTime } from '../../sas/limits.js';
import { UserDelegationKey } from '../../sas/user-delegation-key.js';
import type { WireRequest } from '../context.js';
import { operations } from '../operations.js';
import { documentOf, unexpected } from './answers.js';

/** What a user delegation key is asked for. */
export interface DelegationWindow {
  readonly startsOn: Date;
  readonly expiresOn: Date;
  readonly delegatedUserTenantId: string | undefined;
}

const maxLength = 64 * 1024;

/** @see https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key */
export function getUserDelegationKeyRequest(basePath: string, window: DelegationWindow): WireRequest {
  const xml = `<?xml version="1.0" encoding="utf-8"?><KeyInfo>${[
    xmlElement('Start', sasTime(window.startsOn, 'startsOn')),
    xmlElement('Expiry', sasTime(window.expiresOn, 'expiresOn')),
    optionalXmlElement('DelegatedUserTid', window.delegatedUserTenantId),
  ].join('')}</KeyInfo>`;
  return {
    operation: operations.getUserDelegationKey,
    method: 'POST',
    target: `${basePath}/?restype=service&comp=userdelegationkey`,
    headers: HttpHeaders.of({ 'Content-Type': 'application/xml; charset=utf-8' }),
    body: new TextEncoder().encode(xml),
    resource: {},
  };
}

/** The key. What is wrong with the answer is told without repeating it: there may be a key in it. */
export function userDelegationKeyOf(response: HttpResponse): UserDelegationKey {
  const root = documentOf(response, 'UserDelegationKey', maxLength);
  const text = (name: string) => requiredText(root, name, response);
  const time = (name: string) => requiredTime(root, name, response);
  return new UserDelegationKey({
    signedObjectId: text('SignedOid'),
    signedTenantId: text('SignedTid'),
    signedStartsOn: time('SignedStart'),
    signedExpiresOn: time('SignedExpiry'),
    signedService: text('SignedService'),
    signedVersion: text('SignedVersion'),
    signedDelegatedUserTenantId: xmlText(root, 'SignedDelegatedUserTid') || undefined,
    value: text('Value'),
  });
}

function requiredText(root: XmlElement, name: string, response: HttpResponse): string {
  const text = xmlText(root, name);
  if (text === undefined || text === '') throw unexpected(`the user delegation key has no ${name}`, response);
  return text;
}

function requiredTime(root: XmlElement, name: string, response: HttpResponse): Date {
  const ticks = parseTicks(requiredText(root, name, response));
  if (ticks === undefined)
    throw unexpected(`the user delegation key has a ${name} that is no time`, response);
  return new Date(epochMsOf(ticks));
}
