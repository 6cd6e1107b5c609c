import { describe, expect, it } from 'vitest';
import { createEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient, NetworkError } from '../../../src/files/index.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { rejection } from '../../support/rejection.js';

const path = 'a.txt';
const bytes = (text: string): Uint8Array => Buffer.from(text);

type Interference = (what: string) => 'send' | 'lose answer' | 'lose request';

interface Setting {
  readonly client: AzureFilesClient;
  readonly clock: ManualClock;
  /** Another client of the same service, undisturbed. */
  readonly other: AzureFilesClient;
  /** What was sent since the last time, as `METHOD name?query action`. */
  sent(): string[];
  /** What happens to requests of `client` from now on. */
  interfere(how: Interference): void;
  /** Lets time pass until a promise has settled. */
  settled<T>(promise: Promise<T>): Promise<T>;
  readonly adjusted: Record<string, number>;
}

async function setting(content = 'abc'): Promise<Setting> {
  const clock = new ManualClock();
  const { transport, connectionString } = createEmulator({ shares: ['data'], clock });
  const requests: string[] = [];
  const adjusted: Record<string, number> = {};
  let interference: Interference = () => 'send';
  const options = {
    credentials: { type: 'connection_string', connectionString },
    defaultShare: 'data',
    clock,
  } as const;
  const lost = () => new NetworkError('ConnectionFailed', 'the connection broke', { retryable: true });
  const client = new AzureFilesClient({
    ...options,
    telemetry: {
      adjust(name, change) {
        adjusted[name] = (adjusted[name] ?? 0) + change;
      },
    },
    transport: {
      async send(request, call) {
        const [name = '', query] = request.target.slice('/devstoreaccount1/data/'.length).split('?');
        const shown = name.replace(/\.azstore-[0-9a-f-]+\.tmp/, 'TMP');
        const what = [`${request.method} ${shown}`, query, request.headers.get('x-ms-lease-action')]
          .filter((part) => part !== undefined)
          .join(' ');
        requests.push(what);
        const fate = interference(what);
        if (fate === 'lose request') throw lost();
        const response = await transport.send(request, call);
        if (fate === 'lose answer') throw lost();
        return response;
      },
    },
  });
  const other = new AzureFilesClient({ ...options, transport });
  await other.files.write({ path, data: bytes(content) });
  await other.files.setMetadata({ path, metadata: { owner: 'me' } });
  return {
    client,
    clock,
    other,
    sent: () => requests.splice(0),
    interfere(how) {
      interference = how;
    },
    async settled(promise) {
      let done = false;
      const end = () => {
        done = true;
      };
      promise.then(end, end);
      for (let step = 0; step < 3_000 && !done; step++) await clock.advance(100);
      return promise;
    },
    adjusted,
  };
}

async function textOf({ other }: Setting, name = path): Promise<string> {
  return Buffer.from((await other.files.read({ path: name })).data).toString();
}

async function namesIn({ other }: Setting): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of other.directories.walk({ includeLeaseRecords: true })) names.push(entry.name);
  return names;
}

/** Once for the first request that is so; everything else is sent. */
function once(which: (what: string) => boolean, fate: 'lose answer' | 'lose request'): Interference {
  let done = false;
  return (what) => {
    if (done || !which(what)) return 'send';
    done = true;
    return fate;
  };
}

describe('the lease id that a request names', () => {
  it('is refused before anything is sent once the lease is over', async () => {
    const { client, clock, sent } = await setting();
    const lease = await client.leases.acquire({ path, durationSeconds: 15 });
    const { id } = lease;
    await clock.advance(15_000);
    sent();
    for (const leaseId of [id, id.toUpperCase(), `{${id}}`, id.replaceAll('-', '')]) {
      expect(await rejection(client.files.write({ path, data: bytes('x'), leaseId }))).toMatchObject({
        name: 'LeaseError',
        code: 'LeaseExpired',
      });
    }
    expect(sent()).toEqual([]);
  });

  it('is refused in the same way once it was given back', async () => {
    const { client, sent } = await setting();
    const lease = await client.leases.acquire({ path });
    const { id } = lease;
    await client.leases.release(lease);
    sent();
    expect(await rejection(client.files.delete({ path, leaseId: id }))).toMatchObject({ code: 'LeaseLost' });
    expect(sent()).toEqual([]);
  });

  it('is left to the service when another process took it', async () => {
    const { client, other, sent } = await setting();
    const lease = await other.leases.acquire({ path });
    sent();
    await client.files.write({ path, data: bytes('xyz'), leaseId: lease.id });
    expect(sent().length).toBeGreaterThan(0);
  });
});

