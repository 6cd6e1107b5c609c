import { optionalXmlElement, xmlElement } from '../../../core/wire/xml.js';
import type { CorsRule, MetricsRecord, ServiceRecord, StoreReader } from '../../store/store.js';
import type { RequestContext } from '../context.js';
import { emptyReply, type Reply, xmlReply } from '../reply.js';
import { invalidQuery } from '../service-errors.js';
import { readServiceChanges } from './service-properties-document.js';

/** First versions that tell of the settings of SMB, and of encryption in transit. */
const protocolsSince = '2020-02-10';
const encryptionSince = '2026-02-06';

const noMetrics: MetricsRecord = {
  version: '1.0',
  enabled: false,
  includeApis: undefined,
  retentionDays: undefined,
};

const defaults: ServiceRecord = {
  hourMetrics: noMetrics,
  minuteMetrics: noMetrics,
  cors: [],
  smbMultichannel: undefined,
};

/** The properties of the File service of an account, those that were never set by their defaults. */
export function serviceProperties(store: StoreReader, account: string): ServiceRecord {
  return store.service(account) ?? defaults;
}

/** Get File Service Properties. */
export function getServiceProperties(context: RequestContext): Reply {
  checkRestype(context);
  const service = serviceProperties(context.store, context.account);
  return xmlReply(
    '<StorageServiceProperties>' +
      metricsXml('HourMetrics', service.hourMetrics) +
      metricsXml('MinuteMetrics', service.minuteMetrics) +
      wrapped('Cors', service.cors.map(corsRuleXml).join('')) +
      (context.version >= protocolsSince ? protocolsXml(service, context.version) : '') +
      '</StorageServiceProperties>',
  );
}

/** Set File Service Properties: what the document does not name stays as it is. */
export function setServiceProperties(context: RequestContext): Reply {
  checkRestype(context);
  const { store, account, body } = context;
  store.putService(account, { ...serviceProperties(store, account), ...readServiceChanges(body) });
  return emptyReply(202);
}

function checkRestype({ query }: RequestContext): void {
  const restype = query.get('restype') ?? '';
  if (restype.toLowerCase() !== 'service') throw invalidQuery('restype', restype);
}

function metricsXml(name: string, metrics: MetricsRecord): string {
  return wrapped(
    name,
    xmlElement('Version', metrics.version) +
      xmlElement('Enabled', metrics.enabled) +
      optionalXmlElement('IncludeAPIs', metrics.includeApis) +
      wrapped(
        'RetentionPolicy',
        xmlElement('Enabled', metrics.retentionDays !== undefined) +
          optionalXmlElement('Days', metrics.retentionDays),
      ),
  );
}

function corsRuleXml(rule: CorsRule): string {
  return wrapped(
    'CorsRule',
    xmlElement('AllowedMethods', rule.allowedMethods) +
      xmlElement('AllowedOrigins', rule.allowedOrigins) +
      xmlElement('AllowedHeaders', rule.allowedHeaders) +
      xmlElement('ExposedHeaders', rule.exposedHeaders) +
      xmlElement('MaxAgeInSeconds', rule.maxAgeInSeconds),
  );
}

function protocolsXml(
  { smbMultichannel, smbEncryption, nfsEncryption }: ServiceRecord,
  version: string,
): string {
  const tellsEncryption = version >= encryptionSince;
  const smb =
    wrapped('Multichannel', xmlElement('Enabled', smbMultichannel ?? false)) +
    (tellsEncryption ? encryptionXml(smbEncryption) : '');
  const nfs = tellsEncryption ? encryptionXml(nfsEncryption) : '';
  return wrapped('ProtocolSettings', wrapped('SMB', smb) + (nfs === '' ? '' : wrapped('NFS', nfs)));
}

function encryptionXml(required: boolean | undefined): string {
  return required === undefined ? '' : wrapped('EncryptionInTransit', xmlElement('Required', required));
}

function wrapped(name: string, content: string): string {
  return content === '' ? `<${name} />` : `<${name}>${content}</${name}>`;
}
