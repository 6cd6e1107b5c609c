import { createEmulator, startEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient, type AzureFilesConfig, createNodeTransport } from '../../../src/files/index.js';
import type { Canary, CanaryCase } from '../canary.js';
import { accountName } from '../identities.js';

/** Every kind of secret, right and spoilt in the ways in which people spoil what they copy. */
function spoiltSecrets({ secrets }: Canary): string[] {
  const key = secrets.accountKey();
  const sas = secrets.sasToken();
  const token = secrets.accessToken();
  const leaseId = secrets.leaseId();
  const url = `https://${accountName}.file.core.windows.net`;
  return [
    ...[
      key,
      `${key}!`,
      `${key}\n`,
      ` ${key}`,
      key.slice(0, -1),
      `"${key}"`,
      `AccountKey=${key}`,
      `AccountName:${key}`,
      encodeURIComponent(key),
    ],
    ...[
      sas,
      `?${sas}`,
      `??${sas}`,
      `${url}/data?${sas}`,
      `${url}/data/f?${sas}#x`,
      sas.replace('sig=', 'sig='),
      `${sas} `,
      sas.replace(/^sv/, ''),
    ],
    ...[token, `Bearer ${token}`, `${token}\r\nX-Other: 1`],
    ...[leaseId, `${leaseId}x`, `{${leaseId}`, leaseId.replaceAll('-', '')],
    `DefaultEndpointsProtocol=https;AccountName=${accountName};AccountKey=${key};EndpointSuffix=core.windows.net`,
    `DefaultEndpointsProtocol=ftp;AccountName=${accountName};AccountKey=${key}`,
    `AccountName=${accountName};AccountKey=${key};AccountKey=${key}`,
    `AccountName=${accountName};AccountKey=${key};FileEndpoint=nonsense`,
    `AccountName=other;AccountKey=${key};FileEndpoint=${url}`,
    `AccountName=${accountName};SharedAccessSignature=${sas}#`,
    `AccountName=${accountName};SharedAccessSignature=?${sas};AccountKey`,
    `http://user:${key}@${accountName}.example/`,
    `https://${accountName}.file.core.windows.net:${key}/`,
  ];
}

const options = [
  ...[
    'accountName',
    'endpoint',
    'apiVersion',
    'timeoutMs',
    'totalTimeoutMs',
    'idleTimeoutMs',
    'rangeSize',
    'concurrency',
  ],
  ...[
    'defaultShare',
    'credentials',
    'retryConfig',
    'circuitBreakerConfig',
    'transport',
    'clock',
    'telemetry',
  ],
];

/** Makes a client and asks for something with it: some mistakes show late. */
async function used(config: unknown, environment: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const client = new AzureFilesClient(config as AzureFilesConfig, environment);
  const failing = { send: () => Promise.reject(new Error('this goes nowhere')) };
  const asking = new AzureFilesClient({ transport: failing, ...(config as AzureFilesConfig) }, environment);
  await asking.files.getProperties({ share: 'data', path: 'f' });
  return client;
}

