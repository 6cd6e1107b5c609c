import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../../src/core/auth/environment.js';

describe('readEnvironment', () => {
  it.each([
    [{}, { accountName: undefined, credentials: undefined }],
    [
      { AZURE_STORAGE_CONNECTION_STRING: 'c', AZURE_STORAGE_ACCOUNT: 'a', AZURE_STORAGE_SAS_TOKEN: 's' },
      { accountName: undefined, credentials: { type: 'connection_string', connectionString: 'c' } },
    ],
    [
      { AZURE_STORAGE_ACCOUNT: 'a', AZURE_STORAGE_SAS_TOKEN: 's', AZURE_STORAGE_KEY: 'k' },
      { accountName: 'a', credentials: { type: 'sas_token', token: 's' } },
    ],
    [
      { AZURE_STORAGE_ACCOUNT: 'a', AZURE_STORAGE_KEY: 'k', AZURE_STORAGE_ACCOUNT_KEY: 'other' },
      { accountName: 'a', credentials: { type: 'shared_key', key: 'k' } },
    ],
    [
      { AZURE_STORAGE_ACCOUNT_NAME: 'a', AZURE_STORAGE_ACCOUNT_KEY: 'k' },
      { accountName: 'a', credentials: { type: 'shared_key', key: 'k' } },
    ],
    [
      { AZURE_STORAGE_CONNECTION_STRING: ' ', AZURE_STORAGE_ACCOUNT: 'a', AZURE_STORAGE_KEY: ' k ' },
      { accountName: 'a', credentials: { type: 'shared_key', key: 'k' } },
    ],
    [{ AZURE_STORAGE_ACCOUNT: 'a' }, { accountName: 'a', credentials: undefined }],
  ])('reads %j', (environment, expected) => {
    expect(readEnvironment(environment)).toEqual(expected);
  });
});
