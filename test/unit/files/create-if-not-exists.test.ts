import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/files/index.js';
import type { ScriptedExchange } from '../../../src/simulation/scripted-transport.js';
import { rejection } from '../../support/rejection.js';
import { type ScriptedClient, scriptedClient, version } from './scripted-client.js';

const path = 'd/lock';
const lost = () => new NetworkError('ConnectionFailed', 'the connection broke', { retryable: true });
const never = new NetworkError('ConnectionFailed', 'refused', { retryable: true, mayHaveBeenSent: false });
const found = { ...version, 'Content-Length': '0' };

interface Started extends ScriptedClient {
  readonly creating: Promise<unknown>;
  /** The path of the temporary file in URLs. */
  readonly temporary: string;
  /** The next request: its method, what it is about, and the exchange. */
  next(): Promise<{ what: string; exchange: ScriptedExchange }>;
}

/** Calls createIfNotExists, and answers the creation of the temporary file. */
async function started(request: { data?: Uint8Array; signal?: AbortSignal } = {}): Promise<Started> {
  const scripted = scriptedClient();
  const { client, transport } = scripted;
  const creating = client.files.createIfNotExists({ path, ...request });
  creating.catch(() => {});
  const create = await transport.next();
  const temporary = create.request.target;
  expect(temporary).toMatch(/^\/data\/d\/\.azstore-[0-9a-f-]{36}\.tmp$/);
  create.answer(201, version);
  return {
    ...scripted,
    creating,
    temporary,
    async next() {
      const exchange = await transport.next();
      const { target, method } = exchange.request;
      const file = target.startsWith(temporary) ? 'temporary' : 'final';
      return {
        what: `${method} ${file}${target.includes('?') ? target.slice(target.indexOf('?')) : ''}`,
        exchange,
      };
    },
  };
}

