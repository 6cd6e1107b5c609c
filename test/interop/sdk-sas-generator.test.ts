import {
  AccountSASPermissions as BlobAccountPermissions,
  SASProtocol as BlobProtocol,
  StorageSharedKeyCredential as BlobSharedKeyCredential,
  generateAccountSASQueryParameters as generateBlobAccountSas,
} from '@azure/storage-blob';
import {
  AccountSASPermissions,
  FileSASPermissions,
  generateAccountSASQueryParameters,
  generateFileSASQueryParameters,
  SASProtocol,
  ShareSASPermissions,
  StorageSharedKeyCredential,
} from '@azure/storage-file-share';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateFileSas, generateShareSas } from '../../src/files/sas/file-sas.js';
import { generateUserDelegationSas } from '../../src/files/sas/user-delegation-sas.js';
import { generateAccountSas } from '../../src/sas/account-sas.js';
import type { SasLimits, SasResponseHeaders } from '../../src/sas/limits.js';

const seed = Number(process.env.AZSTORE_TEST_SEED ?? Date.now() % 2 ** 31);
const numRuns = 2500;

/** Every version of the service whose rules for signing are known to differ, and those between. */
const versions = [
  '2015-04-05',
  '2017-04-17',
  '2018-11-09',
  '2019-02-02',
  '2019-12-12',
  '2020-02-10',
  '2020-10-02',
  '2020-12-06',
  '2021-04-10',
  '2022-11-02',
  '2023-11-03',
  '2024-11-04',
  '2025-05-05',
  '2025-07-05',
  '2026-02-06',
  '2026-04-06',
];

const account = fc.stringMatching(/^[a-z0-9]{3,24}$/);
const key = fc
  .uint8Array({ minLength: 16, maxLength: 64 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const letters = (all: string) => fc.subarray([...all], { minLength: 1 }).map((chosen) => chosen.join(''));
const moment = (from: string, to: string) =>
  fc.date({ min: new Date(from), max: new Date(to), noInvalidDate: true });
const startsOn = fc.option(moment('2024-01-01T00:00:00Z', '2026-01-01T00:00:00Z'), { nil: undefined });
const expiresOn = moment('2026-01-01T00:00:01Z', '2030-01-01T00:00:00Z');
const byte = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.'));
const ipRange = fc.option(
  fc.oneof(
    address,
    fc.tuple(byte, byte, byte, byte, byte).map(([a, b, c, d, e]) => {
      const [low, high] = d < e ? [d, e] : [e, d];
      return `${a}.${b}.${c}.${low}-${a}.${b}.${c}.${high}`;
    }),
  ),
  { nil: undefined },
);
const protocol = fc.constantFrom('https' as const, 'https,http' as const);
/** What a header of an answer may be, beyond ASCII too: it is only text to the one who signs. */
const headerText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((text) => !/\p{Cc}|\p{Surrogate}/u.test(text));
const optionalHeader = fc.option(headerText, { nil: undefined });
const responseHeaders: fc.Arbitrary<SasResponseHeaders> = fc.record({
  cacheControl: optionalHeader,
  contentDisposition: optionalHeader,
  contentEncoding: optionalHeader,
  contentLanguage: optionalHeader,
  contentType: optionalHeader,
});
const share = fc.stringMatching(/^[a-z0-9]{3,20}(-[a-z0-9]{1,10})?$/);
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((text) => `n${text.replace(/["\\:<>*?|/]|\p{Cc}|\p{Surrogate}/gu, '_')}`);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const policyId = fc.option(headerText, { nil: undefined });
const guid = fc.uuid();

const limits = fc.record({ startsOn, expiresOn, ipRange, protocol });

/** The same limits in the words of the official client. */
function official({ startsOn, expiresOn, ipRange, protocol, version }: SasLimits) {
  const [start = '', end] = ipRange?.split('-') ?? [];
  return {
    ...(startsOn !== undefined && { startsOn }),
    ...(expiresOn !== undefined && { expiresOn }),
    ...(ipRange !== undefined && { ipRange: end === undefined ? { start } : { start, end } }),
    protocol: protocol === 'https' ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
    ...(version !== undefined && { version }),
  };
}

function present<T extends object>(fields: T): { [Name in keyof T]: NonNullable<T[Name]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]: NonNullable<T[Name]> };
}

/** Compares for many inputs, and makes sure that there were as many. */
function compare<T>(inputs: fc.Arbitrary<T>, ours: (input: T) => string, theirs: (input: T) => string): void {
  let compared = 0;
  fc.assert(
    fc.property(inputs, (input) => {
      expect(ours(input)).toBe(theirs(input));
      compared += 1;
    }),
    { numRuns, seed },
  );
  expect(compared).toBe(numRuns);
}

