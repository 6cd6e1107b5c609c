import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/files/index.js';
import { type ScriptedClient, scriptedClient } from './scripted-client.js';

const lost = () => new NetworkError('ConnectionFailed', 'the connection broke', { retryable: true });

const deletes: readonly [string, (scripted: ScriptedClient) => Promise<unknown>, string][] = [
  ['a file', ({ client }) => client.files.delete({ path: 'a' }), 'FileNotFound'],
  ['a directory', ({ client }) => client.directories.delete({ path: 'a' }), 'DirectoryNotFound'],
];

describe('deleting', () => {
  it.each(deletes)('counts %s as deleted when an earlier request may have done it', async (_what, remove) => {
    const scripted = scriptedClient();
    const deleting = remove(scripted);
    (await scripted.transport.next()).fail(lost());
    await scripted.clock.advance(2000);
    (await scripted.transport.next()).refuse(404, 'ResourceNotFound');
    await expect(deleting).resolves.toBeUndefined();
  });

  it.each(deletes)(
    'says that %s is not there when the first request says so',
    async (_what, remove, code) => {
      const scripted = scriptedClient();
      const deleting = remove(scripted);
      (await scripted.transport.next()).refuse(404, 'ResourceNotFound');
      await expect(deleting).rejects.toMatchObject({ code, attempts: 1 });
    },
  );

  it.each(deletes)('says of %s that the share is gone, also after a retry', async (_what, remove) => {
    const scripted = scriptedClient();
    const deleting = remove(scripted);
    deleting.catch(() => {});
    (await scripted.transport.next()).fail(lost());
    await scripted.clock.advance(2000);
    (await scripted.transport.next()).refuse(404, 'ShareNotFound');
    await expect(deleting).rejects.toMatchObject({ code: 'ShareNotFound' });
  });

  it('tells that it deleted what an earlier request deleted', async () => {
    const { client, transport, clock } = scriptedClient();
    const deleting = client.files.deleteIfExists({ path: 'a' });
    (await transport.next()).fail(lost());
    await clock.advance(2000);
    (await transport.next()).refuse(404, 'ResourceNotFound');
    expect(await deleting).toBe(true);
  });

  it('does not delete the root of a share', async () => {
    const { client, transport } = scriptedClient();
    await expect(client.directories.delete({ path: '' })).rejects.toMatchObject({ code: 'InvalidPath' });
    expect(transport.received).toBe(0);
  });

  it('counts a copy as aborted when an earlier request may have done it', async () => {
    const { client, transport, clock } = scriptedClient();
    const aborting = client.files.abortCopy({ path: 'a', copyId: '11111111-2222-3333-4444-555555555555' });
    (await transport.next()).fail(lost());
    await clock.advance(2000);
    (await transport.next()).refuse(409, 'NoPendingCopyOperation');
    await expect(aborting).resolves.toBeUndefined();
  });
});

const listing = (entries: string) =>
  `<EnumerationResults><Entries>${entries}</Entries><NextMarker /></EnumerationResults>`;
const properties = (size: string) =>
  `<Properties>${size}<Last-Modified>Wed, 07 Dec 2022 04:02:49 GMT</Last-Modified><Etag>"0x1"</Etag></Properties>`;
const file = (name: string) =>
  `<File><Name>${name}</Name>${properties('<Content-Length>1</Content-Length>')}</File>`;
const folder = (name: string) => `<Directory><Name>${name}</Name>${properties('')}</Directory>`;

