import { describe, expect, it } from 'vitest';
import {
  baseName,
  displayLocation,
  joinPath,
  parentPath,
  parseInShare,
  parseLocation,
  parseRemote,
} from '../../../src/cli/locations.js';

describe('parseLocation', () => {
  it.each([
    ['files://team', 'team', '', false],
    ['files://team/', 'team', '', true],
    ['files://team/a/b.txt', 'team', 'a/b.txt', false],
    ['files://team/a/b/', 'team', 'a/b', true],
    ['FILES://team/a', 'team', 'a', false],
    // Nothing is decoded: the path is what it looks like.
    ['files://team/100%25 #1?.txt', 'team', '100%25 #1?.txt', false],
    ['files://team/ä 日本', 'team', 'ä 日本', false],
  ])('reads %s as share %s, path "%s"', (text, share, path, directory) => {
    expect(parseLocation(text)).toEqual({ kind: 'share', share, path, directory, account: undefined });
  });

  it('reads files:// as the account', () => {
    expect(parseLocation('files://')).toEqual({ kind: 'account', account: undefined });
  });

  it.each(['.', 'a/b', '/tmp/x', 'C:\\x', 'a:b', '-', 'files:/x'])('reads %s as a local path', (path) => {
    expect(parseLocation(path)).toEqual({ kind: 'local', path });
  });

  it.each([
    ['https://acct.file.core.windows.net/team/a%20b/c%23', 'https://acct.file.core.windows.net', 'a b/c#'],
    ['http://127.0.0.1:10003/acct/team/a%2Bb', 'http://127.0.0.1:10003/acct', 'a+b'],
    ['http://localhost:1234/acct/team/a', 'http://localhost:1234/acct', 'a'],
    ['http://[::1]:1234/acct/team/a', 'http://[::1]:1234/acct', 'a'],
    ['https://files.example.org/team/a', 'https://files.example.org', 'a'],
    ['https://emulator.example.org:10003/acct/team/a', 'https://emulator.example.org:10003/acct', 'a'],
  ])('takes the URL %s apart', (text, endpoint, path) => {
    expect(parseLocation(text)).toEqual({
      kind: 'share',
      share: 'team',
      path,
      directory: false,
      account: { endpoint, sasToken: undefined },
    });
  });

  it('takes the SAS out of a URL', () => {
    const location = parseRemote('https://acct.file.core.windows.net/team/a?sv=2023-11-03&sig=abc%3D');
    expect(location).toMatchObject({ path: 'a', account: { sasToken: 'sv=2023-11-03&sig=abc%3D' } });
    expect(displayLocation(location)).toBe('https://acct.file.core.windows.net/team/a');
  });

  it('reads a URL without a share as the account', () => {
    expect(parseLocation('https://acct.file.core.windows.net')).toMatchObject({ kind: 'account' });
    expect(parseLocation('http://127.0.0.1:10003/acct/')).toMatchObject({ kind: 'account' });
  });

  it.each([
    ['', 'must not be empty'],
    ['blobs://container/x', 'not available in this version'],
    ['https://acct.blob.core.windows.net/c/x', 'not available in this version'],
    ['ftp://host/x', 'ftp://'],
    ['file:///tmp/x', 'file://'],
    ['files:///path', 'names no share'],
    ['https://', 'not well-formed'],
    ['http://127.0.0.1:10003', 'names no account'],
    ['https://user:pw@acct.file.core.windows.net/x', 'user or password'],
    ['https://acct.file.core.windows.net/team/a#b', 'fragment'],
    ['https://acct.file.core.windows.net/team/a?b=c', 'no SAS'],
    ['https://acct.file.core.windows.net/team/a?sharesnapshot=2020-01-01T00:00:00Z&sig=x', 'snapshots'],
    ['https://acct.file.core.windows.net/team/%zz', 'encodes nothing'],
    ['https://acct.file.core.windows.net/team/a%2Fb', 'encoded slash'],
  ])('refuses "%s"', (text, message) => {
    expect(() => parseLocation(text)).toThrow(message);
  });

  it('does not repeat a query that may be a secret', () => {
    expect(() => parseLocation('https://acct.file.core.windows.net/t/a?si=x&sg=SECRET')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('SECRET') }),
    );
  });
});

describe('parseRemote and parseInShare', () => {
  it('refuse what is local', () => {
    expect(() => parseRemote('a/b')).toThrow("'a/b' is a local path");
    expect(() => parseInShare('a/b')).toThrow("'a/b' is a local path");
  });

  it('tell an account from a share', () => {
    expect(parseRemote('files://').kind).toBe('account');
    expect(() => parseInShare('files://')).toThrow('names no share');
  });
});

describe('paths of a share', () => {
  it('are joined and taken apart', () => {
    expect(joinPath('', 'a')).toBe('a');
    expect(joinPath('a', '')).toBe('a');
    expect(joinPath('a/b', 'c')).toBe('a/b/c');
    expect(baseName('a/b/c')).toBe('c');
    expect(baseName('')).toBe('');
    expect(parentPath('a/b/c')).toBe('a/b');
    expect(parentPath('a')).toBe('');
  });

  it('are shown as they are written', () => {
    expect(displayLocation(parseLocation('files://team/a b'))).toBe('files://team/a b');
    expect(displayLocation(parseLocation('files://team'))).toBe('files://team');
    expect(displayLocation(parseLocation('files://'))).toBe('files://');
    expect(displayLocation(parseLocation('./x'))).toBe('./x');
  });
});
