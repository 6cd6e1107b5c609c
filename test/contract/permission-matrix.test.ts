import { describe, expect, it } from 'vitest';
import { operations } from '../../src/emulator/engine/files/operations.js';
import { resolveRoles } from '../../src/emulator/role-options.js';
import {
  completed,
  freshShare,
  type OperationRequest,
  operationRequests,
} from '../support/operation-requests.js';
import type { Answer, Sent } from '../support/share-requests.js';
import {
  account,
  accountSas,
  delegationSas,
  type SignedResource,
  serviceSas,
} from '../support/signatures.js';
import { ask, askAs, delegationKey, outcome } from '../support/unsigned-requests.js';

/*
 * Every operation with every single letter that a signature can have, on every level: allowed or refused as the
 * documents say. The table is written from them ("Create an account SAS", "Create a service SAS", the section
 * "Authorization" of each operation) and shares nothing with the emulator.
 */

interface Documented {
  /** The resource type of an account SAS. */
  readonly type: 's' | 'c' | 'o';
  /** Letters of an account SAS that suffice alone; `never` = no account SAS at all. */
  readonly account: string | 'never';
  /** The same of a service SAS for the share. */
  readonly share: string | 'never';
  /** The same of a service SAS for the file; `level` = it addresses no file. */
  readonly file: string | 'never' | 'level';
}

const management = { share: 'never', file: 'level' } as const;
const service = { type: 's', share: 'level', file: 'level' } as const;

const documented: Readonly<Record<string, Documented | (Omit<Documented, 'share'> & { share: 'level' })>> = {
  ListShares: { ...service, account: 'l' },
  GetFileServiceProperties: { ...service, account: 'r' },
  SetFileServiceProperties: { ...service, account: 'w' },

  CreateShare: { ...management, type: 'c', account: 'cw' },
  GetShareProperties: { ...management, type: 'c', account: 'r' },
  SetShareProperties: { ...management, type: 'c', account: 'w' },
  DeleteShare: { ...management, type: 'c', account: 'd' },
  UndeleteShare: { ...management, type: 'c', account: 'w' },
  GetShareMetadata: { ...management, type: 'c', account: 'r' },
  SetShareMetadata: { ...management, type: 'c', account: 'w' },
  GetShareACL: { ...management, type: 'c', account: 'never' },
  SetShareACL: { ...management, type: 'c', account: 'never' },
  GetShareStats: { ...management, type: 'c', account: 'r' },
  SnapshotShare: { ...management, type: 'c', account: 'cw' },
  LeaseShare: { ...management, type: 'c', account: 'w' },
  // A permission takes two letters, so no single one will do.
  CreatePermission: { type: 'c', account: '', share: '', file: 'level' },
  GetPermission: { type: 'c', account: '', share: '', file: 'level' },

  CreateDirectory: { type: 'o', account: 'cw', share: 'cw', file: 'level' },
  GetDirectoryProperties: { type: 'o', account: 'r', share: 'r', file: 'level' },
  SetDirectoryProperties: { type: 'o', account: 'w', share: 'w', file: 'level' },
  GetDirectoryMetadata: { type: 'o', account: 'r', share: 'r', file: 'level' },
  SetDirectoryMetadata: { type: 'o', account: 'w', share: 'w', file: 'level' },
  DeleteDirectory: { type: 'o', account: 'd', share: 'd', file: 'level' },
  RenameDirectory: { type: 'o', account: 'w', share: 'w', file: 'level' },
  ListDirectoriesAndFiles: { type: 'c', account: 'l', share: 'l', file: 'level' },
  'ListDirectoriesAndFiles (of the root)': { type: 'c', account: 'l', share: 'l', file: 'level' },

  'CreateFile (new)': { type: 'o', account: 'cw', share: 'cw', file: 'cw' },
  'CreateFile (existing)': { type: 'o', account: 'w', share: 'w', file: 'w' },
  GetFile: { type: 'o', account: 'r', share: 'r', file: 'r' },
  GetFileProperties: { type: 'o', account: 'r', share: 'r', file: 'r' },
  DeleteFile: { type: 'o', account: 'd', share: 'd', file: 'd' },
  SetFileProperties: { type: 'o', account: 'w', share: 'w', file: 'w' },
  GetFileMetadata: { type: 'o', account: 'r', share: 'r', file: 'r' },
  SetFileMetadata: { type: 'o', account: 'w', share: 'w', file: 'w' },
  PutRange: { type: 'o', account: 'w', share: 'w', file: 'w' },
  'PutRange (clear)': { type: 'o', account: 'w', share: 'w', file: 'w' },
  PutRangeFromURL: { type: 'o', account: 'w', share: 'w', file: 'w' },
  ListRanges: { type: 'o', account: 'r', share: 'r', file: 'r' },
  'CopyFile (new)': { type: 'o', account: 'cw', share: 'cw', file: 'cw' },
  'CopyFile (existing)': { type: 'o', account: 'w', share: 'w', file: 'w' },
  AbortCopyFile: { type: 'o', account: 'w', share: 'w', file: 'w' },
  LeaseFile: { type: 'o', account: 'w', share: 'w', file: 'w' },
  RenameFile: { type: 'o', account: 'w', share: 'w', file: 'w' },

  ListHandles: { type: 'o', account: 'never', share: 'never', file: 'never' },
  'ListHandles (of a directory)': { type: 'o', account: 'never', share: 'never', file: 'never' },
  ForceCloseHandles: { type: 'o', account: 'never', share: 'never', file: 'never' },
};

