import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/cli/redact.js';
import { type ClientOptions, resolveClientOptions } from '../../../src/core/options.js';
import { AzureFilesClient, createFetchTransport } from '../../../src/files/index.js';
import { accountKey } from '../../support/core-pipeline.js';

const sharedKey = { type: 'shared_key', key: accountKey } as const;

function refusal(options: unknown): Error {
  try {
    resolveClientOptions('file', { accountName: 'acct', credentials: sharedKey, ...(options as object) }, {});
  } catch (error) {
    return error as Error;
  }
  throw new Error('the options were taken');
}

describe('options', () => {
  it.each([
    ['shared_key', { ...sharedKey, account: 'acct' }, 'account'],
    ['sas_token', { type: 'sas_token', token: 'sig=x', key: 'k' }, 'key'],
    [
      'connection_string',
      { type: 'connection_string', connectionString: `AccountName=acct;AccountKey=${accountKey}`, sas: '' },
      'sas',
    ],
    ['token', { type: 'token', credential: { getToken: () => {} }, scope: 'x' }, 'scope'],
  ])('refuse a field of %s credentials that would be ignored', (_type, credentials, field) => {
    expect(refusal({ credentials })).toMatchObject({ code: 'InvalidOption' });
    expect(refusal({ credentials }).message).toContain(`credentials has the unknown key "${field}"`);
  });

  it.each([
    'https://acct.file.core.windows.net/?sv=2023-11-03&sig=topsecret',
    '??sv=2023-11-03&sig=topsecret',
    'sv=2023-11-03&sig=topsecret?',
  ])('refuse a URL in place of a SAS token, and do not repeat it', (token) => {
    const error = refusal({ credentials: { type: 'sas_token', token } });
    expect(error).toMatchObject({ name: 'AuthenticationError', code: 'InvalidKey' });
    expect(error.message).toContain('the SAS token must be a query');
    expect(error.message).not.toContain('topsecret');
    // No part of it looks like a secret, so that it is printed whole.
    expect(new Redactor().redact(error.message)).toBe(error.message);
  });

  it.each(['sv=1&sig=\u0000', 'sv=1&sig=a\r\nb', 'sv=1&sig=é', 'sv=1&se=\u2028&sig=x'])(
    'refuse a SAS of characters that no URL has: %j',
    (token) => {
      const error = refusal({ credentials: { type: 'sas_token', token } });
      expect(error).toMatchObject({ name: 'AuthenticationError', code: 'InvalidKey' });
    },
  );

  it.each([
    'apiVersion',
    'timeoutMs',
    'rangeSize',
    'concurrency',
    'retryConfig',
    'clock',
    'transport',
    'endpoint',
  ])('do not repeat a key, a SAS or a lease id that stands in the place of %s', (option) => {
    const sas = 'sv=2023-11-03&sr=s&sig=dG9wIHNlY3JldA%3D%3D';
    for (const secret of [accountKey, sas, '0f0f0f0f-1111-4222-8333-444444444444'])
      expect(refusal({ [option]: secret }).message).toMatch(/got a text of \d+ characters/);
  });

  it.each([Symbol('a'), Object.create(null), 5n, []])(
    'are refused by errors of ours when they are %o',
    (value) => {
      for (const option of ['apiVersion', 'timeoutMs', 'endpoint', 'accountName', 'credentials'])
        expect(refusal({ [option]: value })).toHaveProperty('code');
      expect(refusal({ credentials: { type: value, key: 'x' } })).toMatchObject({ code: 'InvalidOption' });
    },
  );

  it.each(['?sv=1&sig=x', 'sv=1&sig=x', '&sv=1&sig=x', ' ?sv=1&sig=x%2B%2F%3D '])(
    'take the SAS %j',
    (token) => {
      const credentials = { type: 'sas_token', token } as const;
      const options: ClientOptions = { accountName: 'acct', credentials };
      expect(resolveClientOptions('file', options, {}).credentials.kind).toBe('sas');
    },
  );

  it('do not repeat what is too long for the name of an account, which may be a key in the wrong place', () => {
    const error = refusal({ accountName: accountKey });
    expect(error).toMatchObject({ code: 'InvalidAccountName' });
    expect(error.message).toContain('got a text of 88 characters');
    expect(refusal({ accountName: 'Acct' }).message).toContain('got "Acct"');
  });

  it.each(['x', 5, null, true])('refuse telemetry that is no object: %j', (telemetry) => {
    expect(refusal({ telemetry })).toMatchObject({ code: 'InvalidOption' });
    expect(refusal({ telemetry }).message).toContain('telemetry must be an object');
  });

  it.each([
    [{ fech: () => {} }, 'transport options has the unknown key "fech"'],
    [{ fetch: 'https' }, 'fetch must be a function, got string'],
    [null, 'transport options must be an object, got null'],
  ])('of a transport over fetch are checked: %j', (options, message) => {
    const make = () => createFetchTransport(options as never);
    expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError', code: 'InvalidOption' }));
    expect(make).toThrow(message);
  });

  it.each([null, 'AccountName=acct', []])('of a client must be an object: %j', (config) => {
    const make = () => new AzureFilesClient(config as never, {});
    expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError', code: 'InvalidOption' }));
    expect(make).toThrow('the options must be an object');
  });
});
