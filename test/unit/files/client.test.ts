import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  AzureFilesClient,
  AzureFilesError,
  AzureStorageError,
  FileError,
  systemClock,
} from '../../../src/files/index.js';
import { ScriptedTransport } from '../../../src/simulation/scripted-transport.js';

const key = Buffer.from('a secret key of the account').toString('base64');
const sas = 'sv=2023-11-03&sig=a-secret-signature';
const connectionString = `DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=${key};EndpointSuffix=core.windows.net`;

/** Everything that shows an object to people or puts it into a log. */
function shown(value: unknown): string {
  return [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value), String(value)].join('\n');
}

describe('AzureFilesClient', () => {
  it('is made from a configuration as the specification has it', () => {
    const client = new AzureFilesClient({
      accountName: 'acct',
      credentials: { type: 'shared_key', key },
      defaultShare: 'data',
      timeoutMs: 5000,
      retryConfig: { maxAttempts: 2 },
    });
    expect(client.toJSON()).toEqual({
      accountName: 'acct',
      endpoint: 'https://acct.file.core.windows.net',
      apiVersion: '2023-11-03',
      defaultShare: 'data',
    });
  });

  it.each([
    ['key', { accountName: 'acct', credentials: { type: 'shared_key', key } } as const],
    ['SAS', { accountName: 'acct', credentials: { type: 'sas_token', token: sas } } as const],
    ['connection string', { credentials: { type: 'connection_string', connectionString } } as const],
    [
      'token',
      {
        accountName: 'acct',
        credentials: {
          type: 'token',
          credential: { hidden: 'a secret token', getToken: () => Promise.resolve(null) },
        },
      } as const,
    ],
  ])('shows nothing of its %s', (_what, config) => {
    const client = new AzureFilesClient(config);
    for (const value of [
      client,
      client.files,
      client.directories,
      client.shares,
      client.files.inShare('data'),
    ]) {
      expect(shown(value)).not.toMatch(/secret|a-secret-signature/);
      expect(shown(value)).not.toContain(key);
    }
    expect(inspect(client)).toContain('"accountName":"acct"');
  });

  it('takes from the environment what it is not given', () => {
    const environment = { AZURE_STORAGE_CONNECTION_STRING: connectionString };
    expect(new AzureFilesClient({}, environment).toJSON()).toMatchObject({ accountName: 'acct' });
    expect(AzureFilesClient.fromEnvironment({ defaultShare: 'data' }, environment).toJSON()).toMatchObject({
      accountName: 'acct',
      defaultShare: 'data',
    });
    expect(() => new AzureFilesClient({}, {})).toThrow(
      expect.objectContaining({ code: 'MissingCredentials' }),
    );
  });

  it.each([
    [{ defaultShare: 'No' }, 'InvalidShareName', 'the share name must'],
    [{ defautShare: 'data' }, 'InvalidOption', 'unknown key "defautShare"'],
    [{ rangeSize: 5_000_000 }, 'InvalidOption', 'rangeSize'],
    [{ concurrency: 0 }, 'InvalidOption', 'concurrency'],
    [{ accountName: 'Not an account' }, 'InvalidAccountName', 'accountName'],
  ])('refuses %j', (wrong, code, message) => {
    const make = () =>
      new AzureFilesClient({ accountName: 'acct', credentials: { type: 'shared_key', key }, ...wrong });
    expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError', code }));
    expect(make).toThrow(message);
  });

  it('leaves a transport open that it was given', async () => {
    const transport = new ScriptedTransport();
    {
      await using client = new AzureFilesClient({
        accountName: 'acct',
        credentials: { type: 'shared_key', key },
        transport,
      });
      await client.close();
    }
    expect(transport.closed).toBe(false);
  });

  it('has one root of all errors, under two names', () => {
    expect(AzureFilesError).toBe(AzureStorageError);
    expect(new FileError('FileNotFound', '')).toBeInstanceOf(AzureFilesError);
  });
});

describe('builder', () => {
  it('takes every option', async () => {
    const transport = new ScriptedTransport();
    const counted: string[] = [];
    const client = AzureFilesClient.builder()
      .accountName('acct')
      .sharedKey(key)
      .defaultShare('data')
      .timeout(1000)
      .totalTimeout(60_000)
      .idleTimeout(2000)
      .retryConfig({ maxAttempts: 1 })
      .circuitBreakerConfig({ failureThreshold: 2 })
      .endpoint('http://127.0.0.1:10003/acct')
      .apiVersion('2024-11-04')
      .rangeSize(1024)
      .concurrency(2)
      .transport(transport)
      .clock(systemClock)
      .telemetry({ count: (name) => void counted.push(name) })
      .build();
    expect(client.toJSON()).toEqual({
      accountName: 'acct',
      endpoint: 'http://127.0.0.1:10003/acct',
      apiVersion: '2024-11-04',
      defaultShare: 'data',
    });
    const writing = client.files.write({ path: 'a', data: new Uint8Array(4096), offset: 0 });
    const exchanges = [await transport.next(), await transport.next()];
    expect(await transport.untaken()).toBe(0);
    for (const { request, call } of exchanges) {
      expect(request.headers.get('content-length')).toBe('1024');
      expect(request.headers.get('x-ms-version')).toBe('2024-11-04');
      expect(request.origin).toBe('http://127.0.0.1:10003');
      expect(call.deadlineAt).toBeLessThanOrEqual(performance.now() + 60_000);
    }
    for (const exchange of exchanges) exchange.refuse(503, 'ServerBusy');
    await expect(writing).rejects.toMatchObject({ code: 'ServerBusy', attempts: 1 });
    expect(counted.length).toBeGreaterThan(0);
  });

  it.each([
    ['a SAS', () => AzureFilesClient.builder().accountName('acct').sasToken(`?${sas}`)],
    ['a connection string', () => AzureFilesClient.builder().connectionString(connectionString)],
    [
      'credentials',
      () => AzureFilesClient.builder().accountName('acct').credentials({ type: 'sas_token', token: sas }),
    ],
    [
      'a token',
      () =>
        AzureFilesClient.builder()
          .accountName('acct')
          .tokenCredential({ getToken: () => Promise.resolve(null) }),
    ],
  ])('takes %s', (_what, builder) => {
    expect(builder().build().toJSON()).toMatchObject({ accountName: 'acct' });
  });

  it('takes the last of several credentials', async () => {
    const transport = new ScriptedTransport();
    const builder = AzureFilesClient.builder().accountName('acct').sasToken(sas).sharedKey(key);
    const client = builder.defaultShare('data').transport(transport).build();
    void client.files.getProperties({ path: 'a' }).catch(() => {});
    expect((await transport.next()).request.headers.get('authorization')).toMatch(/^SharedKey acct:/);
  });

  it('shows nothing of what it was given', () => {
    const builder = AzureFilesClient.builder().accountName('acct').sharedKey(key);
    expect(shown(builder)).not.toContain(key);
    expect(inspect(builder)).toBe('AzureFilesClientBuilder { accountName, credentials }');
  });

  it('says what is wrong when it builds', () => {
    expect(() =>
      AzureFilesClient.builder().accountName('acct').sharedKey(key).defaultShare('-').build(),
    ).toThrow('the share name must');
  });
});