describe('the number of leases held', () => {
  it('goes up and down with them, also when one is lost', async () => {
    const { client, clock, adjusted } = await setting();
    const name = 'azure_files_active_leases';
    const lease = await client.leases.acquire({ path, durationSeconds: 15 });
    expect(adjusted[name]).toBe(1);
    await clock.advance(15_000);
    expect(adjusted[name]).toBe(0);
    await client.leases.release(lease).catch(() => {});
    expect(adjusted[name]).toBe(0);
  });
});

describe('a write to a file that somebody else has locked', () => {
  it('is refused at once with waitMs: 0', async () => {
    const { client, other, sent } = await setting();
    await other.leases.acquire({ path });
    const error = await rejection(client.files.write({ path, data: bytes('x'), waitMs: 0 }));
    expect(error).toMatchObject({ code: 'FileLocked', attempts: 1 });
    expect(sent()).toEqual([`PUT ${path} comp=properties`]);
  });

  it('waits for the lock as long as waitMs says', async () => {
    const { client, other, clock, settled } = await setting();
    const lease = await other.leases.acquire({ path });
    const writing = client.files.write({ path, data: bytes('mine'), waitMs: 60_000 });
    await clock.advance(20_000);
    await other.leases.release(lease);
    await settled(writing);
    const held = await other.leases.acquire({ path });
    const startedAt = clock.monotonic();
    const refused = settled(client.files.delete({ path, waitMs: 5_000 }));
    expect(await rejection(refused)).toMatchObject({ code: 'FileLocked' });
    expect(clock.monotonic() - startedAt).toBeGreaterThanOrEqual(5_000);
    expect(clock.monotonic() - startedAt).toBeLessThan(6_000);
    await other.leases.release(held);
  });

  it.each([-1, Number.NaN, 86_400_001])('refuses %d as a wait', async (waitMs) => {
    const { client } = await setting();
    const error = await rejection(client.files.delete({ path, waitMs }));
    expect(error).toMatchObject({ name: 'ConfigurationError' });
  });
});

