import { formatTicks, parseTicks } from '../../../core/wire/dates.js';
import { optionalXmlElement, type XmlElement, xmlElement } from '../../../core/wire/xml.js';
import { type AccessPolicyRecord, shareKey } from '../../store/store.js';
import type { ShareContext } from '../context.js';
import { emptyReply, type Reply, xmlReply } from '../reply.js';
import { invalidDocument, invalidNode, nodeText, readNodes, readXml, requiredNode } from '../xml-body.js';
import { modifiedHeaders } from './entry-headers.js';

const maxPolicies = 5;
const maxIdLength = 64;

/** Get Share ACL: the stored access policies. */
export function getShareAcl({ share }: ShareContext): Reply {
  return xmlReply(
    wrapped('SignedIdentifiers', share.policies.map(policyXml).join('')),
    modifiedHeaders(share.etag),
  );
}

/** Set Share ACL: replaces all stored access policies; an empty body clears them. */
export function setShareAcl(context: ShareContext): Reply {
  const { store, account, share, body } = context;
  const policies = body.length === 0 ? [] : readPolicies(body);
  const etag = context.identity.nextTicks();
  store.putShare(account, shareKey(share.name), { ...share, policies, etag });
  return emptyReply(200, modifiedHeaders(etag));
}

function policyXml({ id, start, expiry, permission }: AccessPolicyRecord): string {
  const fields =
    optionalXmlElement('Start', start) +
    optionalXmlElement('Expiry', expiry) +
    optionalXmlElement('Permission', permission);
  // A policy without any field is told by its name alone.
  const policy = fields === '' ? '' : wrapped('AccessPolicy', fields);
  return wrapped('SignedIdentifier', xmlElement('Id', id) + policy);
}

function wrapped(name: string, content: string): string {
  return content === '' ? `<${name} />` : `<${name}>${content}</${name}>`;
}

function readPolicies(body: Uint8Array): AccessPolicyRecord[] {
  const { children, text } = readXml(body, 'SignedIdentifiers');
  if (text.trim() !== '' || children.some((child) => child.name !== 'SignedIdentifier'))
    throw invalidDocument();
  if (children.length > maxPolicies)
    throw invalidDocument(`There can be ${maxPolicies} access policies at most.`);
  const policies = children.map(readPolicy);
  if (new Set(policies.map(({ id }) => id)).size < policies.length)
    throw invalidDocument('An Id is there twice.');
  return policies;
}

function readPolicy(element: XmlElement): AccessPolicyRecord {
  const nodes = readNodes(element, ['Id', 'AccessPolicy']);
  const id = nodeText(requiredNode(nodes, 'Id'));
  if (id === '' || id.length > maxIdLength) {
    throw invalidDocument(`An Id must have 1 to ${maxIdLength} characters.`);
  }
  const policy = nodes.get('AccessPolicy');
  const fields = policy === undefined ? undefined : readNodes(policy, ['Start', 'Expiry', 'Permission']);
  return {
    id,
    start: readTime(fields?.get('Start')),
    expiry: readTime(fields?.get('Expiry')),
    permission: readPermission(fields?.get('Permission')),
  };
}

/** A time in the form in which it is given back: with seven decimals. */
function readTime(element: XmlElement | undefined): string | undefined {
  const text = element === undefined ? '' : nodeText(element);
  if (element === undefined || text === '') return undefined;
  const ticks = parseTicks(text);
  if (ticks === undefined) throw invalidNode(element);
  return formatTicks(ticks);
}

function readPermission(element: XmlElement | undefined): string | undefined {
  const text = element === undefined ? '' : nodeText(element);
  if (element === undefined || text === '') return undefined;
  const letters = [...text];
  if (letters.some((letter) => !'rcwdl'.includes(letter)) || new Set(letters).size < letters.length) {
    throw invalidNode(element);
  }
  return text;
}
