import { describe, expect, it, onTestFinished } from 'vitest';
import { pause } from '../../src/core/pause.js';
import { createEmulator, type EngineOptions } from '../../src/emulator/index.js';
import {
  AzureFilesClient,
  type AzureFilesConfig,
  type Provided,
  type ProviderContext,
} from '../../src/files/index.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { patterned } from '../support/patterned.js';
import { rejection } from '../support/rejection.js';

/* Keys and SAS that change while a client works, against the emulator: how many requests are refused, and who notices. */

const path = 'a';

async function setUp({ clock }: Pick<EngineOptions, 'clock'> = {}) {
  const answered: string[] = [];
  const emulator = createEmulator({
    clock,
    shares: ['data'],
    onRequest: ({ operation, status, code }) => answered.push(`${operation} ${status} ${code ?? ''}`.trim()),
  });
  onTestFinished(() => emulator.close());
  const { filesEndpoint: endpoint, transport } = emulator;
  const currentKey = () => /AccountKey=([^;]*)/.exec(emulator.connectionString)?.[1] ?? '';
  const connect = (credentials: AzureFilesConfig['credentials'], more: AzureFilesConfig = {}) =>
    new AzureFilesClient({ endpoint, transport, clock, defaultShare: 'data', credentials, ...more });
  await connect({ type: 'shared_key', key: currentKey() }).files.write({
    path,
    data: Buffer.from('content'),
  });
  answered.length = 0;
  return {
    emulator,
    connect,
    currentKey,
    rotate: () => emulator.regenerateKey({ keyName: 'key1' }),
    answered,
    refused: () => answered.filter((each) => each.includes(' 403 ')).length,
  };
}

/** Keeps what it read from a vault until it is told that it was refused. */
class CachedSecret {
  readonly #read: () => string | Promise<string>;
  #kept: string | Promise<string> | undefined;
  reads = 0;

  constructor(read: () => string | Promise<string>) {
    this.#read = read;
  }

  readonly get = ({ refused }: ProviderContext): string | Promise<string> => {
    if (refused) this.#kept = undefined;
    if (this.#kept === undefined) {
      this.reads += 1;
      this.#kept = this.#read();
    }
    return this.#kept;
  };
}

describe('a key that is rotated while a client works', () => {
  it('costs one refused request and no failure where the old one is kept until then', async () => {
    const { connect, currentKey, rotate, refused } = await setUp();
    const secret = new CachedSecret(currentKey);
    const { files } = connect({ type: 'shared_key', key: secret.get });
    for (let rotation = 1; rotation <= 5; rotation += 1) {
      for (let call = 0; call < 3; call += 1) expect(await files.exists({ path })).toBe(true);
      rotate();
    }
    expect(await files.exists({ path })).toBe(true);
    expect([refused(), secret.reads]).toEqual([5, 6]);
  });

  it('costs each of the calls that are under way one refused request at most', async () => {
    const { connect, currentKey, rotate, refused } = await setUp();
    const { files } = connect({ type: 'shared_key', key: new CachedSecret(currentKey).get });
    await files.exists({ path });
    rotate();
    const calls = Array.from({ length: 20 }, () => files.read({ path }));
    for (const { data } of await Promise.all(calls)) expect(Buffer.from(data).toString()).toBe('content');
    expect(refused()).toBeLessThanOrEqual(20);
  });

  it('costs nothing where the function always gives the present one', async () => {
    const { connect, currentKey, rotate, refused } = await setUp();
    const { files } = connect({ type: 'shared_key', key: currentKey });
    for (let rotation = 0; rotation < 3; rotation += 1) {
      await files.write({ path, data: Buffer.from(`${rotation}`) });
      rotate();
    }
    expect(Buffer.from((await files.read({ path })).data).toString()).toBe('2');
    expect(refused()).toBe(0);
  });

  it('costs nothing where everybody has the second one before the first is made anew', async () => {
    const { emulator, connect, currentKey, rotate, refused } = await setUp();
    let key = currentKey();
    const { files } = connect({ type: 'shared_key', key: () => key });
    await files.exists({ path });
    key = emulator.regenerateKey({ keyName: 'key2' });
    await files.exists({ path });
    rotate();
    expect(await files.exists({ path })).toBe(true);
    expect(refused()).toBe(0);
  });

  it('comes in a connection string as well', async () => {
    const { emulator, connect, rotate, refused } = await setUp();
    const { get } = new CachedSecret(() => emulator.connectionString);
    const { files } = connect({ type: 'connection_string', connectionString: get });
    await files.exists({ path });
    rotate();
    expect(await files.exists({ path })).toBe(true);
    expect(refused()).toBe(1);
  });

  it('leaves writes of many ranges whole', async () => {
    const { connect, currentKey, rotate, refused } = await setUp();
    const key = new CachedSecret(currentKey).get;
    const { files, streaming } = connect({ type: 'shared_key', key }, { rangeSize: 1024, concurrency: 4 });
    const data = patterned(20_000);
    let given = 0;
    async function* stream() {
      for (let at = 0; at < data.length; at += 1000) {
        given += 1;
        if (given % 7 === 0) rotate();
        yield data.subarray(at, at + 1000);
      }
    }
    await streaming.uploadStream({ path, totalSize: data.length }, stream());
    expect(Buffer.compare((await files.read({ path })).data, data)).toBe(0);
    expect(refused()).toBeGreaterThan(0);
  });

  it('leaves locks with their holders', async () => {
    const { connect, currentKey, rotate } = await setUp();
    const { files, leases } = connect({ type: 'shared_key', key: new CachedSecret(currentKey).get });
    await leases.withLock({ path }, async ({ id }) => {
      rotate();
      await files.write({ path, data: Buffer.from('locked'), leaseId: id });
      rotate();
    });
    expect(await leases.inspect({ path })).toMatchObject({ state: 'available' });
  });

  it('that was given as a text is refused at once, and the error says what is wrong', async () => {
    const { connect, currentKey, rotate, answered } = await setUp();
    const { files } = connect({ type: 'shared_key', key: currentKey() });
    rotate();
    expect(await rejection(files.read({ path }))).toMatchObject({
      name: 'AuthenticationError',
      code: 'InvalidKey',
      serviceCode: 'AuthenticationFailed',
      status: 403,
      attempts: 1,
      message: expect.stringContaining('the key is not (or no longer) one of the account "devstoreaccount1"'),
    });
    expect(answered).toEqual(['GetFile 403 AuthenticationFailed']);
  });

  it('that the function does not know of yet is refused with the same error', async () => {
    const { connect, currentKey, rotate, answered } = await setUp();
    const old = currentKey();
    const { files } = connect({ type: 'shared_key', key: () => old });
    rotate();
    expect(await rejection(files.read({ path }))).toMatchObject({ code: 'InvalidKey', attempts: 1 });
    expect(answered).toEqual(['GetFile 403 AuthenticationFailed']);
  });

  it('signs SAS as it is at the moment', async () => {
    const { connect, currentKey, rotate } = await setUp();
    const { sas } = connect({ type: 'shared_key', key: currentKey });
    const reading = (token: string) => connect({ type: 'sas_token', token }).files.exists({ path });
    const before = await sas.forRead({ path });
    rotate();
    expect(await reading((await sas.forRead({ path })).token)).toBe(true);
    expect(await rejection(reading(before.token))).toMatchObject({
      name: 'AuthenticationError',
      status: 403,
    });
  });
});

