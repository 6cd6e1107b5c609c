import type { AzureFilesConfig } from '../../src/files/index.js';
import { generateAccountSas } from '../../src/files/index.js';
import type { Canary } from './canary.js';

type Credentials = NonNullable<AzureFilesConfig['credentials']>;

export const accountName = 'canaryacct';

/** Ways of telling the client who it is. Each has secrets of its own, all made from one key where there is one. */
export const identityKinds = [
  'a key',
  'a key of a function',
  'a SAS',
  'a SAS of a function',
  'a connection string',
  'a connection string with a SAS',
  'a connection string of a function',
  'a token',
] as const;
export type IdentityKind = (typeof identityKinds)[number];

/** Credentials of a kind. @param key - The key of the account that the service knows. */
export function credentialsOf(kind: IdentityKind, canary: Canary, key: string): Credentials {
  const sas = () => signedSas(canary, key);
  const token = canary.secrets.accessToken();
  const string = (secret: string) => `DefaultEndpointsProtocol=https;AccountName=${accountName};${secret}`;
  switch (kind) {
    case 'a key':
      return { type: 'shared_key', key };
    case 'a key of a function':
      return { type: 'shared_key', key: async () => key };
    case 'a SAS':
      return { type: 'sas_token', token: sas() };
    case 'a SAS of a function':
      return { type: 'sas_token', token: () => sas() };
    case 'a connection string':
      return { type: 'connection_string', connectionString: string(`AccountKey=${key}`) };
    case 'a connection string with a SAS':
      return { type: 'connection_string', connectionString: string(`SharedAccessSignature=${sas()}`) };
    case 'a connection string of a function':
      return { type: 'connection_string', connectionString: () => string(`AccountKey=${key}`) };
    case 'a token':
      return {
        type: 'token',
        credential: { getToken: async () => ({ token, expiresOnTimestamp: 4_000_000_000_000 }) },
      };
  }
}

/** A SAS for the whole account, whose signature is a secret from now on. */
export function signedSas(canary: Canary, key: string): string {
  const { token } = generateAccountSas(
    {
      services: ['file'],
      resourceTypes: ['service', 'container', 'object'],
      permissions: ['read', 'write', 'delete', 'list', 'create'],
      expiresOn: new Date(canary.clock.now() + 3_600_000),
    },
    { accountName, key },
  );
  canary.secrets.add('signature of a SAS', new URLSearchParams(token).get('sig') ?? '');
  return token;
}