/** All letters that account signatures of any service can have. */
const accountLetters = [...'rwdlacuptfxyi'];
const shareLetters = [...'rcwdl'];
const fileLetters = [...'rcwd'];

const cases = operationRequests.filter(({ name }) => name !== 'GetUserDelegationKey');

/** Adds a signature to the query of a request. */
function signed(sent: Sent, sas: string): Sent {
  return { ...sent, target: `${sent.target}${sent.target.includes('?') ? '&' : '?'}${sas}` };
}

/** Carries an operation out in a share of its own, with a signature. */
async function attempt(
  request: OperationRequest,
  sign: (by: Awaited<ReturnType<typeof freshShare>>) => Promise<string> | string,
): Promise<Answer> {
  const requests = await freshShare();
  const sent = await completed(requests, request);
  return ask(requests, signed({ ...sent, version: '2026-04-06' }, await sign(requests)));
}

/** `yes` where the operation was carried out, else the code it was refused with. */
function verdict(answer: Answer, { status }: OperationRequest): string {
  const isDone = status === undefined ? answer.status < 300 : answer.status === status;
  return isDone ? 'yes' : (answer.code ?? outcome(answer));
}

function expectedOfService(allowed: string, letter: string): string {
  if (allowed === 'level') return 'AuthenticationFailed';
  if (allowed === 'never') return 'AuthorizationFailure';
  return allowed.includes(letter) ? 'yes' : 'AuthorizationPermissionMismatch';
}

