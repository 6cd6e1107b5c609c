import { ConfigurationError } from '../errors.js';
import { accountEndpoint, type Endpoint, parseEndpoint, type ServiceKind } from './endpoint.js';

/** What a connection string says for one service. */
export interface ConnectionSettings {
  readonly endpoint: Endpoint;
  readonly credential:
    | { readonly kind: 'shared_key'; readonly key: string }
    | { readonly kind: 'sas'; readonly token: string };
}

/** The account that every storage emulator knows, with its published key. */
export const developmentAccount = 'devstoreaccount1';
export const developmentKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const developmentPorts: Readonly<Record<ServiceKind, number>> = { blob: 10_000, file: 10_003 };

/** The keys that mean something here; keys of other services and unknown ones are ignored, as the official clients do. */
const keys = [
  'DefaultEndpointsProtocol',
  'AccountName',
  'AccountKey',
  'SharedAccessSignature',
  'EndpointSuffix',
  'BlobEndpoint',
  'FileEndpoint',
  'UseDevelopmentStorage',
  'DevelopmentStorageProxyUri',
] as const;
type Key = (typeof keys)[number];
const spelling = new Map<string, Key>(keys.map((key) => [key.toLowerCase(), key]));

/**
 * Reads a connection string: `Key=Value` pairs between semicolons, names in any case.
 * An explicit endpoint wins over the suffix, a key over a SAS; `UseDevelopmentStorage=true` means the emulator's own
 * account on its default ports.
 * @throws {ConfigurationError} `InvalidOption`, `InvalidAccountName` or `MissingCredentials`; no message holds a secret.
 */
export function parseConnectionString(text: string, service: ServiceKind): ConnectionSettings {
  const pairs = readPairs(text);
  if (pairs.get('UseDevelopmentStorage') !== undefined) return developmentSettings(pairs, service);
  const account = pairs.get('AccountName');
  return { endpoint: endpointOf(pairs, account, service), credential: credentialOf(pairs) };
}

function readPairs(text: string): Map<Key, string> {
  const pairs = new Map<Key, string>();
  for (const pair of String(text).split(';')) {
    const trimmed = pair.trim();
    if (trimmed === '') continue;
    const equals = trimmed.indexOf('=');
    if (equals < 1) throw invalid('has a part that is no Key=Value pair');
    const key = spelling.get(trimmed.slice(0, equals).trim().toLowerCase());
    if (key === undefined) continue;
    if (pairs.has(key)) throw invalid(`has ${key} twice`);
    const value = trimmed.slice(equals + 1).trim();
    if (value !== '') pairs.set(key, value);
  }
  if (pairs.size === 0) throw invalid('is empty');
  return pairs;
}

function developmentSettings(pairs: Map<Key, string>, service: ServiceKind): ConnectionSettings {
  if (pairs.get('UseDevelopmentStorage')?.toLowerCase() !== 'true') {
    throw invalid('has UseDevelopmentStorage with another value than true');
  }
  const proxy = pairs.get('DevelopmentStorageProxyUri') ?? 'http://127.0.0.1';
  const url = `${proxy.replace(/\/+$/, '')}:${developmentPorts[service]}/${developmentAccount}`;
  return {
    endpoint: parseEndpoint(url, developmentAccount, 'connectionString: DevelopmentStorageProxyUri'),
    credential: { kind: 'shared_key', key: developmentKey },
  };
}

function endpointOf(pairs: Map<Key, string>, account: string | undefined, service: ServiceKind): Endpoint {
  const protocol = pairs.get('DefaultEndpointsProtocol')?.toLowerCase() ?? 'https';
  if (protocol !== 'https' && protocol !== 'http') {
    throw invalid('has a DefaultEndpointsProtocol that is neither https nor http');
  }
  const name = service === 'file' ? 'FileEndpoint' : 'BlobEndpoint';
  const explicit = pairs.get(name);
  if (explicit !== undefined) return parseEndpoint(explicit, account, `connectionString: ${name}`);
  if (account === undefined) throw invalid(`has neither AccountName nor ${name}`);
  if (protocol === 'http') {
    throw invalid('asks for http, which is allowed to loopback hosts only, by an explicit endpoint');
  }
  return accountEndpoint(account, service, pairs.get('EndpointSuffix'));
}

function credentialOf(pairs: Map<Key, string>): ConnectionSettings['credential'] {
  const key = pairs.get('AccountKey');
  if (key !== undefined) return { kind: 'shared_key', key };
  const token = pairs.get('SharedAccessSignature');
  if (token !== undefined) return { kind: 'sas', token };
  throw new ConfigurationError(
    'MissingCredentials',
    'connectionString has neither AccountKey nor SharedAccessSignature',
  );
}

function invalid(why: string): ConfigurationError {
  return new ConfigurationError('InvalidOption', `connectionString ${why}`);
}
