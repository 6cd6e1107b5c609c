import type { Clock } from '../../../src/core/clock.js';
import { resolveClientOptions } from '../../../src/core/options.js';
import { pause } from '../../../src/core/pause.js';
import { createPipeline } from '../../../src/core/pipeline.js';
import { locateFile } from '../../../src/files/context.js';
import { mapFailure } from '../../../src/files/failure.js';
import { AzureFilesClient } from '../../../src/files/index.js';
import { FileLockOperations } from '../../../src/files/locks/file-lock-operations.js';
import { acquireLock } from '../../../src/lease/acquire.js';
import { AutoRenewingLease } from '../../../src/lease/auto-renewing-lease.js';
import { HeldLease } from '../../../src/lease/held-lease.js';
import { infinite, type LockOperations } from '../../../src/lease/lock-operations.js';
import { LockUpkeep } from '../../../src/lease/lock-upkeep.js';
import { runUnderLock } from '../../../src/lease/with-lock.js';
import type { Network } from './network.js';
import { type Duty, SimulatedProcess } from './process.js';
import type { Protocol } from './protocol.js';
import type { Hold, Witness } from './witness.js';
import type { Chance, World } from './world.js';

/** What all processes of one history share. */
export interface Setting {
  readonly world: World;
  readonly network: Network;
  readonly witness: Witness;
  readonly protocol: Protocol;
  readonly connectionString: string;
  /** The file whose counter they increment. */
  readonly file: string;
  ended?: boolean;
}

/** One increment: under which kind of lease, and how long it is waited for. */
export interface Job {
  readonly duty: Exclude<Duty, 'operator'>;
  readonly durationSeconds: number;
  readonly waitMs: number;
  /** Whether the lease is renewed in the background. */
  readonly isRenewed: boolean;
  /** Whether it is done without a thought in between. @defaultValue false */
  readonly isHasty?: boolean;
}

/** What a job needs of its lease while it works. */
interface Guard {
  readonly id: string;
  readonly signal: AbortSignal | undefined;
}

const requestMs = 10_000;
/** Between two calls of one that does not wait: whoever wants a lease in time asks about this often. */
const betweenTriesMs = 4_000;

/** A process that increments the counter in the file, by the library. */
export class Worker {
  readonly process: SimulatedProcess;
  readonly #setting: Setting;
  readonly #client: AzureFilesClient;
  readonly #own: LockOperations;
  readonly #operations: LockOperations;
  readonly #clock: Clock;