describe('the table of the documents', () => {
  it('has every operation of the emulator, but for the one that takes tokens alone', () => {
    const base = (name: string) => name.replace(/ \(.*/, '');
    const known = Object.keys(operations).filter((name) => name !== 'GetUserDelegationKey');
    expect([...new Set(Object.keys(documented).map(base))].sort()).toEqual(known.sort());
    expect(cases.map(({ name }) => name).sort()).toEqual(Object.keys(documented).sort());
  });

  it.each(operationRequests)('has a request for $name that succeeds', async (request) => {
    const requests = await freshShare();
    const sent = { ...(await completed(requests, request)), version: '2026-04-06' };
    const answer =
      request.name === 'GetUserDelegationKey' ? await askAs(requests, sent) : await requests.send(sent);
    expect([verdict(answer, request), answer.text]).toEqual(['yes', expect.anything()]);
  });
});

describe('an account SAS', () => {
  it.each(cases)('lets $name pass with its letters on its level, and with no other', async (request) => {
    const { type, account: letters } = documented[request.name] as Documented;
    const seen: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const srt of ['s', 'c', 'o']) {
      for (const sp of accountLetters) {
        const answer = await attempt(request, () => accountSas({ srt, sp }));
        seen[`${srt} ${sp}`] = verdict(answer, request);
        expected[`${srt} ${sp}`] = expectedOfAccount(letters, { srt, sp, type });
      }
    }
    expect(seen).toEqual(expected);
  });

  function expectedOfAccount(
    letters: string,
    { srt, sp, type }: { srt: string; sp: string; type: string },
  ): string {
    if (letters === 'never') return 'AuthorizationFailure';
    if (srt !== type) return 'AuthorizationResourceTypeMismatch';
    return letters.includes(sp) ? 'yes' : 'AuthorizationPermissionMismatch';
  }

  it.each(cases)('of another service never reaches $name', async (request) => {
    for (const ss of ['b', 'q', 't', 'bqt']) {
      const answer = await attempt(request, () => accountSas({ ss }));
      expect(answer.code).toBe('AuthorizationServiceMismatch');
    }
  });
});

const onShare: SignedResource = { share: 'share' };

/** The share that an operation addresses. */
function shareOf({ sent }: OperationRequest): SignedResource {
  return { share: /^\/([^/?]*)/.exec(sent.target)?.[1] || onShare.share };
}

/** The file it addresses, or else the one that stands there. */
function fileOf({ file = 'f', sent }: OperationRequest): SignedResource {
  const path = /^\/[^/?]*\/([^?]+)/.exec(sent.target)?.[1];
  return { ...onShare, file: path ?? file };
}

describe.each([
  [
    'a service SAS',
    (_key: undefined, resource: SignedResource, sp: string) => serviceSas(resource, { sp, sv: '2025-07-05' }),
    false,
  ],
  ['a user delegation SAS', undefined, true],
] as const)('%s', (_kind, sign, delegated) => {
  const tokenFor =
    (resource: SignedResource, sp: string) => async (requests: Awaited<ReturnType<typeof freshShare>>) =>
      delegated
        ? delegationSas(await delegationKey(requests), resource, { sp })
        : (sign?.(undefined, resource, sp) ?? '');

  it.each(cases)('of the share lets $name pass with its letters alone', async (request) => {
    const allowed = documented[request.name]?.share ?? '';
    const seen: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const sp of shareLetters) {
      seen[sp] = verdict(await attempt(request, tokenFor(shareOf(request), sp)), request);
      expected[sp] = expectedOfService(allowed, sp);
    }
    expect(seen).toEqual(expected);
  });

  it.each(cases)('of a file lets $name pass with its letters alone', async (request) => {
    const allowed = documented[request.name]?.file ?? '';
    // Handles of a directory are asked for by a URL that could be a file's.
    const seen: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const sp of fileLetters) {
      seen[sp] = verdict(await attempt(request, tokenFor(fileOf(request), sp)), request);
      expected[sp] = expectedOfService(allowed, sp);
    }
    expect(seen).toEqual(expected);
  });

  it('of the share reads and writes permissions with two letters', async () => {
    for (const request of cases.filter(({ name }) => name.endsWith('Permission'))) {
      for (const [sp, expected] of [
        ['wd', 'yes'],
        ['rcwdl', 'yes'],
        ['rcwl', 'AuthorizationPermissionMismatch'],
        ['rcdl', 'AuthorizationPermissionMismatch'],
      ] as const)
        expect([request.name, sp, verdict(await attempt(request, tokenFor(onShare, sp)), request)]).toEqual([
          request.name,
          sp,
          expected,
        ]);
    }
  });
});

