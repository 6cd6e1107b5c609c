import { describe, expect, it } from 'vitest';
import { type AzureFilesClient, bufferedBody, HttpHeaders, NetworkError } from '../../../src/files/index.js';
import { ScriptedTransport } from '../../../src/simulation/scripted-transport.js';
import { InterceptedTransport } from '../../support/intercepted-transport.js';
import { scriptedClient, version } from './scripted-client.js';

const lost = () => new NetworkError('ConnectionFailed', 'the connection broke', { retryable: true });

describe('creating directories', () => {
  it('does not send a creation again that may have been carried out', async () => {
    const { client, transport } = scriptedClient();
    const creating = client.directories.create({ path: 'd' });
    (await transport.next()).fail(lost());
    await expect(creating).rejects.toMatchObject({ name: 'NetworkError', attempts: 1 });
    expect(await transport.untaken()).toBe(0);
  });

  it('sends it again where "exists already" is success', async () => {
    const { client, transport, clock } = scriptedClient();
    const creating = client.directories.createIfNotExists({ path: 'd', metadata: { A: '1' } });
    (await transport.next()).fail(lost());
    await clock.advance(2000);
    const again = await transport.next();
    expect(again.request.headers.get('x-ms-meta-A')).toBe('1');
    again.refuse(409, 'ResourceAlreadyExists');
    expect(await creating).toEqual({ created: false });
  });

  it('makes a directory in one request where its parent is there', async () => {
    const { client, transport } = scriptedClient();
    const ensuring = client.directories.ensure({ path: 'a/b/c' });
    const exchange = await transport.next();
    expect(exchange.request.target).toBe('/data/a/b/c?restype=directory');
    exchange.answer(201, version);
    expect(await ensuring).toEqual({ created: true });
    expect(await transport.untaken()).toBe(0);
  });

  it('begins anew when somebody deletes what was just made', async () => {
    const { client, transport } = scriptedClient();
    const ensuring = client.directories.ensure({ path: 'a/b' });
    const answer = async (path: string, ...refusal: [number, string] | []) => {
      const exchange = await transport.next();
      expect(exchange.request.target).toBe(`/data/${path}?restype=directory`);
      if (refusal.length > 0) exchange.refuse(...(refusal as [number, string]));
      else exchange.answer(201, version);
    };
    await answer('a/b', 404, 'ParentNotFound');
    await answer('a');
    await answer('a/b', 404, 'ParentNotFound');
    await answer('a/b', 404, 'ParentNotFound');
    await answer('a');
    await answer('a/b');
    expect(await ensuring).toEqual({ created: true });
  });

  it('gives up when that happens again and again', async () => {
    const { client, transport } = scriptedClient();
    const ensuring = client.directories.ensure({ path: 'a/b' });
    ensuring.catch(() => {});
    for (let round = 0; round < 10; round++) {
      (await transport.next()).refuse(404, 'ParentNotFound');
      (await transport.next()).answer(201, version);
      (await transport.next()).refuse(404, 'ParentNotFound');
    }
    await expect(ensuring).rejects.toMatchObject({ code: 'ParentNotFound' });
    expect(await transport.untaken()).toBe(0);
  });

  it('does not go above the root', async () => {
    const { client, transport } = scriptedClient();
    const ensuring = client.directories.ensure({ path: 'a' });
    ensuring.catch(() => {});
    for (let round = 0; round < 10; round++) (await transport.next()).refuse(404, 'ParentNotFound');
    await expect(ensuring).rejects.toMatchObject({ code: 'ParentNotFound' });
  });

  it('says which share is missing', async () => {
    const { client, transport } = scriptedClient();
    const ensuring = client.directories.ensure({ path: 'a/b' });
    (await transport.next()).refuse(404, 'ShareNotFound');
    await expect(ensuring).rejects.toMatchObject({ name: 'DirectoryError', code: 'ShareNotFound' });
  });
});

