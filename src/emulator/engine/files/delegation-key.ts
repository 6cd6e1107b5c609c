import { epochMsOf, parseTicks, ticksOf } from '../../../core/wire/dates.js';
import { type XmlElement, xmlElement } from '../../../core/wire/xml.js';
import { maxDelegationMs } from '../authority/sas.js';
import type { RequestContext } from '../context.js';
import { type Reply, xmlReply } from '../reply.js';
import { authenticationFailed } from '../service-errors.js';
import { invalidNode, nodeText, readNodes, readXml, requiredNode } from '../xml-body.js';

/**
 * Get User Delegation Key: a key that signs in the name of whoever sent the token, for a week at the most.
 * @see https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key
 */
export function getUserDelegationKey(context: RequestContext): Reply {
  const { account, authority, now, version, delegation } = context;
  if (authority.by !== 'token')
    throw authenticationFailed('A user delegation key is given for a token only.');
  const { start, expiry, delegatedTenantId } = readKeyInfo(context);
  const { objectId, tenantId } = authority.principal;
  const terms = {
    ...{ account, objectId, tenantId, version, delegatedTenantId, service: 'f' },
    start: secondText(start ?? now),
    expiry: secondText(expiry),
  };
  return xmlReply(
    `<UserDelegationKey>${[
      xmlElement('SignedOid', objectId),
      xmlElement('SignedTid', tenantId),
      xmlElement('SignedStart', terms.start),
      xmlElement('SignedExpiry', terms.expiry),
      xmlElement('SignedService', terms.service),
      xmlElement('SignedVersion', version),
      delegatedTenantId === '' ? '' : xmlElement('SignedDelegatedUserTid', delegatedTenantId),
      xmlElement('Value', delegation.keyFor(terms)),
    ].join('')}</UserDelegationKey>`,
  );
}

interface KeyInfo {
  readonly start: number | undefined;
  readonly expiry: number;
  readonly delegatedTenantId: string;
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function readKeyInfo({ body, now }: RequestContext): KeyInfo {
  const nodes = readNodes(readXml(body, 'KeyInfo'), ['Start', 'Expiry', 'DelegatedUserTid']);
  const startNode = nodes.get('Start');
  const expiryNode = requiredNode(nodes, 'Expiry');
  const start = startNode === undefined ? undefined : readTime(startNode, now);
  const expiry = readTime(expiryNode, now);
  if (expiry <= now || expiry <= (start ?? now))
    throw invalidNode(expiryNode, 'The key would never be valid.');
  const tenant = nodes.get('DelegatedUserTid');
  const delegatedTenantId = tenant === undefined ? '' : nodeText(tenant);
  if (tenant !== undefined && !guid.test(delegatedTenantId)) throw invalidNode(tenant);
  return { start, expiry, delegatedTenantId };
}

/** Both times must lie within a week of now. */
function readTime(element: XmlElement, now: number): number {
  const ticks = parseTicks(nodeText(element));
  if (ticks === undefined) throw invalidNode(element);
  const time = epochMsOf(ticks);
  if (Math.abs(time - now) > maxDelegationMs)
    throw invalidNode(element, 'It must be within seven days of now.');
  return time;
}

/** `2026-03-01T00:00:00Z`. */
function secondText(epochMs: number): string {
  return new Date(epochMsOf(ticksOf(epochMs))).toISOString().replace(/\.\d+Z$/, 'Z');
}