export const optionCases: readonly CanaryCase[] = [
  {
    name: 'options of a client that hold secrets in the wrong place or form',
    async run(canary) {
      const good = {
        accountName,
        credentials: { type: 'shared_key', key: canary.secrets.accountKey() },
        telemetry: canary.telemetry,
      };
      for (const secret of spoiltSecrets(canary)) {
        for (const option of options) await canary.watch(option, () => used({ ...good, [option]: secret }));
        const forms = [
          { type: 'shared_key', key: secret },
          { type: 'sas_token', token: secret },
          { type: 'connection_string', connectionString: secret },
          { type: 'token', credential: secret },
          { type: 'token', credential: { getToken: async () => ({ token: secret, expiresOnTimestamp: 0 }) } },
          { type: 'token', credential: { getToken: async () => secret } },
          { type: 'shared_key', key: () => secret },
          { type: 'sas_token', token: async () => secret },
          { type: 'connection_string', connectionString: () => secret },
          { type: secret },
          { type: 'shared_key', [secret]: secret },
          { key: secret },
          [secret],
        ];
        for (const credentials of forms)
          await canary.watch('credentials', () => used({ ...good, credentials }));
        canary.watchSync(
          'a key of options',
          () => new AzureFilesClient({ ...good, [secret]: secret } as AzureFilesConfig),
        );
        canary.watchSync('a transport', () =>
          createNodeTransport({ ca: secret, maxSockets: secret as never }),
        );
        canary.watchSync('a transport', () => createNodeTransport({ [secret]: 1 } as never));
      }
    },
  },
  {
    name: 'an environment that holds secrets in the wrong place or form',
    async run(canary) {
      const names = [
        'CONNECTION_STRING',
        'ACCOUNT',
        'ACCOUNT_NAME',
        'KEY',
        'ACCOUNT_KEY',
        'SAS_TOKEN',
        'AUTH_MODE',
      ];
      for (const secret of spoiltSecrets(canary)) {
        for (const name of names) {
          const variables = { AZURE_STORAGE_ACCOUNT: accountName, [`AZURE_STORAGE_${name}`]: secret };
          await canary.watch(name, () => used({}, variables));
          await canary.watch(name, () => used({}, { [`AZURE_STORAGE_${name}`]: secret }));
        }
        await canary.watch('a version', () =>
          used({}, { AZSTORE_API_VERSION: secret, AZURE_STORAGE_ACCOUNT: accountName }),
        );
      }
    },
  },
  {
    name: 'requests that hold secrets in the wrong place or form',
    async run(canary) {
      const { connectionString, transport } = createEmulator({ shares: ['data'], clock: canary.clock });
      const credentials = { type: 'connection_string', connectionString } as const;
      const client = new AzureFilesClient(
        { credentials, defaultShare: 'data', transport, clock: canary.clock, telemetry: canary.telemetry },
        {},
      );
      const file = { path: 'f' };
      for (const secret of spoiltSecrets(canary)) {
        const wrong = secret as never;
        for (const call of [
          () => client.files.read({ ...file, leaseId: secret }),
          () => client.files.create({ ...file, size: wrong }),
          () => client.files.write({ ...file, data: wrong, leaseId: secret }),
          () => client.files.copyFromUrl({ sourceUrl: secret, destPath: 'g' }),
          () => client.files.copyFromUrl({ sourceUrl: `${secret} x`, destPath: 'g' }),
          () => client.files.abortCopy({ ...file, copyId: `${secret}!`, leaseId: secret }),
          () => client.files.read({ ...file, timeoutMs: wrong }),
          () => client.files.read({ ...file, signal: wrong }),
          () => client.files.read({ ...file, range: { start: wrong, end: wrong } }),
          () => client.directories.list({ pageSize: wrong }),
          () => client.directories.list({ include: [wrong] }),
          () => client.leases.acquire({ ...file, proposedLeaseId: secret, durationSeconds: wrong }),
          () => client.leases.acquire({ ...file, proposedLeaseId: `${secret}x` }),
          () => client.leases.acquire({ ...file, waitMs: wrong }),
          () => client.leases.renew({ ...file, id: secret }),
          () => client.leases.renew(wrong),
          () => client.leases.change({ ...file, id: secret }, secret),
          () => client.leases.release({ ...file, id: `${secret}x`, durationSeconds: wrong }),
          () => client.leases.breakLease({ ...file, breakPeriodSeconds: wrong }),
          () => client.sas.forRead({ ...file, expiresInSeconds: wrong }),
          () => client.sas.forRead({ ...file, ipRange: secret }),
          () => client.sas.generate({ ...file, permissions: [wrong], policyId: secret }),
          () => client.sas.generateAccount({ resourceTypes: wrong, permissions: wrong }),
        ])
          await canary.watch('a request', call);
      }
    },
  },
  {
    name: 'options of an emulator that hold secrets in the wrong place or form',
    async run(canary) {
      for (const secret of spoiltSecrets(canary)) {
        const wrong = secret as never;
        for (const given of [
          { accounts: [{ name: secret, keys: [secret] }] },
          { accounts: [{ name: accountName, keys: [`${secret}!`] }] },
          { accounts: [{ name: accountName, keys: [secret, secret, secret] }] },
          { accounts: wrong },
          { shares: [secret] },
          { shareDeletionMs: wrong },
          { [secret]: 1 },
        ])
          canary.watchSync('an emulator', () => createEmulator(given));
        await canary.watch('a server', () => startEmulator({ filesPort: wrong, cert: secret, key: secret }));
        await canary.watch('a server', () => startEmulator({ filesPort: 0, cert: secret, key: secret }));
        await canary.watch('a server', () => startEmulator({ filesPort: 0, allowedHosts: [secret] }));
      }
    },
  },
];
