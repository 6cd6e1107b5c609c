import { createHmac } from 'node:crypto';
import { wellKnownAccount } from '../../src/emulator/options.js';

/*
 * Shared access signatures as the REST reference writes them down. Nothing here comes from the code under test: the
 * texts to sign are spelled out line by line.
 */

export const account = wellKnownAccount.name;
export const key = wellKnownAccount.keys[0] ?? '';

/** Fields of a signature by their query names. */
export type Fields = Readonly<Record<string, string>>;

export function hmac(keyBase64: string, text: string): string {
  return createHmac('sha256', Buffer.from(keyBase64, 'base64')).update(text, 'utf8').digest('base64');
}

/** Fields as a query, each value encoded. */
export function query(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

/** Long before and long after the clock of the tests. */
export const terms = { sv: '2024-11-04', se: '2030-01-01T00:00:00Z' } as const;

/** An account SAS for the File service, as a query. */
export function accountSas(fields: Fields, by: { account?: string; key?: string } = {}): string {
  const all: Fields = { ...terms, ss: 'f', srt: 'sco', sp: 'rwdlc', ...fields };
  const of = (name: string) => all[name] ?? '';
  const lines = [
    by.account ?? account,
    of('sp'),
    of('ss'),
    of('srt'),
    of('st'),
    of('se'),
    of('sip'),
    of('spr'),
    of('sv'),
  ];
  if (of('sv') >= '2020-12-06') lines.push(of('ses'));
  return query({ ...all, sig: hmac(by.key ?? key, `${lines.join('\n')}\n`) });
}

/** Where a service SAS is for: a share, or a file in it. */
export interface SignedResource {
  readonly share: string;
  /** Decoded, without a leading slash; absent = the share. */
  readonly file?: string;
  readonly account?: string;
  readonly key?: string;
}

const resourceLine = ({ account: name = account, share, file }: SignedResource) =>
  file === undefined ? `/file/${name}/${share}` : `/file/${name}/${share}/${file}`;

/** A service SAS, as a query. */
export function serviceSas(
  resource: SignedResource,
  fields: Fields,
  without: readonly string[] = [],
): string {
  const given = { ...terms, sr: resource.file === undefined ? 's' : 'f', ...fields };
  const all: Fields = Object.fromEntries(Object.entries(given).filter(([name]) => !without.includes(name)));
  const of = (name: string) => all[name] ?? '';
  const limits = of('sv') >= '2015-04-05' ? [of('sip'), of('spr')] : [];
  const text = [
    ...[of('sp'), of('st'), of('se'), resourceLine(resource), of('si')],
    ...limits,
    ...[of('sv'), of('rscc'), of('rscd'), of('rsce'), of('rscl'), of('rsct')],
  ].join('\n');
  return query({ ...all, sig: hmac(resource.key ?? key, text) });
}

/** A user delegation key as the service gives it. */
export interface DelegationKey {
  readonly oid: string;
  readonly tid: string;
  readonly start: string;
  readonly expiry: string;
  readonly service: string;
  readonly version: string;
  readonly value: string;
  readonly delegatedTenant?: string | undefined;
}

/** A user delegation SAS, as a query. */
export function delegationSas(by: DelegationKey, resource: SignedResource, fields: Fields = {}): string {
  const all: Fields = {
    sv: '2025-07-05',
    se: terms.se,
    sr: resource.file === undefined ? 's' : 'f',
    skoid: by.oid,
    sktid: by.tid,
    skt: by.start,
    ske: by.expiry,
    sks: by.service,
    skv: by.version,
    ...(by.delegatedTenant !== undefined && { skdutid: by.delegatedTenant }),
    ...fields,
  };
  const of = (name: string) => all[name] ?? '';
  const text = [
    ...[of('sp'), of('st'), of('se'), resourceLine(resource)],
    ...[of('skoid'), of('sktid'), of('skt'), of('ske'), of('sks'), of('skv'), of('skdutid'), of('sduoid')],
    ...[of('sip'), of('spr'), of('sv'), of('rscc'), of('rscd'), of('rsce'), of('rscl'), of('rsct')],
  ].join('\n');
  return query({ ...all, sig: hmac(by.value, text) });
}
