import { describe, expect, it } from 'vitest';
import { accountEndpoint, checkAccountName, parseEndpoint } from '../../../../src/core/auth/endpoint.js';

describe('account names', () => {
  it.each(['abc', 'a1b', '0'.repeat(24)])('may be %s', (name) => {
    expect(checkAccountName(name)).toBe(name);
  });

  it.each(['', 'ab', 'a'.repeat(25), 'Acct', 'a-b', 'a.b', 'ä'.repeat(3), 'a/b', undefined])(
    'may not be %s',
    (name) => {
      expect(() => checkAccountName(name as string)).toThrow(
        expect.objectContaining({ name: 'ConfigurationError', code: 'InvalidAccountName' }),
      );
    },
  );
});

describe('endpoints', () => {
  it('follow from the account and the suffix', () => {
    expect(accountEndpoint('acct', 'file')).toEqual({
      origin: 'https://acct.file.core.windows.net',
      basePath: '',
      accountName: 'acct',
    });
    expect(accountEndpoint('acct', 'blob', 'core.usgovcloudapi.net').origin).toBe(
      'https://acct.blob.core.usgovcloudapi.net',
    );
  });

  it.each([
    ['https://acct.file.core.windows.net/', undefined, 'https://acct.file.core.windows.net', '', 'acct'],
    [
      'https://acct.z12.file.storage.azure.net',
      'acct',
      'https://acct.z12.file.storage.azure.net',
      '',
      'acct',
    ],
    [
      'https://acct-secondary.file.core.windows.net',
      undefined,
      'https://acct-secondary.file.core.windows.net',
      '',
      'acct',
    ],
    [
      'https://acct.privatelink.file.core.windows.net',
      undefined,
      'https://acct.privatelink.file.core.windows.net',
      '',
      'acct',
    ],
    ['https://files.example.com', 'acct', 'https://files.example.com', '', 'acct'],
    ['https://files.example.com:8443', 'acct', 'https://files.example.com:8443', '', 'acct'],
    [
      'http://127.0.0.1:10003/devstoreaccount1',
      undefined,
      'http://127.0.0.1:10003',
      '/devstoreaccount1',
      'devstoreaccount1',
    ],
    ['http://127.0.0.1:10003', 'acct', 'http://127.0.0.1:10003', '/acct', 'acct'],
    ['http://localhost:5000/acct/', undefined, 'http://localhost:5000', '/acct', 'acct'],
    ['http://[::1]:5000/acct', undefined, 'http://[::1]:5000', '/acct', 'acct'],
    ['https://10.0.0.4/acct', undefined, 'https://10.0.0.4', '/acct', 'acct'],
    ['https://emulator/acct', undefined, 'https://emulator', '/acct', 'acct'],
    ['https://host.docker.internal/acct', undefined, 'https://host.docker.internal', '/acct', 'acct'],
    [
      'https://storage.example.com:10003/acct',
      undefined,
      'https://storage.example.com:10003',
      '/acct',
      'acct',
    ],
  ])('take %s apart', (text, account, origin, basePath, accountName) => {
    expect(parseEndpoint(text, account, 'endpoint')).toEqual({ origin, basePath, accountName });
  });

  it.each([
    ['http://acct.file.core.windows.net', 'https'],
    ['http://10.0.0.4/acct', 'https'],
    ['http://127.0.0.1.example.com/acct', 'https'],
    ['ftp://acct.file.core.windows.net', 'https://'],
    ['acct.file.core.windows.net', 'URL'],
    ['https://user:secret@acct.file.core.windows.net', 'user name'],
    ['http://user:secret@files.example.com', 'user name'],
    ['ftp://user:secret@files.example.com', 'user name'],
    ['https://acct.file.core.windows.net/share', 'no path'],
    ['https://127.0.0.1/acct/share', 'more than one segment'],
    ['https://acct.file.core.windows.net/?sv=1&sig=secret', 'query'],
    ['http://127.0.0.1:10003', 'account'],
  ])('refuse %s, which must use or have or be %s', (text, why) => {
    expect(() => parseEndpoint(text, undefined, 'endpoint')).toThrow(why);
    expect(() => parseEndpoint(text, undefined, 'endpoint')).not.toThrow('secret');
  });

  it.each([Symbol('a'), Object.create(null), new URL('https://files.example.com'), 5, ['https://a.file.b']])(
    'are texts: %o',
    (text) => {
      expect(() => parseEndpoint(text as string, undefined, 'endpoint')).toThrow('endpoint must be a URL');
    },
  );

  it('are not repeated where they may be a key in the wrong place', () => {
    const key = 'a2V5IG9mIHNvbWVib2R5IHdobyBpcyB2ZXJ5IHNlY3JldA==';
    expect(() => parseEndpoint(key, undefined, 'endpoint')).toThrow('got a text of 48 characters');
    expect(() => parseEndpoint('acct.file', undefined, 'endpoint')).toThrow('got "acct.file"');
  });

  it('need an account where a custom domain names none', () => {
    expect(() => parseEndpoint('https://files.example.com', undefined, 'endpoint')).toThrow(
      'accountName is needed',
    );
  });

  it.each(['https://other.file.core.windows.net', 'http://127.0.0.1:10003/other'])(
    'refuse another account in %s',
    (text) => {
      expect(() => parseEndpoint(text, 'acct', 'endpoint')).toThrow('belongs to the account "other"');
    },
  );
});
