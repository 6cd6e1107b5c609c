import type { Command, Report, Stage, WorkerOrder } from './messages.js';
import { stages } from './messages.js';
import { WorkerProcess } from './worker-processes.js';

/** What a {@link Crew} is to do. */
export interface CrewPlan
  extends Pick<WorkerOrder, 'connectionString' | 'share' | 'counters' | 'durationSeconds'> {
  readonly program: string;
  readonly workers: number;
  readonly incrementsEach: number;
  /** How many holders are killed: one per counter at about the same time, spread over the whole run. */
  readonly kills: number;
}

/** A holder that was killed and replaced. */
export interface Takeover {
  readonly path: string;
  readonly stage: Stage;
  /** From its death, or from when somebody waited for the lock for the first time after that. */
  readonly waitedMs: number;
  readonly sinceDeathMs: number;
}

interface Death {
  readonly stage: Stage;
  readonly at: number;
  /** From when on somebody has waited for the lock. */
  waitedForSince: number | undefined;
}

/** Counts that may or may not have been written: their process was killed or lost its lock before it could tell. */
type Doubts = Map<string, number>;

/** Worker processes that count in the same files, some of which are killed while they hold a lock, and replaced. */
export class Crew {
  /** The values that were told as counted, per counter. */
  readonly counted: ReadonlyMap<string, number[]>;
  readonly doubts: Doubts = new Map();
  readonly takeovers: Takeover[] = [];
  readonly refusals: Extract<Report, { is: 'refused' }>[] = [];
  readonly #plan: CrewPlan;
  readonly #workers: WorkerProcess[] = [];
  readonly #ends: Promise<number | string | null>[] = [];
  /** Where whoever comes next stands still, to be killed. */
  readonly #stops = new Map<string, Stage>();
  readonly #deaths = new Map<string, Death>();
  readonly #waiting = new Map<WorkerProcess, string>();
  readonly #paused = new Set<WorkerProcess>();
  readonly #killed = new Set<WorkerProcess>();
  readonly #failed: Promise<never>;
  #fail: (error: unknown) => void = () => {};
  #armed = 0;
  #pausing = false;
  #total = 0;

  constructor(plan: CrewPlan) {
    this.#plan = plan;
    this.counted = new Map(plan.counters.map((path) => [path, []]));
    this.#failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => {});
  }

  /** @returns how the processes ended, when all increments are done. @throws as soon as one of them fails. */
  async run(): Promise<(number | string | null)[]> {
    const { workers, incrementsEach } = this.#plan;
    for (let index = 0; index < workers; index++) this.#start(index, incrementsEach);
    return Promise.race([this.#allEnds(), this.#failed]);
  }

  async #allEnds(): Promise<(number | string | null)[]> {
    const ends: (number | string | null)[] = [];
    // Those that replace others are added while these are waited for.
    for (const end of this.#ends) ends.push(await end);
    return ends;
  }

  /** Leaves no process behind. */
  end(): void {
    for (const worker of this.#workers) worker.kill('SIGKILL');
  }

  #start(first: number, increments: number): void {
    const { program, connectionString, share, counters, durationSeconds } = this.#plan;
    const stops = Object.fromEntries(this.#stops);
    const order = { connectionString, share, counters, durationSeconds, first, increments, stops };
    const worker = new WorkerProcess(program, order, (report) => this.#heard(report, worker));
    const end = worker.ended();
    end.catch(this.#fail);
    this.#workers.push(worker);
    this.#ends.push(end);
  }

  #heard(report: Report, worker: WorkerProcess): void {
    if (report.is === 'waiting') this.#waits(worker, report.path);
    else if (report.is === 'acquired') this.#tookOver(worker, report.path);
    else if (report.is === 'standing') this.#kill(worker, report);
    else if (report.is === 'refused') this.#refused(report);
    else if (report.is === 'counted') this.#countedOne(report.path, report.value);
    else this.#paused.add(worker);
    this.#armNext();
  }

  #waits(worker: WorkerProcess, path: string): void {
    this.#waiting.set(worker, path);
    const death = this.#deaths.get(path);
    if (death !== undefined) death.waitedForSince ??= performance.now();
  }

  #tookOver(worker: WorkerProcess, path: string): void {
    this.#waiting.delete(worker);
    const death = this.#deaths.get(path);
    if (death?.waitedForSince === undefined) return;
    this.#deaths.delete(path);
    const now = performance.now();
    const { stage, at, waitedForSince } = death;
    this.takeovers.push({ path, stage, waitedMs: now - waitedForSince, sinceDeathMs: now - at });
  }

  #kill(worker: WorkerProcess, { path, stage }: { path: string; stage: Stage }): void {
    worker.kill('SIGKILL');
    this.#killed.add(worker);
    const at = performance.now();
    const waitedFor = [...this.#waiting.values()].includes(path);
    this.#deaths.set(path, { stage, at, waitedForSince: waitedFor ? at : undefined });
    if (stage === 'writing' || stage === 'written') this.#doubt(path);
    this.#stop(path, undefined);
    this.#start(worker.order.first + worker.counted, worker.order.increments - worker.counted);
  }

  #refused(report: Extract<Report, { is: 'refused' }>): void {
    this.refusals.push(report);
    // Whoever never had the lock has not written.
    if (report.code !== 'LeaseAlreadyPresent') this.#doubt(report.path);
  }

  #doubt(path: string): void {
    this.doubts.set(path, (this.doubts.get(path) ?? 0) + 1);
  }

  #countedOne(path: string, value: number): void {
    this.counted.get(path)?.push(value);
    this.#total += 1;
  }

  /**
   * One round of kills when enough has been counted since the last one. All pause first and then go to different
   * counters: else those that wait for the first one that is killed might be all, and the rounds would take their time
   * one after the other.
   */
  #armNext(): void {
    const { counters, kills, workers, incrementsEach } = this.#plan;
    const rounds = Math.ceil(kills / counters.length);
    const round = Math.floor(this.#armed / counters.length);
    if (this.#armed >= kills || this.#total < ((round + 1) * workers * incrementsEach) / (rounds + 1)) return;
    if (!this.#pausing) this.#tellAll(() => ({ do: 'pause' }));
    this.#pausing = true;
    if (this.#working.some((worker) => !this.#paused.has(worker))) return;
    for (const path of counters.slice(0, kills - this.#armed)) {
      this.#stop(path, stages[this.#armed % stages.length]);
      this.#armed += 1;
    }
    this.#tellAll((index) => ({ do: 'go', next: index }));
    this.#paused.clear();
    this.#pausing = false;
  }

  /** Those that have still something to do. */
  get #working(): readonly WorkerProcess[] {
    return this.#workers.filter(
      (worker) => !this.#killed.has(worker) && worker.counted < worker.order.increments,
    );
  }

  #tellAll(command: (index: number) => Command): void {
    for (const [index, worker] of this.#working.entries()) worker.tell(command(index));
  }

  #stop(path: string, stage: Stage | undefined): void {
    if (stage === undefined) this.#stops.delete(path);
    else this.#stops.set(path, stage);
    this.#tellAll(() => ({ do: 'stop', path, stage }));
  }
}