describe('deleteRecursive', () => {
  it('deletes files first, then directories from the bottom up', async () => {
    const { client, transport } = scriptedClient({ concurrency: 1 });
    const deleting = client.directories.deleteRecursive('data', 'd');
    const targets: string[] = [];
    const answers: Record<string, string> = {
      '/data/d': listing(file('1') + folder('e')),
      '/data/d/e': listing(file('2')),
    };
    for (let request = 0; request < 6; request++) {
      const exchange = await transport.next();
      const [target = ''] = exchange.request.target.split('?');
      targets.push(`${exchange.request.method} ${target}`);
      if (exchange.request.method === 'GET') exchange.answer(200, {}, answers[target] ?? '');
      else exchange.answer(202);
    }
    expect(await deleting).toEqual({ filesDeleted: 2, directoriesDeleted: 2, alreadyGone: 0 });
    expect(targets).toEqual([
      'GET /data/d',
      'GET /data/d/e',
      'DELETE /data/d/1',
      'DELETE /data/d/e/2',
      'DELETE /data/d/e',
      'DELETE /data/d',
    ]);
  });

  it('counts what others deleted meanwhile', async () => {
    const { client, transport } = scriptedClient({ concurrency: 1 });
    const deleting = client.directories.deleteRecursive({ path: 'd' });
    (await transport.next()).answer(200, {}, listing(file('1') + folder('e')));
    (await transport.next()).refuse(404, 'ResourceNotFound');
    for (let request = 0; request < 3; request++) (await transport.next()).refuse(404, 'ResourceNotFound');
    expect(await deleting).toEqual({ filesDeleted: 0, directoriesDeleted: 0, alreadyGone: 3 });
  });

  it('deletes at most as many files at a time as allowed', async () => {
    const { client, transport } = scriptedClient();
    const deleting = client.directories.deleteRecursive({ path: 'd', concurrency: 2 });
    deleting.catch(() => {});
    (await transport.next()).answer(200, {}, listing([1, 2, 3, 4].map((n) => file(`${n}`)).join('')));
    await transport.next();
    await transport.next();
    expect(await transport.untaken()).toBe(0);
  });

  it('keeps the directories above what it could not delete, without asking', async () => {
    const { client, transport } = scriptedClient({ concurrency: 1 });
    const deleting = client.directories.deleteRecursive({ path: 'd' });
    deleting.catch(() => {});
    (await transport.next()).answer(200, {}, listing(folder('e') + folder('f')));
    (await transport.next()).answer(200, {}, listing(file('1')));
    (await transport.next()).answer(200, {}, listing(''));
    (await transport.next()).refuse(409, 'ReadOnlyAttribute');
    const last = await transport.next();
    expect(last.request.target).toBe('/data/d/f?restype=directory');
    last.answer(202);
    const error = await deleting.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'DirectoryNotEmpty',
      path: 'd',
      failures: [{ path: 'd/e/1', error: { code: 'ReadOnly' } }],
      cause: { code: 'ReadOnly' },
    });
    expect((error as Error).message).toContain('one entry could not be deleted');
    expect(await transport.untaken()).toBe(0);
  });

  it('gives up when it is not one entry that is refused', async () => {
    const { client, transport } = scriptedClient({ concurrency: 1 });
    const deleting = client.directories.deleteRecursive({ path: 'd' });
    deleting.catch(() => {});
    (await transport.next()).answer(200, {}, listing(file('1') + file('2')));
    (await transport.next()).refuse(403, 'AuthorizationPermissionMismatch');
    await expect(deleting).rejects.toMatchObject({ name: 'AuthenticationError' });
    expect(await transport.untaken()).toBe(0);
  });

  it('counts as deleted what an earlier request may have deleted', async () => {
    const { client, transport, clock } = scriptedClient({ concurrency: 1 });
    const deleting = client.directories.deleteRecursive({ path: 'd' });
    (await transport.next()).answer(200, {}, listing(file('1')));
    (await transport.next()).fail(lost());
    await clock.advance(2000);
    (await transport.next()).refuse(404, 'ResourceNotFound');
    (await transport.next()).answer(202);
    expect(await deleting).toEqual({ filesDeleted: 1, directoriesDeleted: 1, alreadyGone: 0 });
  });

  it('stops when it is aborted', async () => {
    const { client, transport } = scriptedClient();
    const controller = new AbortController();
    const deleting = client.directories.deleteRecursive({ path: 'd', signal: controller.signal });
    (await transport.next()).answer(200, {}, listing(file('1')));
    await transport.next();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(deleting).rejects.toBe(reason);
  });
});