describe('SAS and the official clients, byte for byte', () => {
  const version = fc.constantFrom(...versions);

  it('gives the same SAS for shares', () => {
    const inputs = fc.record({
      account,
      key,
      limits,
      version,
      share,
      permissions: letters('rcwdl'),
      policyId,
      responseHeaders,
    });
    compare(
      inputs,
      ({ account, key, limits, version, ...rest }) =>
        generateShareSas({ ...rest, ...limits, version }, { accountName: account, key }).token,
      ({ account, key, limits, version, share, permissions, policyId, responseHeaders }) =>
        generateFileSASQueryParameters(
          {
            ...official({ ...limits, version }),
            shareName: share,
            permissions: ShareSASPermissions.parse(permissions),
            ...present({ identifier: policyId, ...responseHeaders }),
          },
          new StorageSharedKeyCredential(account, key),
        ).toString(),
    );
  });

  it('gives the same SAS for files', () => {
    const inputs = fc.record({
      account,
      key,
      limits,
      version,
      share,
      path,
      permissions: letters('rcwd'),
      policyId,
      responseHeaders,
    });
    compare(
      inputs,
      ({ account, key, limits, version, ...rest }) =>
        generateFileSas({ ...rest, ...limits, version }, { accountName: account, key }).token,
      ({ account, key, limits, version, share, path, permissions, policyId, responseHeaders }) =>
        generateFileSASQueryParameters(
          {
            ...official({ ...limits, version }),
            shareName: share,
            filePath: path,
            permissions: FileSASPermissions.parse(permissions),
            ...present({ identifier: policyId, ...responseHeaders }),
          },
          new StorageSharedKeyCredential(account, key),
        ).toString(),
    );
  });

  it('gives the same SAS where a stored policy has everything', () => {
    const inputs = fc.record({ account, key, version, share, path, policyId: headerText });
    compare(
      inputs,
      ({ account, key, ...rest }) => generateFileSas(rest, { accountName: account, key }).token,
      ({ account, key, version, share, path, policyId }) =>
        generateFileSASQueryParameters(
          {
            ...official({ version, protocol: 'https' }),
            shareName: share,
            filePath: path,
            identifier: policyId,
          },
          new StorageSharedKeyCredential(account, key),
        ).toString(),
    );
  });

  it('gives the same account SAS for Files', () => {
    const inputs = fc.record({
      account,
      key,
      limits,
      version,
      services: letters('btqf'),
      resourceTypes: letters('sco'),
      permissions: letters('rwdlacup'),
    });
    compare(
      inputs,
      ({ account, key, limits, version, ...rest }) =>
        generateAccountSas({ ...rest, ...limits, version }, { accountName: account, key }).token,
      ({ account, key, limits, version, services, resourceTypes, permissions }) =>
        generateAccountSASQueryParameters(
          {
            ...official({ ...limits, version }),
            expiresOn: limits.expiresOn,
            services,
            resourceTypes,
            permissions: AccountSASPermissions.parse(permissions),
          },
          new StorageSharedKeyCredential(account, key),
        ).toString(),
    );
  });

  it('gives the same account SAS with the permissions that only blobs have', () => {
    const inputs = fc.record({
      account,
      key,
      limits,
      version: fc.constantFrom(...versions.filter((text) => text >= '2020-12-06')),
      resourceTypes: letters('sco'),
      permissions: letters('rwdxftlacupiy'),
      encryptionScope: fc.option(fc.stringMatching(/^[a-z0-9]{3,10}$/), { nil: undefined }),
    });
    compare(
      inputs,
      ({ account, key, limits, version, ...rest }) =>
        generateAccountSas({ ...rest, services: 'b', ...limits, version }, { accountName: account, key })
          .token,
      ({ account, key, limits, version, resourceTypes, permissions, encryptionScope }) =>
        generateBlobAccountSas(
          {
            ...official({ ...limits, version }),
            protocol: limits.protocol === 'https' ? BlobProtocol.Https : BlobProtocol.HttpsAndHttp,
            expiresOn: limits.expiresOn,
            services: 'b',
            resourceTypes,
            permissions: BlobAccountPermissions.parse(permissions),
            ...present({ encryptionScope }),
          },
          new BlobSharedKeyCredential(account, key),
        ).toString(),
    );
  });

  it('gives the same user delegation SAS, for shares and for files', () => {
    const inputs = fc.record({
      account,
      value: key,
      limits: fc.record({
        startsOn: fc.option(moment('2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'), { nil: undefined }),
        expiresOn: moment('2026-03-02T00:00:01Z', '2026-03-07T00:00:00Z'),
        ipRange,
        protocol,
      }),
      version: fc.constantFrom(...versions.filter((text) => text >= '2025-07-05')),
      share,
      path: fc.option(path, { nil: undefined }),
      permissions: letters('rcwd'),
      responseHeaders,
      signedObjectId: guid,
      signedTenantId: guid,
      signedDelegatedUserTenantId: fc.option(guid, { nil: undefined }),
      delegatedUserObjectId: fc.option(guid, { nil: undefined }),
    });
    const userDelegationKey = (input: {
      value: string;
      signedObjectId: string;
      signedTenantId: string;
      signedDelegatedUserTenantId: string | undefined;
    }) => ({
      signedObjectId: input.signedObjectId,
      signedTenantId: input.signedTenantId,
      signedStartsOn: new Date('2026-03-01T00:00:00Z'),
      signedExpiresOn: new Date('2026-03-08T00:00:00Z'),
      signedService: 'f',
      signedVersion: '2026-04-06',
      ...present({ signedDelegatedUserTenantId: input.signedDelegatedUserTenantId }),
      value: input.value,
    });
    compare(
      inputs,
      ({ account, limits, version, share, path, permissions, responseHeaders, ...rest }) =>
        generateUserDelegationSas(
          {
            share,
            ...(path !== undefined && { path }),
            permissions,
            responseHeaders,
            ...limits,
            version,
            delegatedUserObjectId: rest.delegatedUserObjectId,
          },
          { accountName: account, userDelegationKey: userDelegationKey(rest) },
        ).token,
      ({ account, limits, version, share, path, permissions, responseHeaders, ...rest }) =>
        generateFileSASQueryParameters(
          {
            ...official({ ...limits, version }),
            shareName: share,
            permissions:
              path === undefined
                ? ShareSASPermissions.parse(permissions)
                : FileSASPermissions.parse(permissions),
            ...present({
              filePath: path,
              delegatedUserObjectId: rest.delegatedUserObjectId,
              ...responseHeaders,
            }),
          },
          userDelegationKey(rest),
          account,
        ).toString(),
    );
  });
});