describe('a rename under a lock', () => {
  it('takes the lock with it: the guard goes on under the new name', async () => {
    const scene = await setting();
    const { client, clock, sent, settled } = scene;
    await settled(
      client.leases.withLock({ path, durationSeconds: 15 }, async (guard) => {
        sent();
        await client.files.rename({ path, newPath: 'b.txt', leaseId: guard.id });
        expect(sent()).toEqual([
          'HEAD .b.txt.lease',
          'HEAD b.txt',
          'PUT .b.txt.lease',
          'PUT .a.txt.lease comp=lease acquire',
          'PUT b.txt comp=rename',
          'HEAD b.txt',
          'PUT .b.txt.lease',
          'DELETE .a.txt.lease',
        ]);
        await clock.advance(40_000);
        await client.files.write({ path: 'b.txt', data: bytes('new'), leaseId: guard.id });
      }),
    );
    expect(await textOf(scene, 'b.txt')).toBe('new');
    expect(await namesIn(scene)).toEqual(['.b.txt.lease', 'b.txt']);
    expect((await scene.other.files.getProperties({ path: 'b.txt' })).lease?.status).toBe('unlocked');
  });

  it('stays where the file stays when it is refused', async () => {
    const scene = await setting();
    const { client, other, clock } = scene;
    await other.files.write({ path: 'b.txt', data: bytes('old') });
    await using lease = await client.leases.acquireAutoRenewing({ path, durationSeconds: 15 });
    const error = await rejection(client.files.rename({ path, newPath: 'b.txt', leaseId: lease.id }));
    expect(error).toMatchObject({ code: 'FileAlreadyExists' });
    await clock.advance(40_000);
    expect(lease.path).toBe(path);
    await client.files.write({ path, data: bytes('mine'), leaseId: lease.id });
  });

  it('finds the file again when the answer was lost', async () => {
    const scene = await setting();
    const { client, clock, interfere } = scene;
    await using lease = await client.leases.acquireAutoRenewing({ path, durationSeconds: 15 });
    interfere(once((what) => what.includes('comp=rename'), 'lose answer'));
    await rejection(client.files.rename({ path, newPath: 'b.txt', leaseId: lease.id }));
    await clock.advance(40_000);
    expect(lease.lost).toBeUndefined();
    expect(lease.path).toBe('b.txt');
  });

  it('gives the lock of another process a record under the new name, so that it ends there too', async () => {
    const scene = await setting();
    const { client, other, settled } = scene;
    const lease = await other.leases.acquire({ path, durationSeconds: 15 });
    await client.files.rename({ path, newPath: 'b.txt', leaseId: lease.id });
    expect(await namesIn(scene)).toContain('.b.txt.lease');
    await settled(client.leases.acquire({ path: 'b.txt', waitMs: 60_000 }));
  });

  it('does not make a lease of somebody else look like one that ends', async () => {
    const scene = await setting();
    const { client, other } = scene;
    await other.files.write({ path: 'b.txt', data: bytes('old') });
    const foreign = await other.leases.acquire({ path: 'b.txt', durationSeconds: -1 });
    await using lease = await client.leases.acquireAutoRenewing({ path });
    await rejection(
      client.files.rename({ path, newPath: 'b.txt', replace: true, leaseId: lease.id, waitMs: 0 }),
    );
    expect(await namesIn(scene)).not.toContain('.b.txt.lease');
    await other.leases.release(foreign);
  });
});

describe('an atomic write', () => {
  it('leases the new file under the same id before it takes the name', async () => {
    const { client, sent } = await setting();
    await using lease = await client.leases.acquireAutoRenewing({ path });
    sent();
    await client.files.write({ path, data: bytes('new'), atomic: true, leaseId: lease.id });
    expect(sent()).toEqual([
      `HEAD ${path}`,
      'PUT TMP',
      'PUT TMP comp=range',
      'PUT TMP comp=lease acquire',
      `PUT ${path} comp=rename`,
    ]);
  });

  it('is done when the answer to the rename was lost', async () => {
    const scene = await setting();
    const { client, interfere } = scene;
    await using lease = await client.leases.acquireAutoRenewing({ path });
    interfere(once((what) => what.includes('comp=rename'), 'lose answer'));
    await client.files.write({ path, data: bytes('new'), atomic: true, leaseId: lease.id });
    expect(await textOf(scene)).toBe('new');
    expect(await namesIn(scene)).toEqual(['.a.txt.lease', path]);
  });

  it('leaves the old file and nothing beside it when the lock is lost before its end', async () => {
    const scene = await setting();
    const { client, other, interfere } = scene;
    const lease = await client.leases.acquireAutoRenewing({ path });
    interfere((what) => {
      if (what.includes('TMP comp=lease')) void other.leases.breakLease({ path });
      return 'send';
    });
    const writing = client.files.write({ path, data: bytes('new'), atomic: true, leaseId: lease.id });
    expect(await rejection(writing)).toMatchObject({ name: 'LeaseError' });
    expect(await textOf(scene)).toBe('abc');
    expect(await namesIn(scene)).toEqual(['.a.txt.lease', path]);
    await lease.release();
  });
});