describe('a SAS that ends while it holds a lock', () => {
  /** Holds a lock for three minutes of the clock, or until it is lost. */
  async function hold(token: (signer: AzureFilesClient) => Promise<Provided>) {
    const clock = new ManualClock({ now: Date.UTC(2026, 10, 20) });
    const { connect, currentKey } = await setUp({ clock });
    const owner = connect({ type: 'shared_key', key: currentKey });
    const holder = connect({ type: 'sas_token', token: await token(owner) });
    let outcome: unknown;
    const held = holder.leases.withLock({ path }, ({ signal }) => pause(clock, 180_000, signal));
    held.then(
      () => {
        outcome = 'held';
      },
      (error: unknown) => {
        outcome = error;
      },
    );
    while (outcome === undefined) await clock.advance(500);
    return { outcome, heldMs: clock.now() - Date.UTC(2026, 10, 20) };
  }
  const forAMinute = async ({ sas }: AzureFilesClient) =>
    (await sas.forLock({ path, expiresInSeconds: 60 })).token;

  it('costs the lock, which is noticed in time', async () => {
    const { outcome, heldMs } = await hold(forAMinute);
    expect(outcome).toMatchObject({
      name: 'LeaseError',
      code: 'LeaseLost',
      cause: { name: 'AuthenticationError', code: 'ExpiredSas' },
    });
    expect(heldMs).toBeLessThan(90_000);
  });

  it('costs nothing where a function gives the next one', async () => {
    expect((await hold(async (signer) => () => forAMinute(signer))).outcome).toBe('held');
  });
});

describe('a SAS that comes from a function', () => {
  it('is replaced when its key is, at the price of one refused request', async () => {
    const { connect, currentKey, rotate, refused } = await setUp();
    const signer = connect({ type: 'shared_key', key: currentKey });
    const secret = new CachedSecret(async () => (await signer.sas.forRead({ path })).token);
    const { files } = connect({ type: 'sas_token', token: secret.get });
    for (let rotation = 0; rotation < 3; rotation += 1) {
      await files.read({ path });
      await files.exists({ path });
      rotate();
    }
    await files.read({ path });
    expect([refused(), secret.reads]).toEqual([3, 4]);
  });

  it('is not asked for again when it lacks a letter', async () => {
    const { connect, currentKey, refused } = await setUp();
    const signer = connect({ type: 'shared_key', key: currentKey });
    const secret = new CachedSecret(async () => (await signer.sas.forRead({ path })).token);
    const { files } = connect({ type: 'sas_token', token: secret.get });
    expect(await rejection(files.delete({ path }))).toMatchObject({
      code: 'PermissionDenied',
      message: expect.stringContaining('it has sp=r'),
    });
    expect([refused(), secret.reads]).toEqual([1, 1]);
  });
});
