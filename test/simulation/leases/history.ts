import type { Clock } from '../../../src/core/clock.js';
import { resolveClientOptions } from '../../../src/core/options.js';
import { pause } from '../../../src/core/pause.js';
import { createPipeline } from '../../../src/core/pipeline.js';
import { createEmulator } from '../../../src/emulator/index.js';
import { locateFile } from '../../../src/files/context.js';
import { mapFailure } from '../../../src/files/failure.js';
import { FileLockOperations } from '../../../src/files/file-lock-operations.js';
import { AzureFilesClient } from '../../../src/files/index.js';
import { type AcquireWish, acquireLock } from '../../../src/lease/acquire.js';
import { AutoRenewingLease } from '../../../src/lease/auto-renewing-lease.js';
import { HeldLease } from '../../../src/lease/held-lease.js';
import type { LockOperations } from '../../../src/lease/lock-operations.js';
import { LockUpkeep } from '../../../src/lease/lock-upkeep.js';
import { runUnderLock } from '../../../src/lease/with-lock.js';
import { Network, type RequestKind, requestKinds, type Weather } from './network.js';
import { SimulatedProcess } from './process.js';
import { Witness } from './witness.js';
import { type Chance, World } from './world.js';

const file = 'counter.bin';

/** The protocol in a form that a test can take parts out of. */
export interface Protocol {
  /** What every process uses. */
  operations(own: LockOperations, clock: Clock, tools: Tools): LockOperations;
  /** The clock that the protocol reads. */
  clock(own: Clock): Clock;
  /** The lease id that a write carries. */
  idOfWrite(id: string): string | undefined;
}

/** What a changed protocol may do beside the requests of the real one. */
export interface Tools {
  deleteRecord(): Promise<void>;
}

/** The protocol as it is. */
export const realProtocol: Protocol = {
  operations: (own) => own,
  clock: (own) => own,
  idOfWrite: (id) => id,
};

/** How a history went. */
export interface Report {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly requests: number;
  readonly holds: number;
  readonly breaks: number;
  readonly falseLosses: number;
  readonly lateBreaks: number;
  /** How long the file stayed locked after everybody had died, in milliseconds. */
  readonly recoveryMs: number;
}

const calm: Weather = { loss: 0, slow: 0, late: 0, twice: 0 };
const weathers: readonly Weather[] = [
  calm,
  { loss: 0.01, slow: 0.05, late: 0.005, twice: 0 },
  { loss: 0.05, slow: 0.1, late: 0.02, twice: 0 },
  { loss: 0.02, slow: 0.05, late: 0.02, twice: 0.03 },
  { loss: 0, slow: 0.3, late: 0.05, twice: 0 },
];

const storm: Weather = { loss: 0.15, slow: 0.3, late: 0.2, twice: 0.1 };
/** The same for seeds in which nothing is delivered twice. */
const singleStorm: Weather = { ...storm, twice: 0 };

/** Up to two kinds of requests that have it worse than others. */
function storms(chance: Chance): ReadonlyMap<RequestKind, Weather> {
  const weather = chance.happens(0.7) ? singleStorm : storm;
  const kinds = [chance.pick(requestKinds), chance.pick(requestKinds)].slice(0, chance.pick([0, 1, 2, 2]));
  return new Map(kinds.map((kind) => [kind, weather]));
}

/** Runs one history; the same seed gives the same one. `log` is filled with what happened. */
export async function runHistory(
  seed: number,
  protocol: Protocol = realProtocol,
  log?: string[],
): Promise<Report> {
  const world = new World(seed);
  const witness = new Witness(world, file, log);
  const clock = new SimulatedProcess(world, 'service');
  const emulator = createEmulator({ shares: ['data'], clock });
  const network = new Network(world, emulator.transport, { weather: calm, observe: witness.observe });
  const setting = { world, network, witness, protocol, connectionString: emulator.connectionString };
  const setup = new Worker(setting, 'setup');
  const made = setup.create();
  await world.run(60_000);
  await made;
  network.weather = world.chance.pick(weathers);
  network.storms = storms(world.chance);
  const durationSeconds = world.chance.pick([15, 15, 30, 60]);
  for (let index = 0; index < 3; index++) employ(setting, { name: `w${index}`, durationSeconds });
  await world.run(world.chance.between(60_000, 150_000));
  const recoveryMs = await recover(setting, durationSeconds);
  const end = new Worker(setting, 'end').look();
  await world.run(60_000);
  witness.judge(await end);
  const { violations, breaks, falseLosses, lateBreaks, holds } = witness;
  return {
    seed,
    violations,
    requests: network.requests,
    holds: holds.length,
    breaks,
    falseLosses,
    lateBreaks,
    recoveryMs,
  };
}

interface Setting {
  readonly world: World;
  readonly network: Network;
  readonly witness: Witness;
  readonly protocol: Protocol;
  readonly connectionString: string;
  ended?: boolean;
}

interface Post {
  readonly name: string;
  readonly durationSeconds: number;
}

/** A place that is filled again when its worker dies. */
function employ(setting: Setting, post: Post): void {
  const { world, witness } = setting;
  const { chance } = world;
  let generation = 0;
  const start = (): void => {
    if (setting.ended) return;
    generation += 1;
    const worker = new Worker(setting, `${post.name}.${generation}`);
    if (chance.happens(0.7)) worker.process.killAtWake = Math.floor(chance.between(1, 120));
    if (chance.happens(0.4)) worker.process.stallAtWake = Math.floor(chance.between(1, 120));
    void worker.work(post.durationSeconds);
    const watch = (): void => {
      if (chance.happens(0.02)) worker.process.setWallClock(chance.between(-100_000, 100_000));
      if (setting.ended) worker.process.kill();
      else if (worker.process.alive) world.after(1_000, watch);
      else {
        witness.note(`${worker.process.name} is dead`);
        world.after(chance.between(0, 20_000), start);
      }
    };
    watch();
  };
  world.after(chance.between(0, 3_000), start);
}

