import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type AzureCredentials,
  checkAccountKey,
  checkSasToken,
  credentialSource,
} from '../../../../src/core/auth/credentials.js';
import { accountEndpoint } from '../../../../src/core/auth/endpoint.js';
import { Cancellation } from '../../../../src/core/call.js';
import { ManualClock } from '../../../../src/simulation/manual-clock.js';
import { accountKey } from '../../../support/core-pipeline.js';
import { rejection } from '../../../support/rejection.js';

function source(credentials: AzureCredentials) {
  const endpoint = accountEndpoint('acct', 'file');
  const clock = new ManualClock();
  return credentialSource(credentials, { service: 'file', endpoint, clock, environment: {} });
}

const ask = async (credentials: AzureCredentials) => source(credentials).get(Cancellation.never);

describe('account keys', () => {
  it('are base64', () => {
    expect(checkAccountKey(accountKey)).toBe(accountKey);
  });

  it.each(['', 'abc', 'abc=d===', 'ab c', 'a-b_', '====', undefined, 5])('are not what %s is', (key) => {
    expect(() => checkAccountKey(key)).toThrow(expect.objectContaining({ code: 'InvalidKey' }));
  });
});

describe('SAS tokens', () => {
  it('may begin with a question mark', () => {
    expect(checkSasToken(' ?sv=1&sig=a%3D ')).toBe('sv=1&sig=a%3D');
    expect(checkSasToken('sig=a')).toBe('sig=a');
  });

  it.each(['', 'sv=1', 'sig=', 'sv=1&sig=a b', 'design=1', 'sig=a#b', undefined])(
    'are not what %s is',
    (token) => {
      expect(() => checkSasToken(token)).toThrow(expect.objectContaining({ code: 'InvalidKey' }));
    },
  );
});

describe('credentialSource', () => {
  it('answers at once where nothing must be asked', () => {
    const fixed = source({ type: 'shared_key', key: accountKey });
    expect(fixed.kind).toBe('shared_key');
    expect(fixed.get(Cancellation.never)).toEqual({ kind: 'shared_key', key: accountKey });
  });

  it('asks a function before each attempt', async () => {
    let calls = 0;
    const rotating = source({ type: 'sas_token', token: () => `sig=${++calls}` });
    expect(rotating.kind).toBe('sas');
    expect(await rotating.get(Cancellation.never)).toEqual({ kind: 'sas', query: 'sig=1' });
    expect(await rotating.get(Cancellation.never)).toEqual({ kind: 'sas', query: 'sig=2' });
  });

  it('takes key or SAS out of a connection string', async () => {
    const text = `AccountName=acct;AccountKey=${accountKey}`;
    expect(await ask({ type: 'connection_string', connectionString: text })).toEqual({
      kind: 'shared_key',
      key: accountKey,
    });
    const sas = 'FileEndpoint=https://acct.file.core.windows.net;SharedAccessSignature=?sig=a';
    expect(await ask({ type: 'connection_string', connectionString: async () => sas })).toEqual({
      kind: 'sas',
      query: 'sig=a',
    });
  });

  it('refuses a provided connection string of another account', async () => {
    const connectionString = () => `AccountName=other;AccountKey=${accountKey}`;
    const error = await rejection(ask({ type: 'connection_string', connectionString }));
    expect(error).toMatchObject({ code: 'InvalidAccountName' });
  });

  it('asks a token credential', async () => {
    const credential = {
      getToken: async () => ({ token: 't', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
    };
    expect(await ask({ type: 'token', credential })).toEqual({ kind: 'token', token: 't' });
  });

  it.each([
    ['a key that is no base64', { type: 'shared_key', key: 'not base64!' }, 'InvalidKey'],
    ['an empty key', { type: 'shared_key', key: '' }, 'MissingCredentials'],
    ['a key that is missing', { type: 'shared_key' }, 'MissingCredentials'],
    ['a SAS without a signature', { type: 'sas_token', token: 'sv=1' }, 'InvalidKey'],
    ['a credential without getToken', { type: 'token', credential: {} }, 'MissingCredentials'],
    ['no credential', { type: 'token' }, 'MissingCredentials'],
    ['an unknown type', { type: 'password' }, 'InvalidOption'],
  ])('refuses %s at once', (_name, credentials, code) => {
    expect(() => source(credentials as unknown as AzureCredentials)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it.each([
    ['fails', () => Promise.reject(new Error('vault is down')), 'AuthorizationFailure'],
    ['gives nothing', () => undefined as unknown as string, 'MissingCredentials'],
    ['gives no base64', () => 'not base64!', 'InvalidKey'],
  ])('says so when a function %s', async (_name, key, code) => {
    expect(await rejection(ask({ type: 'shared_key', key }))).toMatchObject({ code });
  });

  it('hides what it holds', () => {
    const all = [
      source({ type: 'shared_key', key: accountKey }),
      source({ type: 'sas_token', token: 'sv=1&sig=hunter2' }),
    ];
    const shown = inspect(all, { depth: 10, showHidden: true }) + JSON.stringify(all);
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain(accountKey.slice(0, 10));
  });
});