describe('renaming directories', () => {
  it('does not send a rename again that may have been carried out', async () => {
    const { client, transport } = scriptedClient();
    const renaming = client.directories.rename({ path: 'a', newPath: 'b' });
    (await transport.next()).fail(lost());
    await expect(renaming).rejects.toMatchObject({ name: 'NetworkError', attempts: 1 });
  });

  it.each([
    ['', 'b'],
    ['a', '/'],
  ])('refuses to rename %j to %j', async (path, newPath) => {
    const { client, transport } = scriptedClient();
    await expect(client.directories.rename({ path, newPath })).rejects.toMatchObject({ code: 'InvalidPath' });
    expect(transport.received).toBe(0);
  });
});

const page = (entries: string, marker = '') =>
  `<EnumerationResults><Entries>${entries}</Entries><NextMarker>${marker}</NextMarker></EnumerationResults>`;
const folder = (name: string) =>
  `<Directory><Name>${name}</Name><Properties><Last-Modified>Wed, 07 Dec 2022 04:02:49 GMT</Last-Modified><Etag>"0x1"</Etag></Properties></Directory>`;

describe('listing', () => {
  it('follows markers through empty pages to the end', async () => {
    const { client, transport } = scriptedClient();
    const names: string[] = [];
    const listing = (async () => {
      for await (const { name } of client.directories.listAll({ path: 'd' })) names.push(name);
    })();
    (await transport.next()).answer(200, {}, page(folder('a'), 'one'));
    const second = await transport.next();
    expect(second.query('marker')).toBe('one');
    second.answer(200, {}, page('', 'two'));
    const third = await transport.next();
    expect(third.query('marker')).toBe('two');
    third.answer(200, {}, page(folder('b')));
    await listing;
    expect(names).toEqual(['a', 'b']);
  });

  it('fetches a page only when the one before is used up', async () => {
    const { client, transport } = scriptedClient();
    const entries = client.directories.listAll()[Symbol.asyncIterator]();
    const first = entries.next();
    (await transport.next()).answer(200, {}, page(folder('a') + folder('b'), 'more'));
    await first;
    await entries.next();
    expect(await transport.untaken()).toBe(0);
    void entries.next().catch(() => {});
    await transport.next();
  });

  it('does not follow a marker in a circle', async () => {
    const { client, transport } = scriptedClient();
    const listing = (async () => {
      for await (const _entry of client.directories.listAll());
    })();
    (await transport.next()).answer(200, {}, page('', 'same'));
    (await transport.next()).answer(200, {}, page('', 'same'));
    await expect(listing).rejects.toMatchObject({ name: 'ServerError', code: 'UnexpectedAnswer' });
  });

  it.each([
    ['pageSize 0', { pageSize: 0 }, 'pageSize must be an integer from 1 to 5000, got 0'],
    ['pageSize 5001', { pageSize: 5001 }, 'got 5001'],
    ['pageSize 1.5', { pageSize: 1.5 }, 'got 1.5'],
    [
      'an unknown include',
      { include: ['sizes' as 'attributes'] },
      'include may have attributes, permissionKey',
    ],
  ])('refuses %s', async (_what, request, message) => {
    const { client, transport } = scriptedClient();
    await expect(client.directories.list(request)).rejects.toThrow(message);
    expect(transport.received).toBe(0);
  });

  it.each([
    ['listAll', (client: AzureFilesClient) => client.directories.listAll()],
    ['walk', (client: AzureFilesClient) => client.directories.walk()],
    ['shares.list', (client: AzureFilesClient) => client.shares.list()],
  ])('%s ends with an error where markers lead round in a circle', async (_name, list) => {
    const circle: Readonly<Record<string, string>> = { a: 'b', b: 'c', c: 'a' };
    let requests = 0;
    const transport = new InterceptedTransport(new ScriptedTransport());
    transport.intercept = ({ target }) => {
      requests += 1;
      if (requests > 100) throw new Error('this goes on for ever');
      const marker = circle[/marker=(\w)/.exec(target)?.[1] ?? ''] ?? 'a';
      const xml = `<EnumerationResults><Entries /><Shares /><NextMarker>${marker}</NextMarker></EnumerationResults>`;
      return Promise.resolve({
        status: 200,
        headers: new HttpHeaders(),
        body: bufferedBody(Buffer.from(xml)),
      });
    };
    const { client } = scriptedClient({ transport });
    const all = async () => {
      for await (const _entry of list(client));
    };
    await expect(all()).rejects.toMatchObject({ name: 'ServerError', code: 'UnexpectedAnswer' });
    expect(requests).toBeLessThan(12);
  });

  it('refuses a listing that is no UTF-8', async () => {
    const { client, transport } = scriptedClient();
    const listing = client.directories.list();
    (await transport.next()).answer(200, {}, new Uint8Array([0x3c, 0xff, 0xfe]));
    await expect(listing).rejects.toMatchObject({ code: 'UnexpectedAnswer' });
  });

  it('tells its span how many entries came', async () => {
    const attributes: unknown[] = [];
    const telemetry = {
      startSpan: () => ({ setAttributes: (set: unknown) => void attributes.push(set), end: () => {} }),
    };
    const { client, transport } = scriptedClient({ telemetry });
    const listing = client.directories.list({ path: 'd' });
    (await transport.next()).answer(200, {}, page(folder('a') + folder('b')));
    await listing;
    expect(attributes).toContainEqual(expect.objectContaining({ count: 2 }));
  });
});

