import { checkKeys, invalidOption } from '../core/option-checks.js';
import { checkApiVersion, defaultApiVersion } from '../core/version.js';
import type { SasDescription } from './generated-sas.js';

/** `http` alone does not exist. */
export type SasProtocol = 'https' | 'https,http';

/** What limits every SAS beside its permissions. */
export interface SasLimits {
  /**
   * From when on it is valid, cut to the second. Clocks differ: leave it out, or set it some minutes back.
   * @defaultValue at once
   */
  readonly startsOn?: Date | undefined;
  /** Until when it is valid, cut to the second. */
  readonly expiresOn?: Date | undefined;
  /** The only IPv4 address that may use it, or the only range of them with both ends: `10.0.0.1-10.0.0.9`. */
  readonly ipRange?: string | undefined;
  /** @defaultValue `https` */
  readonly protocol?: SasProtocol | undefined;
  /** The service version whose rules it follows (`sv`). Limits: 2015-04-05 and later. @defaultValue 2023-11-03 */
  readonly version?: string | undefined;
}

/** Headers that answers get instead of those that are stored with the file. */
export interface SasResponseHeaders {
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly contentType?: string | undefined;
}

/** Limits as the texts that are signed; empty where there is none. */
export interface LimitTexts {
  readonly st: string;
  readonly se: string;
  readonly sip: string;
  readonly spr: SasProtocol;
  readonly sv: string;
}

/** The names of {@link SasLimits}, for checks of unknown fields. */
export const limitNames = ['startsOn', 'expiresOn', 'ipRange', 'protocol', 'version'] as const;

/** Which versions a kind of SAS can have. */
export interface SasVersions {
  readonly least: string;
  /** Where none is asked for. */
  readonly usual: string;
}

/** Older versions can neither ask for https nor name addresses, and have no account SAS. */
const anyVersion: SasVersions = { least: '2015-04-05', usual: defaultApiVersion };

/**
 * Checks limits and gives their texts.
 * @throws {ConfigurationError} `InvalidOption` that names the field.
 */
export function limitTexts(limits: SasLimits, versions: SasVersions = anyVersion): LimitTexts {
  const { startsOn, expiresOn, ipRange, protocol = 'https', version = versions.usual } = limits;
  const st = startsOn === undefined ? '' : sasTime(startsOn, 'startsOn');
  const se = expiresOn === undefined ? '' : sasTime(expiresOn, 'expiresOn');
  if (st !== '' && se !== '' && se <= st) {
    throw invalidOption(`expiresOn must be later than startsOn, got ${se} and ${st}`);
  }
  if (protocol !== 'https' && protocol !== 'https,http') {
    throw invalidOption(`protocol must be 'https' or 'https,http'; a SAS for http alone does not exist`);
  }
  if (checkApiVersion(version, 'version') < versions.least) {
    throw invalidOption(`version must be ${versions.least} or later for such a SAS, got ${version}`);
  }
  return { st, se, sip: checkIpRange(ipRange), spr: protocol, sv: version };
}

/** The fields of a description that limits give. */
export function limitsOf(
  texts: LimitTexts,
): Pick<SasDescription, 'startsOn' | 'expiresOn' | 'ipRange' | 'protocol' | 'version'> {
  const { st, se, sip, spr, sv } = texts;
  return {
    startsOn: st === '' ? undefined : new Date(st),
    expiresOn: se === '' ? undefined : new Date(se),
    ipRange: sip === '' ? undefined : sip,
    protocol: spr,
    version: sv,
  };
}

/** `2026-03-09T10:20:30Z`. @throws {ConfigurationError} `InvalidOption` when it is no date before the year 10000. */
export function sasTime(date: Date, option: string): string {
  const time = date instanceof Date ? date.getTime() : Number.NaN;
  // The lowest time that has four digits of a year, and the highest.
  if (time >= -62_135_596_800_000 && time < 253_402_300_800_000) {
    return `${new Date(time).toISOString().slice(0, 19)}Z`;
  }
  throw invalidOption(`${option} must be a valid Date`);
}

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const address = `${octet}(?:\\.${octet}){3}`;
const range = new RegExp(`^(${address})(?:-(${address}))?$`);

function checkIpRange(given: string | undefined): string {
  if (given === undefined) return '';
  const match = range.exec(given);
  if (match === null) {
    throw invalidOption(
      'ipRange must be an IPv4 address or two joined by a hyphen, such as 10.0.0.1-10.0.0.9; the service knows neither IPv6 nor masks here',
    );
  }
  const [, first = '', last = first] = match;
  if (numberOf(first) > numberOf(last)) throw invalidOption(`ipRange must begin with its lower address`);
  return given;
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

const responseNames = [
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'contentType',
] as const satisfies readonly (keyof SasResponseHeaders)[];

/** The values of response headers in the order in which they are signed. @throws {ConfigurationError} `InvalidOption` */
export function responseTexts(headers: SasResponseHeaders | undefined): readonly string[] {
  if (headers === undefined) return ['', '', '', '', ''];
  checkKeys(headers, 'responseHeaders', responseNames);
  return responseNames.map((name) => {
    const value = headers[name];
    return value === undefined ? '' : checkSignedText(value, `responseHeaders.${name}`);
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a line feed would move the lines that are signed.
const control = /[\u0000-\u001f\u007f]|\p{Surrogate}/u;

/**
 * Makes sure that a text can be one line of what is signed.
 * @throws {ConfigurationError} `InvalidOption`
 */
export function checkSignedText(value: unknown, option: string): string {
  if (typeof value === 'string' && value !== '' && !control.test(value)) return value;
  throw invalidOption(`${option} must be well-formed text of one line that is not empty`);
}

/** @throws {ConfigurationError} `InvalidOption` */
export function checkPolicyId(id: string | undefined): string {
  if (id === undefined) return '';
  if (checkSignedText(id, 'policyId').length <= 64) return id;
  throw invalidOption('policyId must have at most 64 characters');
}