describe('createIfNotExists', () => {
  it('writes under a temporary name and renames without replacing', async () => {
    const { creating, temporary, next, transport } = await started({ data: new Uint8Array(3) });
    const put = await next();
    expect(put.what).toBe('PUT temporary?comp=range');
    put.exchange.answer(201, version);
    const rename = await next();
    expect(rename.what).toBe('PUT final?comp=rename');
    const { headers } = rename.exchange.request;
    expect(headers.get('x-ms-file-rename-source')).toBe(`https://acct.file.core.windows.net${temporary}`);
    expect(headers.has('x-ms-file-rename-replace-if-exists')).toBe(false);
    rename.exchange.answer(200, { ...version, ETag: '"0xNEW"' });
    expect(await creating).toMatchObject({ share: 'data', path, size: 3, etag: '"0xNEW"' });
    expect(await transport.untaken()).toBe(0);
  });

  it('removes the temporary file when the name is taken', async () => {
    const { creating, next, transport } = await started();
    (await next()).exchange.refuse(409, 'ResourceAlreadyExists');
    const remove = await next();
    expect(remove.what).toBe('DELETE temporary');
    remove.exchange.answer(202);
    await expect(creating).rejects.toMatchObject({ code: 'FileAlreadyExists', share: 'data', path });
    expect(await transport.untaken()).toBe(0);
  });

  it('takes a rename whose answer was lost for done when the temporary name is gone', async () => {
    const { creating, next, transport } = await started();
    (await next()).exchange.fail(lost());
    const look = await next();
    expect(look.what).toBe('HEAD temporary');
    look.exchange.refuse(404, 'ResourceNotFound');
    const result = await next();
    expect(result.what).toBe('HEAD final');
    result.exchange.answer(200, { ...found, ETag: '"0xDONE"' });
    expect(await creating).toMatchObject({ path, etag: '"0xDONE"' });
    expect(await transport.untaken()).toBe(0);
  });

  it('renames again when the answer was lost and the temporary name is still there', async () => {
    const { creating, next } = await started();
    (await next()).exchange.fail(lost());
    (await next()).exchange.answer(200, found);
    const again = await next();
    expect(again.what).toBe('PUT final?comp=rename');
    again.exchange.answer(200, version);
    await expect(creating).resolves.toMatchObject({ path });
  });

  it('takes itself for the winner when the first rename lands while the second is under way', async () => {
    const { creating, next } = await started();
    (await next()).exchange.fail(lost());
    (await next()).exchange.answer(200, found);
    (await next()).exchange.refuse(409, 'ResourceAlreadyExists');
    (await next()).exchange.refuse(404, 'ResourceNotFound');
    (await next()).exchange.answer(200, found);
    await expect(creating).resolves.toMatchObject({ path });
  });

  it('takes somebody else for the winner when its temporary file is still there', async () => {
    const { creating, next } = await started();
    (await next()).exchange.fail(lost());
    (await next()).exchange.answer(200, found);
    (await next()).exchange.refuse(409, 'ResourceAlreadyExists');
    (await next()).exchange.answer(200, found);
    const remove = await next();
    expect(remove.what).toBe('DELETE temporary');
    remove.exchange.answer(202);
    await expect(creating).rejects.toMatchObject({ code: 'FileAlreadyExists' });
  });

  it('gives up after three renames without an answer, and sweeps up', async () => {
    const { creating, next } = await started();
    for (let round = 0; round < 3; round++) {
      (await next()).exchange.fail(lost());
      (await next()).exchange.answer(200, found);
    }
    await expect(creating).rejects.toMatchObject({ name: 'NetworkError', code: 'ConnectionFailed' });
    expect((await next()).what).toBe('DELETE temporary');
  });

  it('sends the rename again when it certainly did not arrive', async () => {
    const { creating, next, clock } = await started();
    (await next()).exchange.fail(never);
    await clock.advance(2000);
    const again = await next();
    expect(again.what).toBe('PUT final?comp=rename');
    again.exchange.answer(200, version);
    await expect(creating).resolves.toMatchObject({ path });
  });

  it('rejects at once when it is aborted, and removes the temporary file behind it', async () => {
    const controller = new AbortController();
    const { creating, next } = await started({ signal: controller.signal });
    const rename = await next();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(creating).rejects.toBe(reason);
    expect(rename.exchange.cancelled).toBe(true);
    expect((await next()).what).toBe('DELETE temporary');
  });

  it('keeps quiet when the temporary file cannot be removed', async () => {
    const { creating, next } = await started();
    (await next()).exchange.refuse(409, 'ResourceAlreadyExists');
    (await next()).exchange.refuse(403, 'AuthorizationPermissionMismatch');
    await expect(creating).rejects.toMatchObject({ code: 'FileAlreadyExists' });
  });

  it('does not look for a temporary file whose creation was refused', async () => {
    const { client, transport } = scriptedClient();
    const creating = client.files.createIfNotExists({ path });
    (await transport.next()).refuse(404, 'ParentNotFound');
    await expect(creating).rejects.toMatchObject({ code: 'ParentNotFound', share: 'data', path });
    expect(await transport.untaken()).toBe(0);
  });

  it.each([
    [{ size: 2, data: new Uint8Array(3) }, 'size must be at least the length of data'],
    [{ data: 'text' as unknown as Uint8Array }, 'data must be a Uint8Array'],
    [{ smb: { attributes: 'Odd' } }, 'attributes must be names joined by a bar'],
    [{ metadata: { 'a-b': '1' } }, 'metadata must have names'],
  ])('refuses %j before it writes anything', async (request, message) => {
    const { client, transport } = scriptedClient();
    await expect(client.files.createIfNotExists({ path, ...request })).rejects.toThrow(message);
    expect(transport.received).toBe(0);
  });

  it('names the file once when somebody else was first', async () => {
    const { client, transport } = scriptedClient();
    const creating = rejection<Error>(client.files.createIfNotExists({ path: 'd/f' }));
    (await transport.next()).answer(201, version);
    (await transport.next()).refuse(409, 'ResourceAlreadyExists');
    (await transport.next()).answer(202);
    expect((await creating).message).toMatch(/^data\/d\/f: exists already \(RenameFile failed/);
  });
});
