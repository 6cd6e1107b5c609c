import type { XmlElement } from '../../../core/wire/xml.js';
import type { CorsRule, MetricsRecord, ServiceRecord } from '../../store/store.js';
import {
  invalidDocument,
  invalidNode,
  nodeBoolean,
  nodeInteger,
  nodeText,
  readNodes,
  readXml,
  requiredNode,
} from '../xml-body.js';

const maxRules = 5;
const maxRulesLength = 2048;
const maxListed = { literal: 64, prefixed: 2 } as const;
const maxNameLength = 256;
const mostDays = 365;
const mostAgeSeconds = 2_147_483_647;
const methods = ['DELETE', 'GET', 'HEAD', 'MERGE', 'POST', 'OPTIONS', 'PUT', 'PATCH'];

/** What a document changes of the properties of a service. */
export type ServiceChanges = { -readonly [Name in keyof ServiceRecord]?: ServiceRecord[Name] };

/**
 * Reads the document of Set File Service Properties.
 * @throws {Refusal} `InvalidXmlDocument`, `InvalidXmlNodeValue`, `MissingRequiredXmlNode`, `UnsupportedXmlNode`.
 */
export function readServiceChanges(body: Uint8Array): ServiceChanges {
  const root = readXml(body, 'StorageServiceProperties');
  const nodes = readNodes(root, ['HourMetrics', 'MinuteMetrics', 'Cors', 'ProtocolSettings']);
  const changes: ServiceChanges = {};
  const hour = nodes.get('HourMetrics');
  if (hour !== undefined) changes.hourMetrics = readMetrics(hour);
  const minute = nodes.get('MinuteMetrics');
  if (minute !== undefined) changes.minuteMetrics = readMetrics(minute);
  const cors = nodes.get('Cors');
  if (cors !== undefined) changes.cors = readRules(cors);
  const protocols = nodes.get('ProtocolSettings');
  return protocols === undefined ? changes : { ...changes, ...readProtocols(protocols) };
}

function readMetrics(element: XmlElement): MetricsRecord {
  const nodes = readNodes(element, ['Version', 'Enabled', 'IncludeAPIs', 'RetentionPolicy']);
  const version = requiredNode(nodes, 'Version');
  if (nodeText(version) !== '1.0') throw invalidNode(version);
  const enabled = nodeBoolean(requiredNode(nodes, 'Enabled'));
  const apis = enabled ? requiredNode(nodes, 'IncludeAPIs') : nodes.get('IncludeAPIs');
  if (!enabled && apis !== undefined) throw invalidDocument('IncludeAPIs goes with enabled metrics only.');
  return {
    version: '1.0',
    enabled,
    includeApis: apis === undefined ? undefined : nodeBoolean(apis),
    retentionDays: readRetention(requiredNode(nodes, 'RetentionPolicy')),
  };
}

function readRetention(element: XmlElement): number | undefined {
  const nodes = readNodes(element, ['Enabled', 'Days']);
  const days = nodes.get('Days');
  if (nodeBoolean(requiredNode(nodes, 'Enabled'))) {
    return nodeInteger(requiredNode(nodes, 'Days'), { least: 1, most: mostDays });
  }
  if (days !== undefined) throw invalidDocument('Days goes with an enabled retention policy only.');
  return undefined;
}

function readRules(element: XmlElement): CorsRule[] {
  const { children, text } = element;
  if (text.trim() !== '' || children.some((child) => child.name !== 'CorsRule')) throw invalidDocument();
  if (children.length > maxRules) throw invalidDocument(`There can be ${maxRules} CORS rules at most.`);
  const rules = children.map(readRule);
  if (rules.reduce((length, rule) => length + lengthOf(rule), 0) > maxRulesLength) {
    throw invalidDocument(`CORS rules can have ${maxRulesLength} characters at most.`);
  }
  return rules;
}

function lengthOf(rule: CorsRule): number {
  return Object.values(rule).join('').length;
}

function readRule(element: XmlElement): CorsRule {
  const nodes = readNodes(element, [
    'AllowedOrigins',
    'AllowedMethods',
    'AllowedHeaders',
    'ExposedHeaders',
    'MaxAgeInSeconds',
  ]);
  const allowedMethods = readList(requiredNode(nodes, 'AllowedMethods'), methods.length);
  return {
    allowedOrigins: readOrigins(requiredNode(nodes, 'AllowedOrigins')),
    allowedMethods: checkMethods(allowedMethods, requiredNode(nodes, 'AllowedMethods')),
    allowedHeaders: readHeaderNames(requiredNode(nodes, 'AllowedHeaders')),
    exposedHeaders: readHeaderNames(requiredNode(nodes, 'ExposedHeaders')),
    maxAgeInSeconds: nodeInteger(requiredNode(nodes, 'MaxAgeInSeconds'), { least: 0, most: mostAgeSeconds }),
  };
}

function readOrigins(element: XmlElement): string {
  const origins = readList(element, maxListed.literal);
  if (origins.length === 0) throw invalidNode(element);
  return origins.join(',');
}

function checkMethods(given: readonly string[], element: XmlElement): string {
  const unknown = given.some((method) => !methods.includes(method.toUpperCase()));
  if (given.length === 0 || unknown) throw invalidNode(element);
  return given.map((method) => method.toUpperCase()).join(',');
}

/** Names of headers: literal ones, and beginnings of names with a star at the end. */
function readHeaderNames(element: XmlElement): string {
  const names = readList(element, maxListed.literal + maxListed.prefixed);
  const prefixed = names.filter((name) => name.endsWith('*') && name !== '*');
  if (prefixed.length > maxListed.prefixed) throw invalidNode(element);
  if (names.some((name) => !/^[\w!#$%&'+.^`|~-]*\*?$/.test(name))) throw invalidNode(element);
  return names.join(',');
}

function readList(element: XmlElement, most: number): string[] {
  const items = nodeText(element)
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length > most || items.some((item) => item.length > maxNameLength)) throw invalidNode(element);
  return items;
}

function readProtocols(element: XmlElement): ServiceChanges {
  const nodes = readNodes(element, ['SMB', 'NFS']);
  const changes: ServiceChanges = {};
  const smb = nodes.get('SMB');
  if (smb !== undefined) {
    const settings = readNodes(smb, ['Multichannel', 'EncryptionInTransit']);
    const multichannel = settings.get('Multichannel');
    if (multichannel !== undefined) changes.smbMultichannel = readMultichannel(multichannel);
    const encryption = settings.get('EncryptionInTransit');
    if (encryption !== undefined) changes.smbEncryption = readEncryption(encryption);
  }
  const nfs = nodes.get('NFS');
  const encryption =
    nfs === undefined ? undefined : readNodes(nfs, ['EncryptionInTransit']).get('EncryptionInTransit');
  if (encryption !== undefined) changes.nfsEncryption = readEncryption(encryption);
  return changes;
}

function readMultichannel(element: XmlElement): boolean {
  const enabled = requiredNode(readNodes(element, ['Enabled']), 'Enabled');
  if (nodeBoolean(enabled)) {
    throw invalidNode(
      enabled,
      'SMB multichannel needs a premium account, and the one of this emulator is standard.',
    );
  }
  return false;
}

function readEncryption(element: XmlElement): boolean {
  return nodeBoolean(requiredNode(readNodes(element, ['Required']), 'Required'));
}