describe('all letters together', () => {
  it.each(cases)('let an account SAS carry out $name unless none ever may', async (request) => {
    const { account: letters } = documented[request.name] as Documented;
    const answer = await attempt(request, () => accountSas({ sp: 'rwdlc' }));
    expect(verdict(answer, request)).toBe(letters === 'never' ? 'AuthorizationFailure' : 'yes');
  });
});

/** What a role must grant, by the table "Permissions for File service operations" of the documents. */
const filesRead = 'Microsoft.Storage/storageAccounts/fileServices/fileShares/files/read';
const filesWrite = 'Microsoft.Storage/storageAccounts/fileServices/fileShares/files/write';
const filesModify =
  'Microsoft.Storage/storageAccounts/fileServices/fileShares/files/modifypermissions/action';
const backupRead = 'Microsoft.Storage/storageAccounts/fileServices/readFileBackupSemantics/action';
const backupWrite = 'Microsoft.Storage/storageAccounts/fileServices/writeFileBackupSemantics/action';
const shares = (what: string) => `Microsoft.Storage/storageAccounts/fileServices/shares/${what}`;
const reads = [filesRead, backupRead];
const writes = [filesWrite, backupWrite];

const actions: Readonly<Record<string, readonly string[]>> = {
  ListShares: [shares('read')],
  GetFileServiceProperties: ['Microsoft.Storage/storageAccounts/fileServices/read'],
  SetFileServiceProperties: ['Microsoft.Storage/storageAccounts/fileServices/write'],
  GetUserDelegationKey: ['Microsoft.Storage/storageAccounts/fileServices/generateUserDelegationKey/action'],
  CreateShare: [shares('write')],
  GetShareProperties: [shares('read')],
  SetShareProperties: [shares('write')],
  DeleteShare: [shares('delete')],
  UndeleteShare: [shares('restore/action')],
  GetShareMetadata: [shares('read')],
  SetShareMetadata: [shares('write')],
  GetShareACL: [shares('read')],
  SetShareACL: [shares('write')],
  GetShareStats: [shares('read')],
  SnapshotShare: [shares('write')],
  LeaseShare: [shares('lease/action')],
  CreatePermission: [filesModify, backupWrite],
  GetPermission: reads,
  CreateDirectory: writes,
  GetDirectoryProperties: reads,
  SetDirectoryProperties: writes,
  GetDirectoryMetadata: reads,
  SetDirectoryMetadata: writes,
  DeleteDirectory: writes,
  RenameDirectory: writes,
  ListDirectoriesAndFiles: reads,
  CreateFile: writes,
  GetFile: reads,
  GetFileProperties: reads,
  DeleteFile: writes,
  SetFileProperties: writes,
  GetFileMetadata: reads,
  SetFileMetadata: writes,
  PutRange: writes,
  PutRangeFromURL: writes,
  ListRanges: reads,
  CopyFile: writes,
  AbortCopyFile: writes,
  LeaseFile: writes,
  RenameFile: writes,
  ListHandles: reads,
  ForceCloseHandles: writes,
};
const everyAction = [
  ...new Set(Object.values(actions).flat()),
  'Microsoft.Storage/storageAccounts/fileServices/fileShares/files/delete',
];

describe('a token', () => {
  it.each(operationRequests)(
    'carries $name out with the actions it needs, and not without any of them',
    async (request) => {
      const needed = actions[request.name.replace(/ \(.*/, '')] ?? [];
      const withActions = async (granted: readonly string[]): Promise<string> => {
        const roles = resolveRoles([{ principal: '*', actions: granted }], [account]);
        const requests = await freshShare({ roles });
        const sent = await completed(requests, request);
        return verdict(await askAs(requests, { ...sent, version: '2026-04-06' }), request);
      };
      expect(needed.length).toBeGreaterThan(0);
      expect(await withActions(needed)).toBe('yes');
      for (const missing of needed)
        expect(await withActions(everyAction.filter((action) => action !== missing))).toBe(
          'AuthorizationPermissionMismatch',
        );
    },
  );
});
