import { pause } from '../../../src/core/pause.js';
import { createEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient, AzureStorageError, type Transport } from '../../../src/files/index.js';
import { Network, type RequestKind, requestKinds, type Weather } from '../leases/network.js';
import { SimulatedProcess } from '../leases/process.js';
import { World } from '../leases/world.js';
import { type Entry, Journal, lineOf } from './journal.js';

/** What the processes of one history do. */
export type Workload = 'update' | 'append' | 'create';

/** The library in a form that a test can take parts out of. */
export interface Variant {
  /** Does one operation; gives what is known of it when it is done. */
  readonly operate: (worker: Worker, entry: Entry) => Promise<NonNullable<Entry['result']>>;
  /** What the requests of a client go through. */
  readonly transport?: (own: Transport) => Transport;
}

/** How a history went. */
export interface Report {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly acknowledged: number;
  /** How many operations ended with each code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Operations that are in the file although nobody was told so. */
  readonly unheard: number;
}

const path = 'journal.txt';
const calm: Weather = { loss: 0, slow: 0, late: 0, twice: 0 };
const weathers: readonly Weather[] = [
  calm,
  { loss: 0.01, slow: 0.05, late: 0.005, twice: 0 },
  { loss: 0.05, slow: 0.1, late: 0.02, twice: 0 },
  { loss: 0, slow: 0.3, late: 0.05, twice: 0 },
];
const storm: Weather = { loss: 0.15, slow: 0.3, late: 0.2, twice: 0 };

/** The library as it is. */
export const real: Readonly<Record<Workload, Variant>> = {
  update: { operate: (worker, entry) => worker.update(entry) },
  append: { operate: (worker, entry) => worker.append(entry) },
  create: { operate: (worker, entry) => worker.create(entry) },
};

/** Runs one history; the same seed gives the same one. */
export async function runHistory(
  seed: number,
  workload: Workload,
  variant: Variant = real[workload],
): Promise<Report> {
  const world = new World(seed);
  const journal = new Journal();
  const clock = new SimulatedProcess(world, 'service');
  const emulator = createEmulator({ shares: ['data'], clock });
  const network = new Network(world, emulator.transport, { weather: calm, observe: () => {} });
  const { connectionString } = emulator;
  const setting: Setting = { world, network, journal, connectionString, variant, workload, ended: false };
  const setup = new Worker(setting, 'setup').prepare();
  await world.run(60_000);
  await setup;
  network.weather = world.chance.pick(weathers);
  const kinds = [world.chance.pick(requestKinds), world.chance.pick(requestKinds)];
  network.storms = new Map(
    kinds.slice(0, world.chance.pick([0, 1, 2])).map((kind): [RequestKind, Weather] => [kind, storm]),
  );
  for (let index = 0; index < 3; index++) employ(setting, `w${index}`);
  await world.run(world.chance.between(60_000, 150_000));
  setting.ended = true;
  await world.run(1_001);
  network.weather = calm;
  network.storms = new Map();
  // Whatever is still on its way comes before the end is looked at.
  await world.run(60_000);
  const heir = new Worker(setting, 'heir').conclude();
  let concluded = false;
  heir.then(
    () => {
      concluded = true;
    },
    (error: unknown) => {
      concluded = true;
      journal.violations.push(`the heir failed: ${String(error)}`);
    },
  );
  await world.run(300_000, () => concluded);
  if (!concluded) journal.violations.push('locked for ever');
  return reportOf(seed, journal);
}

function reportOf(
  seed: number,
  { entries, violations, acknowledged, final }: Journal & { final?: string },
): Report {
  const failures: Record<string, number> = {};
  for (const { failure } of entries)
    if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
  const unheard = entries.filter(
    ({ id, result }) => result === undefined && final?.includes(`${id} `),
  ).length;
  return { seed, violations, acknowledged: acknowledged.length, failures, unheard };
}

interface Setting {
  readonly world: World;
  readonly network: Network;
  readonly journal: Journal & { final?: string };
  readonly connectionString: string;
  readonly variant: Variant;
  readonly workload: Workload;
  ended: boolean;
}

/** A place that is filled again when its worker dies. */
function employ(setting: Setting, name: string): void {
  const { world } = setting;
  const { chance } = world;
  let generation = 0;
  const start = (): void => {
    if (setting.ended) return;
    generation += 1;
    const worker = new Worker(setting, `${name}.${generation}`);
    if (chance.happens(0.7)) worker.process.killAtWake = Math.floor(chance.between(1, 150));
    if (chance.happens(0.3)) worker.process.stallAtWake = Math.floor(chance.between(1, 150));
    void worker.work();
    const watch = (): void => {
      if (setting.ended) worker.process.kill();
      else if (worker.process.alive) world.after(1_000, watch);
      else world.after(chance.between(0, 20_000), start);
    };
    watch();
  };
  world.after(chance.between(0, 3_000), start);
}

/** One process that uses the library. */
export class Worker {
  readonly process: SimulatedProcess;
  readonly client: AzureFilesClient;
  readonly #setting: Setting;

