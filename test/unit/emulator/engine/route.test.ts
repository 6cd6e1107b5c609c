import { describe, expect, it } from 'vitest';
import type { OperationRow } from '../../../../src/emulator/engine/context.js';
import { operations } from '../../../../src/emulator/engine/files/operations.js';
import { accountOfHost, createRouter, parseAddress } from '../../../../src/emulator/engine/route.js';

const local = 'http://127.0.0.1:10003';
const rule = { accounts: new Set(['account', 'second']) };
const route = createRouter(Object.values(operations));
const names = new Map<OperationRow, string>(Object.entries(operations).map(([name, row]) => [row, name]));

function routed(method: string, target: string, headers: readonly string[] = []): string | undefined {
  const row = route(method, parseAddress(local, `/account${target}`, rule), (name) => headers.includes(name));
  return names.get(row);
}

describe('parseAddress', () => {
  it('takes the account from the path of a plain host', () => {
    expect(parseAddress(local, '/account/share/a/b?comp=list', rule)).toMatchObject({
      account: 'account',
      basePath: '/account',
      shareName: 'share',
      path: ['a', 'b'],
    });
  });

  it('takes the account from a host that names it', () => {
    const address = parseAddress('https://account.file.core.windows.net', '/share/a', rule);
    expect(address).toMatchObject({ account: 'account', basePath: '', shareName: 'share', path: ['a'] });
    expect(accountOfHost('http://account.file.localhost:10003')).toBe('account');
  });

  it('takes the account from the credential when neither host nor path names one', () => {
    const signed = { ...rule, otherwise: 'account' };
    expect(parseAddress(local, '/share/a', signed)).toMatchObject({
      account: 'account',
      basePath: '',
      shareName: 'share',
    });
    expect(parseAddress(local, '/second/share', signed)).toMatchObject({
      account: 'second',
      shareName: 'share',
    });
    const unknown = { ...rule, otherwise: 'nobody' };
    expect(parseAddress(local, '/share/a', unknown)).toMatchObject({ account: 'share', shareName: 'a' });
  });

  it('decodes names and query values, and lowers the names of parameters', () => {
    const address = parseAddress(local, '/account/share/d%C3%A9j%C3%A0%20vu/%2B%23?PREFIX=a%2Fb&flag', rule);
    expect(address.path).toEqual(['déjà vu', '+#']);
    expect([...address.query]).toEqual([
      ['prefix', 'a/b'],
      ['flag', ''],
    ]);
  });

  it('does not take a slash at the end or in the middle for a name', () => {
    expect(parseAddress(local, '/account/share//a/', rule).path).toEqual(['a']);
    expect(parseAddress(local, '/', rule).account).toBe('');
  });

  it('refuses an escape that is none, and a target that is no path', () => {
    expect(() => parseAddress(local, '/account/share/%zz', rule)).toThrow('does not represent any resource');
    expect(() => parseAddress(local, 'http://elsewhere/share', rule)).toThrow(
      'does not represent any resource',
    );
  });
});

describe('the router', () => {
  it.each([
    ['GET', '/?comp=list', 'ListShares'],
    ['GET', '/?restype=service&comp=properties', 'GetFileServiceProperties'],
    ['PUT', '/s?restype=share', 'CreateShare'],
    ['PUT', '/s?comp=lease&restype=share', 'LeaseShare'],
    ['GET', '/s?restype=directory&comp=list', 'ListDirectoriesAndFiles'],
    ['GET', '/s/d?restype=directory', 'GetDirectoryProperties'],
    ['HEAD', '/s/d?restype=directory', 'GetDirectoryProperties'],
    ['PUT', '/s/d?restype=directory&comp=rename', 'RenameDirectory'],
    ['GET', '/s/f', 'GetFile'],
    ['HEAD', '/s/f', 'GetFileProperties'],
    ['PUT', '/s/f?comp=range', 'PutRange'],
    ['PUT', '/s/f?comp=rename', 'RenameFile'],
    ['GET', '/s/d?comp=listhandles', 'ListHandles'],
    ['GET', '/s?comp=listhandles', 'ListHandles'],
  ])('takes %s %s for %s', (method, target, name) => {
    expect(routed(method, target)).toBe(name);
  });

  it('tells operations apart by a header where the URL does not', () => {
    expect(routed('PUT', '/s/f')).toBe('CreateFile');
    expect(routed('PUT', '/s/f', ['x-ms-copy-source'])).toBe('CopyFile');
    expect(routed('PUT', '/s/f?comp=range', ['x-ms-copy-source'])).toBe('PutRangeFromURL');
  });

  it('refuses what no operation has', () => {
    expect(() => routed('PATCH', '/s/f')).toThrow("doesn't support specified Http Verb");
    expect(() => routed('GET', '/s/f?comp=nonsense')).toThrow('Value for one of the query parameters');
    expect(() => routed('PUT', '/s/f?restype=symboliclink')).toThrow('Value for one of the query parameters');
  });
});
