import { createEmulator } from '../../../src/emulator/index.js';
import { type Crew, crewOf, type Post } from './crew.js';
import { calm, Network, type RequestKind, requestKinds, type Weather } from './network.js';
import { Operator } from './operator.js';
import { SimulatedProcess } from './process.js';
import { type Protocol, realProtocol } from './protocol.js';
import type { Losses } from './unrenewed-loss.js';
import { Witness } from './witness.js';
import { type Job, type Setting, Worker } from './worker.js';
import { type Chance, World } from './world.js';

/** Who takes part: only holders of leases that end, or also of leases without end, foreign programs, and a person. */
export type Cast = 'timed' | 'mixed';

/** What may be told of a history beside its seed. */
export interface HistoryOptions {
  readonly cast?: Cast;
  readonly protocol?: Protocol | undefined;
  /** Is filled with what happened. */
  readonly log?: string[] | undefined;
}

/** How a history went. */
export interface Report {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly requests: number;
  readonly holds: number;
  readonly breaks: number;
  readonly falseLosses: number;
  readonly lateBreaks: number;
  /** How many leases without end somebody else ended, by cause, and how many a person. */
  readonly endlessHolds: number;
  readonly endlessLosses: Losses;
  /** The same of those that end by themselves, and that nobody renewed. */
  readonly unrenewedLosses: Losses;
  readonly operatorBreaks: number;
  /** How often a record came late that says that a lease is without end which is not. */
  readonly strayRecords: number;
  /** How long the file stayed locked after everybody had died, in milliseconds. */
  readonly recoveryMs: number;
}

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

/** Runs one history; the same seed gives the same one. */
export async function runHistory(seed: number, options: HistoryOptions = {}): Promise<Report> {
  const { cast = 'timed', protocol = realProtocol, log } = options;
  const file = 'counter.bin';
  const world = new World(seed);
  const witness = new Witness(world, file, log);
  const emulator = createEmulator({ shares: ['data'], clock: new SimulatedProcess(world, 'service') });
  const network = new Network(world, emulator.transport, { weather: calm, observe: witness.observe });
  const { connectionString } = emulator;
  const setting: Setting = { world, network, witness, protocol, connectionString, file };
  const setup = new Worker(setting, 'setup');
  const made = setup.create();
  await world.run(60_000);
  await made;
  const crew = crewOf(cast, world.chance);
  if (crew.before !== undefined) {
    const done = setup.do(crew.before);
    await world.run(180_000);
    await done;
  }
  network.weather = world.chance.pick(weathers);
  network.storms = storms(world.chance);
  const posts = crew.posts(world.chance);
  for (const post of posts) employ(setting, post);
  const operator = crew.hasOperator ? new Operator(setting) : undefined;
  operator?.watch();
  await world.run(world.chance.between(60_000, 150_000));
  const recoveryMs = await recover(setting, crew);
  operator?.stop();
  const end = new Worker(setting, 'end').look();
  await world.run(60_000);
  witness.judge(await end);
  return { seed, ...witness.totals, requests: network.requests, recoveryMs };
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
    void worker.work(() => post.job(chance));
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

const heirJob: Job = { duty: 'timed', durationSeconds: 15, waitMs: 200_000, isRenewed: true };

/** Everybody dies; one that comes new must get the lock. @returns after how long. */
async function recover(setting: Setting, crew: Crew): Promise<number> {
  const { world, network, witness } = setting;
  setting.ended = true;
  await world.run(1_001);
  const diedAt = world.now;
  network.weather = calm;
  network.storms = new Map();
  witness.note('everybody is dead');
  const patient = world.chance.happens(0.5);
  const heir = new Worker(setting, 'heir');
  (patient ? heir.do(heirJob) : heir.repeatedly(heirJob, heirJob.waitMs)).catch((error: unknown) => {
    witness.note(`heir failed: ${String(error)}`);
  });
  const got = (): boolean => witness.holds.at(-1)?.process === heir.process;
  await world.run(300_000, got);
  const took = world.now - diedAt;
  // A request of the dead may come late, and take the lease or write the record once more.
  const since = Math.max(diedAt, witness.lastLifeAt);
  const allowed = crew.longestSeconds * 1000 + 40_000;
  if (!got() && witness.isRecordStray) witness.strayRecords += 1;
  else if (!got()) witness.violations.push('locked for ever');
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
