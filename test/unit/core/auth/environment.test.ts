import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../../src/core/auth/environment.js';
import { resolveClientOptions } from '../../../../src/core/options.js';

const connectionString = 'AccountName=fromstring;AccountKey=a2V5';
/** Everything at once: each test takes away what came first in the one before. */
const all = {
  AZURE_STORAGE_CONNECTION_STRING: connectionString,
  AZURE_STORAGE_ACCOUNT: 'acct',
  AZURE_STORAGE_ACCOUNT_NAME: 'other',
  AZURE_STORAGE_AUTH_MODE: 'login',
  AZURE_STORAGE_SAS_TOKEN: 'sv=1&sig=a',
  AZURE_STORAGE_KEY: 'a2V5',
  AZURE_STORAGE_ACCOUNT_KEY: 'b3RoZXI=',
};

/** The same without some of it. */
function without(...names: (keyof typeof all)[]): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.some((one) => one === name)));
}

describe('the environment', () => {
  const string = 'AZURE_STORAGE_CONNECTION_STRING';
  const mode = 'AZURE_STORAGE_AUTH_MODE';
  const sas = 'AZURE_STORAGE_SAS_TOKEN';
  const key = 'AZURE_STORAGE_KEY';

  const order = [
    { from: string, credentials: { type: 'connection_string', connectionString } },
    { from: mode, credentials: { type: 'default' } },
    { from: sas, credentials: { type: 'sas_token', token: 'sv=1&sig=a' } },
    { from: key, credentials: { type: 'shared_key', key: 'a2V5' } },
    { from: 'AZURE_STORAGE_ACCOUNT_KEY', credentials: { type: 'shared_key', key: 'b3RoZXI=' } },
  ] as const;

  it.each(order)('counts in this order: $from', ({ from, credentials }) => {
    const earlier = order
      .slice(
        0,
        order.findIndex((one) => one.from === from),
      )
      .map((one) => one.from);
    const accountName = from === string ? undefined : 'acct';
    expect(readEnvironment(without(...earlier))).toEqual({ accountName, credentials, from });
  });

  it('knows the account by either name, the shorter one first', () => {
    const named = without(string, mode, sas, 'AZURE_STORAGE_ACCOUNT');
    expect(readEnvironment(named)).toMatchObject({ accountName: 'other' });
  });

  it('takes an empty variable as none, and drops the spaces around a value', () => {
    const environment = { ...all, [string]: ' ', [mode]: '', [sas]: '\n', [key]: ' a2V5\n' };
    expect(readEnvironment(environment)).toEqual({
      accountName: 'acct',
      credentials: { type: 'shared_key', key: 'a2V5' },
      from: key,
    });
  });

  it('takes the other variables where the mode is key', () => {
    expect(readEnvironment({ ...without(string), [mode]: 'Key' })).toMatchObject({ from: sas });
  });

  it('refuses a mode that it does not know, rather than to guess', () => {
    expect(() => readEnvironment({ ...without(string), [mode]: 'anonymous' })).toThrow(
      expect.objectContaining({ code: 'InvalidOption', message: expect.stringContaining(mode) }),
    );
  });

  it('gives nothing where an account stands alone', () => {
    expect(readEnvironment({ AZURE_STORAGE_ACCOUNT: 'acct' })).toEqual({
      accountName: 'acct',
      credentials: undefined,
      from: undefined,
    });
  });

  it('is not looked at for credentials that are given, and the origin of either is told', () => {
    const given = { accountName: 'mine', credentials: { type: 'shared_key', key: 'a2V5' } } as const;
    const { credentialOrigin, accountName } = resolveClientOptions('file', given, all);
    expect({ credentialOrigin, accountName }).toEqual({
      credentialOrigin: { type: 'shared_key', from: 'options' },
      accountName: 'mine',
    });
    expect(resolveClientOptions('file', {}, all).credentialOrigin).toEqual({
      type: 'connection_string',
      from: string,
    });
  });

  it('names every way in where there is none', () => {
    expect(() => resolveClientOptions('file', { accountName: 'acct' }, {})).toThrow(
      /AZURE_STORAGE_CONNECTION_STRING.*AZURE_STORAGE_KEY.*SAS_TOKEN.*AUTH_MODE=login/,
    );
  });
});
