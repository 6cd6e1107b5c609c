import { describe, expect, it } from 'vitest';
import { refusal } from '../../../../src/cli/doctor/refusals.js';
import { readClaims } from '../../../../src/cli/doctor/sas-claims.js';
import {
  AuthenticationError,
  ConfigurationError,
  DirectoryError,
  NetworkError,
} from '../../../../src/files/index.js';

const key = { kind: 'key', claims: undefined } as const;
const token = { kind: 'token', claims: undefined } as const;
const sas = { kind: 'sas', claims: readClaims('sr=s&sp=r') } as const;
const byPolicy = { kind: 'sas', claims: readClaims('sr=s&si=partners') } as const;

const denied = (serviceCode: string, status = 403) =>
  new AuthenticationError('PermissionDenied', 'no', { serviceCode, status });

describe('refusal', () => {
  it.each([
    ['AuthorizationFailure', key, 'network rules'],
    ['AuthorizationSourceIPMismatch', sas, 'from the address that it is for'],
    ['KeyBasedAuthenticationNotPermitted', key, '--auth-mode login'],
    ['AuthenticationFailed', key, 'compare account name and key'],
    ['AuthorizationPermissionMismatch', sas, '`azstore sas` makes another one'],
    ['AuthorizationPermissionMismatch', token, 'Storage File Data Privileged Contributor'],
  ] as const)('for %s of %o says what to do', (code, identity, cure) => {
    expect(refusal('read', denied(code), identity)).toMatchObject({
      check: 'read',
      status: 'fail',
      code: 'PermissionDenied',
      exitCode: 6,
      cure: expect.stringContaining(cure),
    });
  });

  it('for a token that is not accepted sends to its tenant', () => {
    const error = denied('InvalidAuthenticationInfo', 401);
    expect(refusal('list', error, token).cure).toContain('az login --tenant');
  });

  it('by a policy is a warning, unless the SAS itself is not accepted', () => {
    const error = denied('AuthorizationPermissionMismatch');
    expect(refusal('list', error, byPolicy)).toEqual({
      check: 'list',
      status: 'warn',
      message: "the policy 'partners' of the SAS does not let it list",
    });
    const unknown = new AuthenticationError('AuthorizationFailure', 'no', { status: 403 });
    expect(refusal('list', unknown, byPolicy).status).toBe('fail');
  });

  it.each([
    new ConfigurationError('UnsupportedVersion', 'too old'),
    new ConfigurationError('InvalidRequest', 'no', { status: 400, serviceCode: 'InvalidHeaderValue' }),
  ])('of the version is a matter of that: %o', (error) => {
    expect(refusal('read', error, key)).toMatchObject({ check: 'version', status: 'fail', exitCode: 1 });
  });

  it('of another kind keeps the hint that it always has', () => {
    expect(refusal('read', new DirectoryError('ShareNotFound', 'no'), key)).toMatchObject({
      exitCode: 3,
      cure: expect.stringContaining('--share NAME'),
    });
    expect(refusal('read', new NetworkError('Timeout', 'late'), key)).not.toHaveProperty('cure');
  });
});
