import { describe, expect, it } from 'vitest';
import { ShareRequests } from '../../../../support/share-requests.js';

const target = '/share?restype=share&comp=filepermission';
const sddl =
  'O:S-1-5-21-2127521184-1604012920-1887927527-21560751G:S-1-5-21-2127521184-1604012920-1887927527-513D:AI(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;S-1-5-21-397955417-626881126-188441444-3053964)';
const shown = `${sddl}S:NO_ACCESS_CONTROL`;

async function shareRequests(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  return requests;
}

const create = (requests: ShareRequests, permission: unknown, more = {}) =>
  requests.put(target, {}, JSON.stringify({ permission, ...more }));

async function keyOf(requests: ShareRequests, permission: string): Promise<string> {
  const answer = await create(requests, permission);
  expect(answer.status).toBe(201);
  return answer.headers.get('x-ms-file-permission-key') ?? '';
}

const get = (requests: ShareRequests, key: string, headers = {}) =>
  requests.get(target, { 'x-ms-file-permission-key': key, ...headers });

describe('Create and Get Permission', () => {
  it('gives a key of two numbers and no ETag', async () => {
    const requests = await shareRequests();
    const answer = await create(requests, sddl);
    expect(answer.headers.get('x-ms-file-permission-key')).toMatch(/^\d{1,20}\*\d{1,20}$/);
    expect([answer.headers.has('ETag'), answer.text]).toEqual([false, '']);
  });

  it('gives the descriptor back with the part about auditing', async () => {
    const requests = await shareRequests();
    const answer = await get(requests, await keyOf(requests, sddl));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ permission: shown });
    expect([answer.headers.has('Content-Type'), answer.headers.has('ETag')]).toEqual([false, false]);
  });

  it('gives one descriptor one key, also in the form in which it is given back', async () => {
    const requests = await shareRequests();
    const key = await keyOf(requests, sddl);
    expect(await keyOf(requests, sddl)).toBe(key);
    expect(await keyOf(requests, shown)).toBe(key);
    expect(await keyOf(requests, sddl.replace('FA', 'FR'))).not.toBe(key);
  });

  it('makes a key that files and directories can be created with', async () => {
    const requests = await shareRequests();
    const key = await keyOf(requests, sddl);
    const file = await requests.createFile('a', 0, { 'x-ms-file-permission-key': key });
    expect([file.status, file.headers.get('x-ms-file-permission-key')]).toEqual([201, key]);
  });

  it('tells of the permissions that were never created', async () => {
    const requests = await shareRequests();
    const inherited = await requests.createFile('a');
    const given = await requests.createFile('b', 0, { 'x-ms-file-permission': sddl });
    for (const answer of [inherited, given]) {
      const seen = await get(requests, answer.headers.get('x-ms-file-permission-key') ?? '');
      expect(JSON.parse(seen.text).permission).toMatch(/^O:.*G:.*D:.*S:NO_ACCESS_CONTROL$/);
    }
  });

  it('takes SDDL by its name', async () => {
    const requests = await shareRequests();
    const created = await create(requests, sddl, { format: 'Sddl' });
    const key = created.headers.get('x-ms-file-permission-key') ?? '';
    expect((await get(requests, key, { 'x-ms-file-permission-format': 'Sddl' })).status).toBe(200);
  });

  it('refuses binary descriptors and says why', async () => {
    const requests = await shareRequests();
    const key = await keyOf(requests, sddl);
    for (const answer of [
      await create(requests, 'AQAUhA==', { format: 'Binary' }),
      await get(requests, key, { 'x-ms-file-permission-format': 'Binary' }),
    ]) {
      expect([answer.status, answer.code]).toEqual([400, 'InvalidHeaderValue']);
      expect(answer.text).toContain('This emulator keeps permissions in SDDL only.');
    }
  });

  it.each(['invalidPermission', '', 'O:SYG:SY', 'D:(A;;FA;;;SY)', `${sddl})`, sddl.replace('(A;;', '(')])(
    'refuses the descriptor %j',
    async (permission) => {
      const answer = await create(await shareRequests(), permission);
      expect([answer.status, answer.code]).toEqual([400, 'FileInvalidPermission']);
    },
  );

  it.each([
    '',
    'not JSON',
    '[]',
    'null',
    '"text"',
    '{}',
    '{"permission":1}',
    '{"permission":"x","format":1}',
  ])('refuses the document %j', async (body) => {
    const requests = await shareRequests();
    const answer = await requests.put(target, {}, body);
    expect([answer.status, answer.code]).toEqual([400, 'InvalidInput']);
  });

  it.each([
    ['invalidPermission', 'InvalidHeaderValue'],
    ['1', 'InvalidHeaderValue'],
    ['1*2', 'FileInvalidPermissionKey'],
  ])('refuses the key %s', async (key, code) => {
    const answer = await get(await shareRequests(), key);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });

  it('needs a key', async () => {
    const answer = await (await shareRequests()).get(target);
    expect([answer.status, answer.code]).toEqual([400, 'MissingRequiredHeader']);
  });

  it('takes descriptors that are too long for a header', async () => {
    const requests = await shareRequests();
    const long = `${sddl}${'(A;;FA;;;BA)'.repeat(2000)}`;
    expect(JSON.parse((await get(requests, await keyOf(requests, long))).text).permission).toBe(
      `${long}S:NO_ACCESS_CONTROL`,
    );
  });
});