  constructor(setting: Setting, name: string) {
    const { world, network, connectionString, variant } = setting;
    this.#setting = setting;
    this.process = new SimulatedProcess(world, name);
    const own = network.transportOf(this.process);
    this.client = new AzureFilesClient(
      {
        credentials: { type: 'connection_string', connectionString },
        transport: variant.transport?.(own) ?? own,
        clock: this.process,
        defaultShare: 'data',
        rangeSize: 1024,
        concurrency: 2,
      },
      {},
    );
  }

  async prepare(): Promise<void> {
    await this.client.files.create({ path, size: 0, metadata: { owner: 'me' }, contentType: 'text/plain' });
  }

  async work(): Promise<void> {
    const { world, journal, variant } = this.#setting;
    const { chance } = world;
    for (let count = 1; !this.#setting.ended; count++) {
      if (this.#setting.workload !== 'create' && chance.happens(0.2)) await this.#look();
      const entry = journal.begin(`${this.process.name}#${count}`, world.now);
      try {
        entry.result = await variant.operate(this, entry);
      } catch (error) {
        entry.failure = error instanceof AzureStorageError ? error.code : String(error);
        if (!(error instanceof AzureStorageError)) journal.violations.push(`untyped: ${String(error)}`);
      }
      entry.endedAt = world.now;
      await pause(this.process, chance.between(10, chance.pick([100, 5_000])), undefined);
    }
  }

  async update({ id }: Entry): Promise<{ text: string }> {
    const { data } = await this.client.files.updateIfMatch(
      { path, waitMs: this.#waitMs() },
      async (content) => {
        await this.think();
        return bytes(text(content.data) + this.line(id));
      },
    );
    return { text: text(data) };
  }

  async append({ id }: Entry): Promise<{ offset: number }> {
    const { offset } = await this.client.files.append({
      path,
      data: bytes(this.line(id)),
      waitMs: this.#waitMs(),
    });
    return { offset };
  }

  /** One of a few names; whoever comes first has it. */
  async create({ id }: Entry): Promise<{ text: string }> {
    const line = this.line(id);
    await this.client.files.createIfNotExists({
      path: `only-${this.#setting.world.chance.pick([1, 2, 3, 4])}.txt`,
      data: bytes(line),
    });
    return { text: line };
  }

  async think(): Promise<void> {
    const { chance } = this.#setting.world;
    if (chance.happens(0.3)) await pause(this.process, chance.between(10, 20_000), undefined);
  }

  /** Looks at what is there in the end. */
  async conclude(): Promise<void> {
    const { journal, workload } = this.#setting;
    if (workload === 'create') return this.#judgeCreated();
    await this.client.leases.withLock({ path, durationSeconds: 15, waitMs: 250_000 }, async (guard) => {
      const { data, properties } = await this.client.files.read({ path, leaseId: guard.id });
      if (JSON.stringify(properties.metadata) !== '{"owner":"me"}') {
        journal.violations.push(`metadata: ${JSON.stringify(properties.metadata)}`);
      }
      if (properties.contentType !== 'text/plain') journal.violations.push('the content type was changed');
      journal.final = text(data);
      journal.judge(journal.final);
    });
  }

  async #judgeCreated(): Promise<void> {
    const { journal } = this.#setting;
    let final = '';
    for await (const entry of this.client.directories.walk({})) {
      if (/^\.azstore-.*\.tmp$/.test(entry.name) || entry.name === path) continue;
      final += text((await this.client.files.read({ path: entry.path })).data);
    }
    journal.final = final;
    const lines = final.split('\n').filter((line) => line !== '');
    const attempted = journal.entries.map(({ id }) => id);
    for (const line of lines) {
      if (!/^\S+ \.+$/.test(line) || !attempted.includes(line.split(' ')[0] ?? '')) {
        journal.violations.push(`half a file: ${JSON.stringify(line.slice(0, 40))}`);
      }
    }
    for (const { id, result } of journal.acknowledged) {
      if (!final.includes(result?.text ?? id))
        journal.violations.push(`${id} was acknowledged, but is not there`);
    }
  }

  /** Reads under the lock. */
  async #look(): Promise<void> {
    try {
      await this.client.leases.withLock({ path, durationSeconds: 15, waitMs: 20_000 }, async (guard) => {
        const { data } = await this.client.files.read({ path, leaseId: guard.id, signal: guard.signal });
        const seen = text(data);
        this.#setting.journal.seen.push(seen);
      });
    } catch {
      // It is what was read that is judged.
    }
  }

  line(id: string): string {
    return lineOf(id, Math.floor(this.#setting.world.chance.between(1, 3_000)));
  }

  #waitMs(): number {
    return this.#setting.world.chance.pick([0, 5_000, 30_000, 150_000]);
  }
}

export function text(data: Uint8Array): string {
  return Buffer.from(data).toString();
}

export function bytes(content: string): Uint8Array {
  return Buffer.from(content);
}
