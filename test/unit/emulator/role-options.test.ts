import { describe, expect, it } from 'vitest';
import {
  createEmulator,
  type EmulatorOptions,
  type RoleAssignment,
  startEmulator,
} from '../../../src/emulator/index.js';
import { resolveRoles } from '../../../src/emulator/role-options.js';

describe('role assignments', () => {
  it.each([
    [{ principal: '', role: 'Owner' }, 'roles[0].principal must name somebody'],
    [{ principal: '*' }, 'roles[0] must have either role or actions'],
    [{ principal: '*', role: 'Owner', actions: ['*'] }, 'roles[0] must have either role or actions'],
    [{ principal: '*', role: 'Emperor' }, 'roles[0].role must be one of Owner, Contributor,'],
    [{ principal: '*', role: 'toString' }, 'roles[0].role must be one of'],
    [{ principal: '*', role: 'Owner', account: 'other' }, 'roles[0].account must be one of devstoreaccount1'],
    [{ principal: '*', role: 'Owner', path: 'd' }, 'roles[0].path needs a share as well'],
  ])('are refused: %j', (assignment, message) => {
    const options = { roles: [assignment as RoleAssignment] };
    expect(() => createEmulator(options)).toThrow(message);
  });

  it('are none unless they are given, which is not the same as no rights', () => {
    expect(resolveRoles(undefined, [])).toBeUndefined();
    expect(resolveRoles([], [])).toEqual([]);
  });

  it('become actions, shortened and folded', () => {
    const roles: RoleAssignment[] = [
      {
        principal: 'ABC',
        actions: ['Microsoft.Storage/storageAccounts/fileServices/fileShares/files/read', 'shares/*'],
        account: 'acct',
        share: 'data',
        path: '/a/B/',
      },
    ];
    expect(resolveRoles(roles, ['acct'])).toEqual([
      {
        principal: 'abc',
        actions: ['fileshares/files/read', 'shares/*'],
        account: 'acct',
        share: 'data',
        path: ['A', 'B'],
      },
    ]);
  });
});

describe('options of access', () => {
  it.each([
    [{ https: false, cert: 'a', key: 'b' }, 'https: false contradicts cert and key'],
    [
      { allowedHosts: ['name:80'] },
      'allowedHosts[0] must be the name or the address of a host, without a port',
    ],
    [{ allowedHosts: ['ok', 'http://name'] }, 'allowedHosts[1] must be'],
    [{ allowedHosts: [''] }, 'allowedHosts[0] must be'],
  ] satisfies [EmulatorOptions, string][])('are refused: %j', async (options, message) => {
    await expect(startEmulator({ filesPort: 0, ...options })).rejects.toThrow(message);
  });

  it('give a certificate for HTTPS only', async () => {
    await using plain = await startEmulator({ filesPort: 0 });
    expect([plain.certificate, new URL(plain.filesEndpoint).protocol]).toEqual([undefined, 'http:']);
    await using made = await startEmulator({ filesPort: 0, https: true, allowedHosts: ['storage.test'] });
    expect(made.certificate).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    expect([new URL(made.filesEndpoint).protocol, made.connectionString.slice(0, 31)]).toEqual([
      'https:',
      'DefaultEndpointsProtocol=https;',
    ]);
  });
});