  constructor(setting: Setting, name: string) {
    const { world, network, connectionString, protocol, file } = setting;
    this.#setting = setting;
    this.process = new SimulatedProcess(world, name);
    this.#clock = protocol.clock(this.process);
    const options = {
      credentials: { type: 'connection_string', connectionString },
      transport: network.transportOf(this.process),
      clock: this.#clock,
    } as const;
    this.#client = new AzureFilesClient({ ...options, defaultShare: 'data' }, {});
    const pipeline = createPipeline(resolveClientOptions('file', options, {}), { name: 'test', mapFailure });
    const context = { pipeline, defaultShare: 'data' };
    this.#own = new FileLockOperations(context, locateFile(context, 'data', file));
    this.#operations = protocol.operations(this.#own, this.#clock, {
      deleteRecord: () => this.#client.files.delete({ path: `.${file}.lease` }),
    });
  }

  async create(): Promise<void> {
    await this.#client.files.create({ path: this.#setting.file, size: 8, metadata: { owner: 'me' } });
  }

  async look(): Promise<{ counter: number; etag: string; metadata: Record<string, string> }> {
    const { data, etag, properties } = await this.#client.files.read({ path: this.#setting.file });
    return { counter: counterOf(data), etag, metadata: properties.metadata };
  }

  /** Ends whatever lease is on the file, as a person does. */
  async breakLease(): Promise<void> {
    this.process.duty = 'operator';
    await this.#client.leases.breakLease({ path: this.#setting.file });
  }

  /** Does one job after the other, until it dies. */
  async work(nextJob: () => Job): Promise<void> {
    const { world, witness } = this.#setting;
    const { chance } = world;
    while (!this.#setting.ended) {
      try {
        await this.do(nextJob());
      } catch (error) {
        witness.note(`${this.process.name} failed: ${String(error)}`);
      }
      await pause(this.#clock, chance.between(10, chance.pick([100, 10_000])), undefined);
    }
  }

  /** Tries a job without waiting, again and again. */
  async repeatedly(job: Job, forMs: number): Promise<void> {
    const until = this.process.monotonic() + forMs;
    while (this.process.monotonic() < until) {
      try {
        return await this.do({ ...job, waitMs: 0 });
      } catch {
        await pause(this.process, betweenTriesMs, undefined);
      }
    }
  }

  async do(job: Job): Promise<void> {
    this.process.duty = job.duty;
    try {
      await (job.duty === 'foreign' ? this.#incrementAlone(job) : this.#incrementLocked(job));
    } finally {
      this.process.hold = undefined;
    }
  }

  async #incrementLocked(job: Job): Promise<void> {
    const { witness, world } = this.#setting;
    const durationSeconds = job.duty === 'endless' ? infinite : job.durationSeconds;
    const wish = { durationSeconds, waitMs: job.waitMs, holder: this.process.name };
    const grant = await acquireLock(this.#operations, this.#clock, wish);
    const upkeep = new LockUpkeep(this.#operations, wish);
    const held = new HeldLease(upkeep, this.#clock, { ...grant, durationSeconds, expiry: 'LeaseLost' });
    const hold = this.#granted(grant.id, job, () => !held.ended && held.remainingMs > 0);
    if (!job.isRenewed) {
      await this.#increment(held, hold, job);
      await held.release();
      return;
    }
    const lease = new AutoRenewingLease(held, new Date(0), this.#clock);
    held.signal.addEventListener('abort', () => {
      hold.endedAt ??= world.now;
    });
    await runUnderLock(lease, (guard) => this.#increment(guard, hold, job));
    witness.note(`${this.process.name} is done`);
  }

  /** Like a program that knows nothing of records. */
  async #incrementAlone(job: Job): Promise<void> {
    const id = await this.#acquireAlone(job.waitMs);
    let isHeld = true;
    try {
      const hold = this.#granted(id, job, () => isHeld);
      await this.#increment({ id, signal: undefined }, hold, job);
    } finally {
      isHeld = false;
      await this.#releaseAlone(id);
    }
  }

  async #acquireAlone(waitMs: number): Promise<string> {
    const until = this.#clock.monotonic() + waitMs;
    for (;;) {
      const id = this.#clock.uuid();
      try {
        if (await this.#own.acquire(id, { limitMs: requestMs })) return id;
      } catch (error) {
        await this.#releaseAlone(id);
        throw error;
      }
      if (this.#clock.monotonic() >= until) throw new Error('the file is leased');
      await pause(this.#clock, this.#setting.world.chance.between(500, 4_000), undefined);
    }
  }

  async #releaseAlone(id: string): Promise<void> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      try {
        await this.#own.release(id, { limitMs: requestMs });
        return;
      } catch {
        // Once more.
      }
    }
  }

  #granted(id: string, { duty, isRenewed, durationSeconds }: Job, believes: () => boolean): Hold {
    const { process } = this;
    const hold = this.#setting.witness.granted({ id, process, duty, isRenewed, durationSeconds, believes });
    process.hold = hold.index;
    return hold;
  }

  async #increment(guard: Guard, hold: Hold, { isHasty = false }: Job): Promise<void> {
    const { witness, world, protocol, file: path } = this.#setting;
    const think = async () => {
      if (!isHasty) await this.#think(guard.signal);
    };
    try {
      await think();
      const { data } = await this.#client.files.read({ path, leaseId: guard.id, signal: guard.signal });
      await think();
      const next = counterOf(data) + 1;
      const leaseId = protocol.idOfWrite(guard.id);
      witness.attempted += 1;
      await this.#client.files.write({
        path,
        offset: 0,
        data: bytesOf(next),
        leaseId,
        signal: guard.signal,
      });
      witness.acknowledged.push(next);
      await think();
    } finally {
      hold.endedAt ??= world.now;
    }
  }

  async #think(signal: AbortSignal | undefined): Promise<void> {
    const { chance } = this.#setting.world;
    if (chance.happens(0.5)) await pause(this.#clock, thought(chance), signal);
  }
}

function thought(chance: Chance): number {
  return chance.happens(0.2) ? chance.between(1_000, 40_000) : chance.between(10, 1_000);
}

function counterOf(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(0);
}

function bytesOf(counter: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, counter);
  return bytes;
}