describe('a directory that is renamed', () => {
  it('takes its files along with their locks: the holder loses it, and another one waits as after a death', async () => {
    const scene = await setting();
    const { client, other, clock, settled } = scene;
    await other.directories.create({ path: 'old' });
    await other.files.write({ path: 'old/a.txt', data: bytes('abc') });
    const lost = client.leases.withLock({ path: 'old/a.txt', durationSeconds: 15 }, async ({ signal }) => {
      await other.directories.rename({ path: 'old', newPath: 'new' });
      expect(await other.leases.inspect({ path: 'new/a.txt' })).toMatchObject({ status: 'locked' });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    expect(await rejection(settled(lost))).toMatchObject({ code: 'LeaseLost' });
    const since = clock.monotonic();
    await settled(other.leases.withLock({ path: 'new/a.txt', waitMs: 60_000 }, async () => {}));
    expect(clock.monotonic() - since).toBeLessThan(60_000);
  });
});

describe('updateIfMatch', () => {
  it('loses no update of many at the same time', async () => {
    const scene = await setting('0');
    const { client, other, settled } = scene;
    const increment = (by: AzureFilesClient) =>
      by.files.updateIfMatch({ path }, ({ data }) => bytes(String(Number(Buffer.from(data)) + 1)));
    await settled(Promise.all(Array.from({ length: 12 }, (_, i) => increment(i % 2 === 0 ? client : other))));
    expect(await textOf(scene)).toBe('12');
    expect((await other.files.getMetadata({ path })).owner).toBe('me');
  });

  it('gives up when the lock cannot be had in time', async () => {
    const { client, other, settled } = await setting();
    await other.leases.acquire({ path, durationSeconds: -1 });
    const updating = client.files.updateIfMatch({ path, waitMs: 2_000 }, () => bytes('x'));
    expect(await rejection(settled(updating))).toMatchObject({ code: 'LeaseAlreadyPresent' });
  });

  it('begins again when its lock is lost before anything was written', async () => {
    const scene = await setting('0');
    const { client, other, interfere, settled } = scene;
    let calls = 0;
    interfere(once((what) => what === `PUT ${path} comp=rename`, 'lose request'));
    const update = await settled(
      client.files.updateIfMatch({ path }, async ({ data }) => {
        calls += 1;
        if (calls === 2) await other.leases.breakLease({ path });
        if (calls === 1) await other.files.write({ path, data: bytes('5') });
        return bytes(`${Buffer.from(data).toString()}+`);
      }),
    );
    expect(Buffer.from(update.data).toString()).toBe('5+');
    expect(calls).toBe(3);
  });

  it('ends at once when it is aborted', async () => {
    const { client, other } = await setting();
    const lease = await other.leases.acquire({ path });
    const controller = new AbortController();
    const updating = client.files.updateIfMatch({ path, signal: controller.signal }, () => bytes('x'));
    const ended = rejection(updating);
    controller.abort(new Error('enough'));
    expect(await ended).toMatchObject({ message: 'enough' });
    await other.leases.release(lease);
  });
});

describe('append', () => {
  it('marks, grows, writes and takes the mark away, under its own lock', async () => {
    const { client, sent } = await setting();
    await client.files.append({ path, data: bytes('d') });
    sent();
    await client.files.append({ path, data: bytes('e') });
    expect(sent()).toEqual([
      'HEAD .a.txt.lease',
      `PUT ${path} comp=lease acquire`,
      'PUT .a.txt.lease',
      `HEAD ${path}`,
      `PUT ${path} comp=metadata`,
      `PUT ${path} comp=properties`,
      `PUT ${path} comp=range`,
      `PUT ${path} comp=metadata`,
      `PUT ${path} comp=lease release`,
    ]);
  });

  it('begins anew under another lock when nobody knows whether the mark was set', async () => {
    const scene = await setting();
    const { client, interfere, sent, settled } = scene;
    interfere(once((what) => what.includes('comp=metadata'), 'lose answer'));
    await settled(client.files.append({ path, data: bytes('d') }));
    expect(sent().filter((what) => what.endsWith('acquire'))).toHaveLength(2);
    expect(await textOf(scene)).toBe('abcd');
    expect(await scene.other.files.getMetadata({ path })).toEqual({ owner: 'me' });
  });

  it('undoes what it has done when it fails, and says why', async () => {
    const scene = await setting();
    const { client, interfere, settled } = scene;
    interfere((what) => (what.includes('comp=range') ? 'lose request' : 'send'));
    const error = await rejection(settled(client.files.append({ path, data: bytes('d') })));
    expect(error).toMatchObject({ name: 'NetworkError', code: 'ConnectionFailed' });
    expect(await textOf(scene)).toBe('abc');
  });

  it('is undone by the next who takes the lock when its process died', async () => {
    const scene = await setting();
    const { client, other, interfere, settled } = scene;
    let dead = false;
    interfere((what) => {
      dead ||= what.includes('comp=range');
      return dead ? 'lose request' : 'send';
    });
    await rejection(settled(client.files.append({ path, data: bytes('d') })));
    expect((await other.files.getProperties({ path })).size).toBe(4);
    const content = await settled(
      other.leases.withLock({ path }, (guard) => other.files.read({ path, leaseId: guard.id })),
    );
    expect(Buffer.from(content.data).toString()).toBe('abc');
    expect(content.properties.metadata).toEqual({ owner: 'me' });
  });

  it('stays where its process died when all of it was there but the mark', async () => {
    const scene = await setting();
    const { client, interfere, settled, other } = scene;
    let marks = 0;
    let dead = false;
    interfere((what) => {
      if (what.includes('comp=metadata')) marks += 1;
      dead ||= marks === 2;
      return dead ? 'lose request' : 'send';
    });
    const error = await rejection(settled(client.files.append({ path, data: bytes('d') })));
    expect(error).toMatchObject({ name: 'NetworkError' });
    await settled(other.files.append({ path, data: bytes('e') }));
    // Nobody was told that it was done, so it is as if it had not begun.
    expect(await textOf(scene)).toBe('abce');
  });

  it('does not cut off what somebody without a lock wrote after an append was broken off', async () => {
    const scene = await setting();
    const { other, settled } = scene;
    await other.files.setMetadata({ path, metadata: { azstore_append: '1-2' } });
    await other.files.write({ path, data: bytes('longer') });
    await settled(other.files.append({ path, data: bytes('!') }));
    expect(await textOf(scene)).toBe('longer!');
    expect(await other.files.getMetadata({ path })).toEqual({});
  });
});

describe('a lock on a host that is left alone for its failures', () => {
  it('is renewed all the same, and shows that the host is well again', async () => {
    const { client, clock, interfere } = await setting();
    await using lease = await client.leases.acquireAutoRenewing({ path, durationSeconds: 15 });
    interfere((what) => (what.startsWith('GET') ? 'lose request' : 'send'));
    const reading = rejection(Promise.all([1, 2].map(() => client.files.read({ path, leaseId: lease.id }))));
    await clock.advance(4_000);
    await reading;
    interfere(() => 'send');
    // The host is left alone for 30 seconds, but not by what keeps the lock.
    await clock.advance(25_000);
    expect(lease.lost).toBeUndefined();
    await client.files.read({ path, leaseId: lease.id });
  });
});

describe('a recursive delete', () => {
  it('keeps the record of a file that is locked, as its lease would be without end', async () => {
    const scene = await setting();
    const { client, other, settled } = scene;
    await other.files.write({ path: 'free.txt', data: bytes('x') });
    await other.leases.release(await other.leases.acquire({ path: 'free.txt' }));
    await using _lease = await other.leases.acquireAutoRenewing({ path, durationSeconds: 60 });
    const error = await rejection(settled(client.directories.deleteRecursive({ path: '' })));
    expect(error).toMatchObject({ code: 'DirectoryNotEmpty', failures: [{ path }] });
    expect(await namesIn(scene)).toEqual(['.a.txt.lease', path]);
  });

  it('removes what a writer left behind that died right before the end', async () => {
    const scene = await setting();
    const { client, other, interfere, settled } = scene;
    await using lease = await other.leases.acquireAutoRenewing({ path });
    let dead = false;
    interfere((what) => {
      dead ||= what.includes('comp=rename');
      return dead ? 'lose request' : 'send';
    });
    const { id: leaseId } = lease;
    await rejection(settled(client.files.write({ path, data: bytes('new'), atomic: true, leaseId })));
    expect((await namesIn(scene)).some((name) => name.startsWith('.azstore-'))).toBe(true);
    interfere(() => 'send');
    await lease.release();
    await other.directories.deleteRecursive({ path: '' });
    expect(await namesIn(scene)).toEqual([]);
  });
});