describe('walking', () => {
  it('lists ahead, as many directories as allowed', async () => {
    const { client, transport } = scriptedClient();
    const walking = client.directories.walk({ path: 'd', concurrency: 2 })[Symbol.asyncIterator]();
    const first = walking.next();
    (await transport.next()).answer(200, {}, page([1, 2, 3, 4].map((n) => folder(`${n}`)).join('')));
    await first;
    for (let n = 0; n < 3; n++) await walking.next();
    const after = walking.next();
    const [one, two] = [await transport.next(), await transport.next()];
    expect([one, two].map(({ request }) => request.target.split('?')[0])).toEqual(['/data/d/1', '/data/d/2']);
    expect(await transport.untaken()).toBe(0);
    two.answer(200, {}, page(folder('y')));
    one.answer(200, {}, page(folder('x')));
    expect((await after).value).toMatchObject({ path: 'd/1/x' });
    void walking.next().catch(() => {});
    expect((await transport.next()).request.target).toContain('/data/d/1/x?');
  });

  it('ends the requests that run ahead when nobody wants them any more', async () => {
    const { client, transport } = scriptedClient();
    const walking = client.directories.walk({ path: 'd', concurrency: 3 })[Symbol.asyncIterator]();
    const first = walking.next();
    (await transport.next()).answer(200, {}, page(folder('1') + folder('2')));
    await first;
    await walking.next();
    const next = walking.next();
    const ahead = [await transport.next(), await transport.next()];
    ahead[0]?.answer(200, {}, page(folder('x')));
    await next;
    await walking.return?.();
    expect(ahead[1]?.cancelled).toBe(true);
  });

  it('fails with what a listing fails with', async () => {
    const { client, transport } = scriptedClient();
    const walking = (async () => {
      for await (const _entry of client.directories.walk());
    })();
    walking.catch(() => {});
    (await transport.next()).answer(200, {}, page(folder('1') + folder('2')));
    (await transport.next()).refuse(403, 'AuthorizationPermissionMismatch');
    await expect(walking).rejects.toMatchObject({ name: 'AuthenticationError' });
  });

  it('does not start under a signal that is aborted', async () => {
    const { client, transport } = scriptedClient();
    const reason = new Error('before');
    const walking = client.directories.walk({ signal: AbortSignal.abort(reason) })[Symbol.asyncIterator]();
    await expect(walking.next()).rejects.toBe(reason);
    expect(transport.received).toBe(0);
  });

  it('refuses a concurrency of 0', async () => {
    const { client } = scriptedClient();
    const walking = client.directories.walk({ concurrency: 0 })[Symbol.asyncIterator]();
    await expect(walking.next()).rejects.toThrow('concurrency must be an integer from 1 to 256, got 0');
  });
});
