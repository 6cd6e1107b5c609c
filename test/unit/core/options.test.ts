import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { type ClientOptions, resolveClientOptions } from '../../../src/core/options.js';
import { accountKey } from '../../support/core-pipeline.js';

const credentials = { type: 'shared_key', key: accountKey } as const;
const account = { accountName: 'acct', credentials } as const;
const environmentString = `AccountName=fromenv;AccountKey=${accountKey}`;

describe('resolveClientOptions', () => {
  it('fills in the defaults', () => {
    const options = resolveClientOptions('file', account, {});
    expect(options).toMatchObject({
      service: 'file',
      accountName: 'acct',
      endpoint: { origin: 'https://acct.file.core.windows.net', basePath: '', accountName: 'acct' },
      apiVersion: '2023-11-03',
      apiVersionIsExplicit: false,
      timeoutMs: undefined,
      totalTimeoutMs: 1_200_000,
      idleTimeoutMs: 60_000,
      rangeSize: 4_194_304,
      concurrency: 8,
      transport: undefined,
      telemetry: undefined,
    });
    expect(options.clock).toBe(systemClock);
    expect(Object.isFrozen(options)).toBe(true);
  });

  it('counts undefined as absent', () => {
    const options = resolveClientOptions(
      'file',
      { ...account, endpoint: undefined, rangeSize: undefined },
      {},
    );
    expect(options.rangeSize).toBe(4_194_304);
  });

  describe('takes the account', () => {
    const all = {
      AZURE_STORAGE_CONNECTION_STRING: environmentString,
      AZURE_STORAGE_ACCOUNT: 'plainenv',
      AZURE_STORAGE_KEY: accountKey,
    };
    const sas = { type: 'sas_token', token: 'sig=a' } as const;

    it.each<[string, ClientOptions, Record<string, string>, string, string | undefined]>([
      ['from explicit credentials first', account, all, 'acct', 'shared_key'],
      ['from a connection string of the environment next', {}, all, 'fromenv', 'shared_key'],
      [
        'from a SAS of the environment before its key',
        {},
        {
          AZURE_STORAGE_ACCOUNT: 'plainenv',
          AZURE_STORAGE_KEY: accountKey,
          AZURE_STORAGE_SAS_TOKEN: 'sig=a',
        },
        'plainenv',
        'sas',
      ],
      [
        'from a key of the environment last',
        {},
        { AZURE_STORAGE_ACCOUNT: 'plainenv', AZURE_STORAGE_KEY: accountKey },
        'plainenv',
        'shared_key',
      ],
      [
        'by the option before the environment',
        { accountName: 'acct' },
        { AZURE_STORAGE_ACCOUNT: 'plainenv', AZURE_STORAGE_KEY: accountKey },
        'acct',
        'shared_key',
      ],
      [
        'out of the endpoint',
        { credentials: sas, endpoint: 'https://named.file.core.windows.net' },
        all,
        'named',
        'sas',
      ],
      [
        'out of an explicit connection string',
        {
          credentials: {
            type: 'connection_string',
            connectionString: 'FileEndpoint=https://named.file.core.windows.net;SharedAccessSignature=sig=a',
          },
        },
        all,
        'named',
        'sas',
      ],
    ])('%s', (_name, user, environment, name, kind) => {
      const options = resolveClientOptions('file', user, environment);
      expect([options.accountName, options.credentials.kind]).toEqual([name, kind]);
    });
  });

  it('lets an endpoint win over the one of a connection string', () => {
    const options = resolveClientOptions(
      'file',
      { endpoint: 'http://127.0.0.1:9000/fromenv' },
      { AZURE_STORAGE_CONNECTION_STRING: environmentString },
    );
    expect(options.endpoint).toEqual({
      origin: 'http://127.0.0.1:9000',
      basePath: '/fromenv',
      accountName: 'fromenv',
    });
  });

  it('accepts a provided connection string beside an account name', () => {
    const connectionString = () => environmentString;
    const options = resolveClientOptions(
      'file',
      { accountName: 'fromenv', credentials: { type: 'connection_string', connectionString } },
      {},
    );
    expect(options.credentials.kind).toBeUndefined();
    expect(options.endpoint.origin).toBe('https://fromenv.file.core.windows.net');
  });

  it('reads the service version from the environment, and calls it chosen', () => {
    const environment = { AZSTORE_API_VERSION: '2025-01-05' };
    expect(resolveClientOptions('file', account, environment)).toMatchObject({
      apiVersion: '2025-01-05',
      apiVersionIsExplicit: true,
    });
    expect(
      resolveClientOptions('file', { ...account, apiVersion: '2024-11-04' }, environment).apiVersion,
    ).toBe('2024-11-04');
    expect(resolveClientOptions('file', account, { AZSTORE_API_VERSION: '' }).apiVersionIsExplicit).toBe(
      false,
    );
  });

  it.each<[string, unknown, string]>([
    [
      'unknown keys',
      { ...account, timeout: 5 },
      'options has the unknown key "timeout"; known are accountName,',
    ],
    ['what is no object', 'string', 'options must be an object, got "string"'],
    [
      'no credentials',
      { accountName: 'acct' },
      'no credentials: give credentials, or set AZURE_STORAGE_CONNECTION_STRING',
    ],
    [
      'credentials that are a text',
      { accountName: 'acct', credentials: 'key' },
      'credentials must be an object with a type',
    ],
    ['no account', { credentials }, 'accountName, or an endpoint that names the account, is needed'],
    [
      'a bad account',
      { ...account, accountName: 'A' },
      'accountName must be 3 to 24 lower-case letters and digits, got "A"',
    ],
    [
      'another account than the endpoint',
      { ...account, endpoint: 'https://b11.file.core.windows.net' },
      'belongs to the account "b11"',
    ],
    [
      'another account than the connection string',
      {
        accountName: 'acct',
        credentials: { type: 'connection_string', connectionString: environmentString },
      },
      'the connection string belongs to the account "fromenv"',
    ],
    [
      'plain http',
      { ...account, endpoint: 'http://acct.file.core.windows.net' },
      'plain http is allowed to loopback hosts only',
    ],
    [
      'a bad version',
      { ...account, apiVersion: '2023' },
      'apiVersion must be a service version such as 2023-11-03, got "2023"',
    ],
    ['no time at all', { ...account, timeoutMs: 0 }, 'timeoutMs must be a number from 1 to 86400000, got 0'],
    [
      'time that is a text',
      { ...account, timeoutMs: '5' },
      'timeoutMs must be a number from 1 to 86400000, got "5"',
    ],
    [
      'time that is no number',
      { ...account, totalTimeoutMs: Number.NaN },
      'totalTimeoutMs must be a number from 1 to 1728000000, or Infinity, got NaN',
    ],
    [
      'ranges that are too long',
      { ...account, rangeSize: 4_194_305 },
      'rangeSize must be an integer from 512 to 4194304, got 4194305',
    ],
    [
      'half a range',
      { ...account, concurrency: 1.5 },
      'concurrency must be an integer from 1 to 256, got 1.5',
    ],
    [
      'a transport that cannot send',
      { ...account, transport: {} },
      'transport must be an object with the method send, got an object',
    ],
    [
      'a clock that cannot tell the time',
      { ...account, clock: { now() {} } },
      'clock must be an object with the method monotonic',
    ],
    [
      'unknown retry keys',
      { ...account, retryConfig: { attempts: 5 } },
      'retryConfig has the unknown key "attempts"',
    ],
    [
      'unknown breaker keys',
      { ...account, circuitBreakerConfig: { threshold: 5 } },
      'circuitBreakerConfig has the unknown key "threshold"',
    ],
  ])('refuses %s', (_name, user, why) => {
    const resolve = () => resolveClientOptions('file', user as ClientOptions, {});
    expect(resolve).toThrow(why);
    expect(resolve).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
  });

  it('allows time without end where it makes sense', () => {
    const forever = Number.POSITIVE_INFINITY;
    const options = resolveClientOptions(
      'file',
      { ...account, totalTimeoutMs: forever, idleTimeoutMs: forever },
      {},
    );
    expect([options.totalTimeoutMs, options.idleTimeoutMs]).toEqual([forever, forever]);
  });

  it('shows no secret', () => {
    const shown =
      inspect(resolveClientOptions('file', account, {}), { depth: 20, showHidden: true }) +
      JSON.stringify(resolveClientOptions('file', account, {}));
    expect(shown).not.toContain(accountKey.slice(0, 12));
  });
});
