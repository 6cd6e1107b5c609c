import type { Job } from './worker.js';
import type { Chance } from './world.js';

/** A place that is filled again when its worker dies. */
export interface Post {
  readonly name: string;
  /** What its worker does next. */
  job(chance: Chance): Job;
}

/** Who takes part in a history. */
export interface Crew {
  /** What is done before anything goes wrong. */
  readonly before: Job | undefined;
  readonly hasOperator: boolean;
  /** Seconds that the record may promise. */
  readonly longestSeconds: number;
  posts(chance: Chance): Post[];
}

const waits = [0, 5_000, 30_000, 150_000] as const;
const durations = [15, 15, 30, 60] as const;
const names = ['w0', 'w1', 'w2'] as const;

/** Three who take leases that end, all of one duration. */
function timedCrew(): Crew {
  let durationSeconds = 15;
  return {
    before: undefined,
    hasOperator: false,
    get longestSeconds() {
      return durationSeconds;
    },
    posts(chance) {
      durationSeconds = chance.pick(durations);
      return names.map((name) => ({
        name,
        job: () => ({ duty: 'timed', durationSeconds, waitMs: chance.pick(waits), isRenewed: true }),
      }));
    },
  };
}

type Duties = readonly Job['duty'][];

const ending: Duties = ['timed'];
const mixtures: readonly (readonly [Duties, Duties])[] = [
  [['endless'], ['timed']],
  [['endless'], ['endless']],
  [
    ['timed', 'timed', 'endless'],
    ['timed', 'timed', 'endless'],
  ],
  [['foreign'], ['timed']],
  [['foreign'], ['endless']],
];

/** One who takes leases that end, and two others. */
function mixedCrew(chance: Chance): Crew {
  const durationSeconds = 15;
  const before: Job = { duty: 'timed', durationSeconds, waitMs: 0, isRenewed: true };
  const hasRecord = chance.happens(0.7);
  return {
    before: hasRecord ? before : undefined,
    hasOperator: true,
    // Whoever wants a lease without end writes a record of the longest time, as long as it has none.
    longestSeconds: 60,
    posts: () =>
      [ending, ...chance.pick(mixtures)].map((duties, index) => ({
        name: `w${index}`,
        job: () => ({
          duty: chance.pick(duties),
          durationSeconds,
          waitMs: chance.pick(waits),
          isRenewed: chance.happens(0.7),
        }),
      })),
  };
}

export function crewOf(cast: 'timed' | 'mixed', chance: Chance): Crew {
  return cast === 'timed' ? timedCrew() : mixedCrew(chance);
}
