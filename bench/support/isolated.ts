import { fork } from 'node:child_process';
import { median, quantile, type Result, type Rounds } from './measure.js';

interface Measured {
  readonly cpuMicros: number;
  readonly wallMicros: number;
  /** One by one, where the contender measures them. */
  readonly latencies: readonly number[];
}

/**
 * Like `compare`, with each contender in a process of its own: what one of them does to the heap and to the compiler's
 * assumptions would otherwise be counted against the next. The processes take turns, round after round.
 *
 * @param file - The benchmark's own file, run again with a contender's name as its argument; see {@link serveContender}.
 */
export async function compareIsolated(
  file: string,
  names: readonly string[],
  rounds: Rounds & { readonly env: Readonly<Record<string, string>> },
): Promise<Result[]> {
  const env = { ...process.env, ...rounds.env };
  const children = names.map((name) => startContender(file, name, env));
  try {
    const samples = names.map(() => [] as Measured[]);
    for (const child of children) await child.run(rounds.warmUpUnits);
    for (let round = 0; round < rounds.rounds; round++) {
      for (const [index, child] of children.entries()) samples[index]?.push(await child.run(rounds.units));
    }
    return names.map((name, index) => resultOf(name, samples[index] ?? [], rounds.units));
  } finally {
    for (const child of children) child.stop();
  }
}

function resultOf(name: string, samples: readonly Measured[], units: number): Result {
  const latencies = samples.flatMap((sample) => sample.latencies);
  return {
    name,
    cpuMicrosPerUnit: median(samples.map(({ cpuMicros }) => cpuMicros / units)),
    wallMicrosPerUnit: median(samples.map(({ wallMicros }) => wallMicros / units)),
    ...(latencies.length > 0 && {
      latency: { p50Micros: quantile(latencies, 0.5), p99Micros: quantile(latencies, 0.99) },
    }),
  };
}

interface ContenderProcess {
  run(units: number): Promise<Measured>;
  stop(): void;
}

function startContender(file: string, name: string, env: NodeJS.ProcessEnv): ContenderProcess {
  const child = fork(file, [name], { env, execArgv: ['--expose-gc', '--import', 'tsx'] });
  let answer: ((measured: Measured) => void) | undefined;
  const gone = new Promise<never>((_, reject) => {
    child.on('exit', (code) => reject(new Error(`${name} ended with code ${String(code)}`)));
  });
  gone.catch(() => {});
  child.on('message', (measured) => answer?.(measured as Measured));
  return {
    run(units) {
      const answered = new Promise<Measured>((resolve) => {
        answer = resolve;
      });
      child.send(units);
      return Promise.race([answered, gone]);
    },
    stop: () => void child.kill(),
  };
}

/**
 * The contender's side: does what it is told, and says what it cost.
 * @param run - May give the microseconds that each unit took.
 * @param prepare - What the units need and what is not to be measured.
 */
export function serveContender(
  run: (count: number) => Promise<void> | Promise<readonly number[]>,
  prepare: (count: number) => Promise<void> = async () => {},
): void {
  process.on('message', (units: number) => {
    void (async () => {
      await prepare(units);
      globalThis.gc?.();
      const cpu = process.cpuUsage();
      const start = performance.now();
      const latencies = (await run(units)) ?? [];
      const wallMicros = (performance.now() - start) * 1000;
      const used = process.cpuUsage(cpu);
      process.send?.({ cpuMicros: used.user + used.system, wallMicros, latencies } satisfies Measured);
    })();
  });
}
