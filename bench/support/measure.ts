/** One way of doing the same job, to be compared with others in one run. */
export interface Contender {
  readonly name: string;
  /** Does `count` units of work. */
  run(count: number): Promise<void>;
}

export interface Result {
  readonly name: string;
  /** Medians over the rounds. */
  readonly cpuMicrosPerUnit: number;
  readonly wallMicrosPerUnit: number;
  /** Of the units one by one, where they were measured so. */
  readonly latency?: { readonly p50Micros: number; readonly p99Micros: number };
}

/** How the rounds are laid out. */
export interface Rounds {
  readonly warmUpUnits: number;
  readonly units: number;
  readonly rounds: number;
}

/**
 * Runs the contenders in turn, round after round, so that a machine that slows down slows all of them,
 * and gives the median of each one's rounds: CPU of this process and wall time, per unit.
 */
export async function compare(contenders: readonly Contender[], rounds: Rounds): Promise<Result[]> {
  const samples = contenders.map(() => ({ cpu: [] as number[], wall: [] as number[] }));
  for (const contender of contenders) await contender.run(rounds.warmUpUnits);
  for (let round = 0; round < rounds.rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      globalThis.gc?.();
      const cpu = process.cpuUsage();
      const start = performance.now();
      await contender.run(rounds.units);
      const wall = performance.now() - start;
      const used = process.cpuUsage(cpu);
      samples[index]?.cpu.push((used.user + used.system) / rounds.units);
      samples[index]?.wall.push((wall * 1000) / rounds.units);
    }
  }
  return contenders.map(({ name }, index) => ({
    name,
    cpuMicrosPerUnit: median(samples[index]?.cpu ?? []),
    wallMicrosPerUnit: median(samples[index]?.wall ?? []),
  }));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that as large a part of the values as `part` says is below. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}

/** Runs `worker` `count` times, `concurrency` at once. */
export async function inParallel(
  count: number,
  concurrency: number,
  worker: (index: number) => Promise<unknown>,
) {
  let next = 0;
  const lane = async () => {
    while (next < count) await worker(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** Prints the latencies of the results with the ratio of the medians to the first one. */
export function printLatencies(title: string, results: readonly Result[]): void {
  const yardstick = results[0]?.latency?.p50Micros ?? 1;
  console.log(`\n${title}`);
  for (const { name, latency } of results) {
    if (latency === undefined) continue;
    const { p50Micros, p99Micros } = latency;
    console.log(
      `  ${name.padEnd(34)} p50 ${number(p50Micros)} us  x${(p50Micros / yardstick).toFixed(2).padEnd(6)}` +
        `p99 ${number(p99Micros)} us`,
    );
  }
}

/** Prints the results with the ratio to the first one, which is the yardstick. */
export function print(title: string, unit: string, results: readonly Result[]): void {
  const yardstick = results[0];
  console.log(`\n${title}`);
  for (const result of results) {
    const cpuRatio = result.cpuMicrosPerUnit / (yardstick?.cpuMicrosPerUnit ?? 1);
    const wallRatio = result.wallMicrosPerUnit / (yardstick?.wallMicrosPerUnit ?? 1);
    console.log(
      `  ${result.name.padEnd(34)} ${number(result.cpuMicrosPerUnit)} us CPU  x${cpuRatio.toFixed(2).padEnd(6)}` +
        `${number(result.wallMicrosPerUnit)} us wall x${wallRatio.toFixed(2).padEnd(6)}` +
        `${number(1e6 / result.wallMicrosPerUnit)} ${unit}/s`,
    );
  }
}

function number(value: number): string {
  return (value >= 100 ? value.toFixed(0) : value.toFixed(1)).padStart(9);
}
