import { ConfigurationError } from '../errors.js';
import { shown } from '../option-checks.js';
import { redact } from '../redact.js';

/** Which of the services a client talks to. */
export type ServiceKind = 'file' | 'blob';

/** Where a service is. */
export interface Endpoint {
  /** `scheme://host[:port]`. */
  readonly origin: string;
  /** What every path begins with: empty where the account is in the host name, `/account` where it is not. */
  readonly basePath: string;
  readonly accountName: string;
}

export const defaultEndpointSuffix = 'core.windows.net';

const accountPattern = /^[a-z0-9]{3,24}$/;

/** @throws {ConfigurationError} `InvalidAccountName` */
export function checkAccountName(name: string): string {
  if (typeof name === 'string' && accountPattern.test(name)) return name;
  throw new ConfigurationError(
    'InvalidAccountName',
    `accountName must be 3 to 24 lower-case letters and digits, got ${shown(name)}`,
  );
}

function quoted(text: string): string {
  return `"${redact(text.slice(0, 80))}"`;
}

/** The usual address of an account: `https://{account}.file.core.windows.net`. */
export function accountEndpoint(
  account: string,
  service: ServiceKind,
  suffix = defaultEndpointSuffix,
): Endpoint {
  return parseEndpoint(`https://${checkAccountName(account)}.${service}.${suffix}`, account, 'endpoint');
}

/**
 * Takes an endpoint apart. The account is the first path segment where the host is an IP address, has no dot or a
 * port of an emulator (path style), else the first label of the host.
 * @param account - The account, where it is known otherwise; needed for hosts that do not name it (custom domains).
 * @param option - What messages call the value.
 */
export function parseEndpoint(text: string, account: string | undefined, option: string): Endpoint {
  const url = parseUrl(text, option);
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const origin = `${url.protocol}//${url.host}`;
  if (segments.length > 1) throw invalid(option, 'has a path of more than one segment', text);
  const [first] = segments;
  if (isPathStyle(url)) {
    const name = first ?? account;
    if (name === undefined) throw invalid(option, 'must name the account as its path', text);
    return { origin, basePath: `/${checkAccountName(name)}`, accountName: checkAgreement(name, account) };
  }
  if (first !== undefined) throw invalid(option, 'must have no path, since the host names the account', text);
  return { origin, basePath: '', accountName: hostAccount(url.hostname, account, text) };
}

function hostAccount(hostname: string, account: string | undefined, text: string): string {
  const [label = '', kind] = hostname.split('.');
  const named = kind === 'file' || kind === 'blob' || kind === 'privatelink';
  if (named) return checkAgreement(checkAccountName(label.replace(/-secondary$/, '')), account);
  if (account === undefined) {
    throw new ConfigurationError(
      'InvalidAccountName',
      `accountName is needed, because the endpoint ${redact(text)} does not name the account`,
    );
  }
  return checkAccountName(account);
}

/** Zone-redundant endpoints have a zone between account and service, so only a flat disagreement is an error. */
function checkAgreement(named: string, account: string | undefined): string {
  if (account === undefined || account === named) return named;
  throw new ConfigurationError(
    'InvalidAccountName',
    `accountName is "${checkAccountName(account)}" but the endpoint belongs to the account "${named}"`,
  );
}

function parseUrl(text: string, option: string): URL {
  let url: URL;
  try {
    url = new URL(typeof text === 'string' ? text : '');
  } catch {
    const rule = 'must be a URL such as https://account.file.core.windows.net';
    // What is no URL may be a key in the wrong place, also behind the beginning of one.
    throw new ConfigurationError('InvalidOption', `${option} ${rule}, got ${shown(text)}`);
  }
  if (url.username !== '' || url.password !== '')
    throw invalid(option, 'must hold no user name or password', '');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new ConfigurationError('InvalidOption', `${option} must begin with https://, got ${shown(text)}`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw invalid(option, 'must use https: plain http is allowed to loopback hosts only', text);
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalid(option, 'must have no query; give a SAS as credentials', text);
  }
  return url;
}

function invalid(option: string, why: string, text: string): ConfigurationError {
  return new ConfigurationError(
    'InvalidOption',
    `${option} ${why}${text === '' ? '' : `, got ${quoted(text)}`}`,
  );
}

/** `localhost`, names below it, 127.0.0.0/8 and ::1. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

function isPathStyle(url: URL): boolean {
  const { hostname, port } = url;
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(hostname) || hostname.startsWith('[')) return true;
  if (!hostname.includes('.') || hostname === 'host.docker.internal') return true;
  return /^1[01][01]0[0-4]$/.test(port) && !/\.(file|blob)\./.test(hostname);
}