/** Everybody dies; one that comes new must get the lock. @returns after how long. */
async function recover(setting: Setting, durationSeconds: number): Promise<number> {
  const { world, network, witness } = setting;
  setting.ended = true;
  await world.run(1_001);
  const diedAt = world.now;
  network.weather = calm;
  network.storms = new Map();
  witness.note('everybody is dead');
  const patient = world.chance.happens(0.5);
  const worker = new Worker(setting, 'heir');
  (patient ? worker.once(200_000) : worker.repeatedly(200_000)).catch((error: unknown) => {
    witness.note(`heir failed: ${String(error)}`);
  });
  const got = (): boolean => witness.holds.at(-1)?.process === worker.process;
  await world.run(300_000, got);
  const took = world.now - diedAt;
  // A request of the dead may come late, and take the lease or write the record once more.
  const since = Math.max(diedAt, witness.lastLifeAt);
  const allowed = durationSeconds * 1000 + (patient ? 40_000 : 50_000);
  if (!got()) witness.violations.push('locked for ever');
  else if (world.now - since > allowed) witness.violations.push(`locked for ${Math.round(took / 1000)} s`);
  // Until it has done its work, with all its thoughts.
  const before = witness.acknowledged.length;
  await world.run(150_000);
  // A break of the dead that comes late may hit it.
  const wasBroken = witness.holds.at(-1)?.brokenAt !== undefined;
  if (got() && !wasBroken && witness.acknowledged.length === before) {
    witness.violations.push('a holder could not write');
  }
  return took;
}

class Worker {
  readonly process: SimulatedProcess;
  readonly #setting: Setting;
  readonly #client: AzureFilesClient;
  readonly #operations: LockOperations;
  readonly #clock: Clock;

  constructor(setting: Setting, name: string) {
    const { world, network, connectionString, protocol } = setting;
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
    const own = new FileLockOperations(context, locateFile(context, 'data', file));
    this.#operations = protocol.operations(own, this.#clock, {
      deleteRecord: () => this.#client.files.delete({ path: `.${file}.lease` }),
    });
  }

  async create(): Promise<void> {
    await this.#client.files.create({ path: file, size: 8, metadata: { owner: 'me' } });
  }

  async look(): Promise<{ counter: number; etag: string; metadata: Record<string, string> }> {
    const { data, etag, properties } = await this.#client.files.read({ path: file });
    return { counter: counterOf(data), etag, metadata: properties.metadata };
  }

  /** Increments the counter under the lock, again and again, until it dies. */
  async work(durationSeconds: number): Promise<void> {
    const { chance } = this.#setting.world;
    while (!this.#setting.ended) {
      const waitMs = chance.pick([0, 5_000, 30_000, 150_000]);
      try {
        await this.#increment({ durationSeconds, waitMs, holder: this.process.name });
      } catch (error) {
        this.#setting.witness.note(`${this.process.name} failed: ${String(error)}`);
      }
      await pause(this.#clock, chance.between(10, chance.pick([100, 10_000])), undefined);
    }
  }

  async once(waitMs: number): Promise<boolean> {
    await this.#increment({ durationSeconds: 15, waitMs, holder: 'heir' });
    return true;
  }

  async repeatedly(forMs: number): Promise<boolean> {
    const until = this.process.monotonic() + forMs;
    while (this.process.monotonic() < until) {
      try {
        return await this.once(0);
      } catch {
        await pause(this.process, 2_000, undefined);
      }
    }
    return false;
  }

  async #increment(wish: AcquireWish): Promise<void> {
    const { witness, world, protocol } = this.#setting;
    const { durationSeconds } = wish;
    const grant = await acquireLock(this.#operations, this.#clock, wish);
    const facts = { durationSeconds, holder: wish.holder };
    const upkeep = new LockUpkeep(this.#operations, facts);
    const held = new HeldLease(upkeep, this.#clock, { ...grant, durationSeconds, expiry: 'LeaseLost' });
    const believes = () => !held.ended && held.remainingMs > 0;
    const hold = witness.granted({ id: grant.id, process: this.process, durationSeconds, believes });
    this.process.hold = hold.index;
    const lease = new AutoRenewingLease(held, new Date(0), this.#clock);
    held.signal.addEventListener('abort', () => {
      hold.endedAt ??= world.now;
    });
    try {
      await runUnderLock(lease, async (guard) => {
        await this.#think(guard.signal);
        const { data } = await this.#client.files.read({
          path: file,
          leaseId: guard.id,
          signal: guard.signal,
        });
        await this.#think(guard.signal);
        const next = counterOf(data) + 1;
        const leaseId = protocol.idOfWrite(guard.id);
        witness.attempted += 1;
        await this.#client.files.write({
          path: file,
          offset: 0,
          data: bytesOf(next),
          leaseId,
          signal: guard.signal,
        });
        witness.acknowledged.push(next);
        await this.#think(guard.signal);
        hold.endedAt ??= world.now;
      });
    } finally {
      hold.endedAt ??= world.now;
      this.process.hold = undefined;
    }
  }

  async #think(signal: AbortSignal): Promise<void> {
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
