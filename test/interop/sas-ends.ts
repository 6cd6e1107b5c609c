import {
  AnonymousCredential,
  newPipeline,
  type RestError,
  ShareClient,
  ShareServiceClient,
  type SignedIdentifier,
} from '@azure/storage-file-share';
import { onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../src/emulator/index.js';
import {
  AuthenticationError,
  type AzureCredentials,
  AzureFilesClient,
  type AzureFilesConfig,
  createNodeTransport,
  LeaseError,
} from '../../src/files/index.js';
import { token } from '../support/unsigned-requests.js';

/* Both ends: signatures that our client makes, used by our client and by the official one, over HTTPS to the emulator. */

/** The file that the right of each recipe is for; `other` lies beside it. */
export const path = 'd/f ü.txt';
export const other = 'd/other';

/** Credentials with a token of somebody that the emulator takes. */
export function tokenCredentials(claims: Readonly<Record<string, unknown>> = {}) {
  const getToken = async () => ({
    token: token(Date.now(), claims),
    expiresOnTimestamp: Date.now() + 3_600_000,
  });
  return { type: 'token', credential: { getToken } } as const satisfies AzureCredentials;
}

/** An emulator with HTTPS, and an owner who has a share `data` with files in it. */
export async function startOwner(more: EmulatorOptions = {}) {
  const emulator = await startEmulator({ filesPort: 0, https: true, shares: ['data'], ...more });
  const { certificate: ca, connectionString, filesEndpoint: endpoint } = emulator;
  const transport = createNodeTransport(ca === undefined ? {} : { ca });
  onTestFinished(async () => {
    await transport.close?.();
    await emulator.close();
  });
  const connect = (credentials: AzureCredentials, config: AzureFilesConfig = {}) =>
    new AzureFilesClient({ transport, endpoint, defaultShare: 'data', credentials, ...config });
  const owner = connect({ type: 'connection_string', connectionString });
  await owner.directories.create({ path: 'd' });
  await owner.files.write({ path, data: Buffer.from('content'), contentType: 'text/plain' });
  await owner.files.write({ path: other, data: Buffer.from('other') });
  const options = { retryOptions: { maxTries: 1 }, ...(ca !== undefined && { tlsOptions: { ca } }) };
  const anonymous = newPipeline(new AnonymousCredential(), options);
  const byKey = ShareServiceClient.fromConnectionString(connectionString, options);
  return {
    emulator,
    endpoint,
    transport,
    owner,
    /** Stored access policies are no business of our client: they are made elsewhere. */
    setPolicies: (policies: readonly SignedIdentifier[], share = 'data') =>
      byKey.getShareClient(share).setAccessPolicy([...policies]),
    connect,
    withSas: (sas: string, config?: AzureFilesConfig) => connect({ type: 'sas_token', token: sas }, config),
    officialShare: (sas: string) =>
      new ShareClient(`${endpoint}/data?${sas}`, anonymous, { allowTrailingDot: true }),
    officialAs: (sas: string, claims: Readonly<Record<string, unknown>>) => {
      const { credential } = tokenCredentials(claims);
      const as = { ...options, fileRequestIntent: 'backup' } as const;
      return new ShareClient(`${endpoint}/data?${sas}`, newPipeline(credential, as), as);
    },
    officialService: (sas: string) => new ShareServiceClient(`${endpoint}?${sas}`, anonymous),
  };
}

export type Owner = Awaited<ReturnType<typeof startOwner>>;

/** A policy as it is stored with a share. */
export function policy(id: string, permissions: string): SignedIdentifier {
  const hourMs = 3_600_000;
  const startsOn = new Date(Date.now() - hourMs);
  const expiresOn = new Date(Date.now() + hourMs);
  return { id, accessPolicy: { startsOn, expiresOn, permissions } };
}

/** What is tried with every SAS. */
export const attempts = [
  'read',
  'look',
  'list ranges',
  'write',
  'overwrite',
  'set metadata',
  'lease',
  'delete',
  'create a new file',
  'read beside it',
  'write beside it',
  'list',
  'make a directory',
  'look at the share',
  'list shares',
] as const;
export type AttemptName = (typeof attempts)[number];

export type Attempts = Readonly<Record<AttemptName, () => Promise<unknown>>>;

const bytes = Buffer.from('new');
/** Not there before an attempt. */
export const absent = 'd/new';

/** Puts everything back to where each attempt begins. */
export async function restore({ files, directories }: AzureFilesClient): Promise<void> {
  await files.write({ path, data: Buffer.from('content') });
  await files.deleteIfExists({ path: absent });
  await directories.deleteIfExists({ path: 'e' });
}

/** The attempts as calls of our client. */
export function ourAttempts({ files, directories, leases, shares }: AzureFilesClient): Attempts {
  return {
    read: () => files.read({ path }),
    look: () => files.getProperties({ path }),
    'list ranges': () => files.listRanges({ path }),
    write: () => files.write({ path, data: bytes, offset: 0 }),
    overwrite: () => files.create({ path, size: 3 }),
    'set metadata': () => files.setMetadata({ path, metadata: { a: '1' } }),
    lease: () => leases.breakLease({ path }),
    delete: () => files.delete({ path }),
    'create a new file': () => files.create({ path: absent, size: 3 }),
    'read beside it': () => files.read({ path: other }),
    'write beside it': () => files.write({ path: other, data: bytes, offset: 0 }),
    list: () => directories.list({ path: 'd' }),
    'make a directory': () => directories.create({ path: 'e' }),
    'look at the share': () => shares.getProperties(),
    'list shares': async () => {
      for await (const _ of shares.list());
    },
  };
}

/** The same of the official client. */
export function officialAttempts(share: ShareClient, service: ShareServiceClient): Attempts {
  const [file, beside, fresh] = [path, other, absent].map((name) =>
    share.rootDirectoryClient.getFileClient(name),
  );
  if (file === undefined || beside === undefined || fresh === undefined) throw new Error('no file');
  const directory = share.getDirectoryClient('d');
  return {
    read: () => file.download(),
    look: () => file.getProperties(),
    'list ranges': () => file.getRangeList(),
    write: () => file.uploadRange(bytes, 0, bytes.length),
    overwrite: () => file.create(3),
    'set metadata': () => file.setMetadata({ a: '1' }),
    lease: () => file.getShareLeaseClient().breakLease(),
    delete: () => file.delete(),
    'create a new file': () => fresh.create(3),
    'read beside it': () => beside.download(),
    'write beside it': () => beside.uploadRange(bytes, 0, bytes.length),
    list: () => directory.listFilesAndDirectories().byPage().next(),
    'make a directory': () => share.getDirectoryClient('e').create(),
    'look at the share': () => share.getProperties(),
    'list shares': () => service.listShares().byPage().next(),
  };
}

/** What our client makes of the codes of the service. */
const codes: Readonly<Record<string, readonly string[]>> = {
  AuthorizationPermissionMismatch: ['PermissionDenied'],
  AuthorizationResourceTypeMismatch: ['PermissionDenied'],
  AuthorizationServiceMismatch: ['PermissionDenied'],
  AuthorizationSourceIPMismatch: ['PermissionDenied'],
  AuthorizationProtocolMismatch: ['PermissionDenied'],
  AuthorizationFailure: ['AuthorizationFailure'],
  // Which of these, the answer to a HEAD cannot tell.
  AuthenticationFailed: ['AuthorizationFailure', 'InvalidKey'],
};

/** `yes`, or the service's code of the refusal; anything else that goes wrong is thrown. Nobody has a lease to break. */
export async function verdict(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt();
    return 'yes';
  } catch (error) {
    const isOurs = error instanceof AuthenticationError;
    const code = isOurs ? error.serviceCode : officialCode(error);
    const status = isOurs ? error.status : (error as RestError).statusCode;
    if (error instanceof LeaseError && error.code === 'LeaseNotPresent') return 'yes';
    if (code === 'LeaseNotPresentWithLeaseOperation') return 'yes';
    if (status !== 403 || code === undefined) throw error;
    if (isOurs && !codes[code]?.includes(error.code)) throw error;
    return code;
  }
}

function officialCode(error: unknown): string | undefined {
  const { code, details } = error as RestError & { details?: { errorCode?: string } };
  return details?.errorCode ?? code;
}
