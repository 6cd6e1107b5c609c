import { fork } from 'node:child_process';
import { median } from './measure.js';

const mebibyte = 1024 * 1024;

/** What one transfer cost. */
interface Measured {
  readonly cpuMicros: number;
  readonly wallMicros: number;
  /** How much more was held at its worst moment than before, in bytes. */
  readonly heap: number;
  readonly external: number;
  readonly resident: number;
}

export interface TransferResult {
  readonly name: string;
  /** One per round. */
  readonly measured: readonly Measured[];
}

/** Lets contenders do the same transfer, each in a process of its own, in turn, round after round. */
export async function compareTransfers(
  file: string,
  plan: {
    readonly scenario: string;
    readonly names: readonly string[];
    readonly rounds: number;
    readonly env: Readonly<Record<string, string>>;
  },
): Promise<TransferResult[]> {
  const children = plan.names.map((name) => start(file, `${plan.scenario}|${name}`, plan.env));
  try {
    const results = plan.names.map((name) => ({ name, measured: [] as Measured[] }));
    for (let round = 0; round < plan.rounds; round++) {
      for (const [index, child] of children.entries()) results[index]?.measured.push(await child.run());
    }
    return results;
  } finally {
    for (const child of children) child.stop();
  }
}

function start(file: string, argument: string, env: Readonly<Record<string, string>>) {
  const child = fork(file, [argument], {
    env: { ...process.env, ...env },
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  let answer: ((measured: Measured) => void) | undefined;
  const gone = new Promise<never>((_, reject) => {
    child.on('exit', (code) => reject(new Error(`${argument} ended with code ${String(code)}`)));
  });
  gone.catch(() => {});
  child.on('message', (measured) => answer?.(measured as Measured));
  return {
    run(): Promise<Measured> {
      const answered = new Promise<Measured>((resolve) => {
        answer = resolve;
      });
      child.send('run');
      return Promise.race([answered, gone]);
    },
    stop: () => void child.kill(),
  };
}

/** The contender's side. */
export function serveTransfer(run: () => Promise<unknown>): void {
  // Else the first error that anybody makes reads the maps of everything, which is then in memory.
  process.setSourceMapsEnabled(false);
  process.on('message', () => {
    void (async () => {
      // Not counted: since its last turn its memory may have been taken away.
      await run();
      globalThis.gc?.();
      const before = process.memoryUsage();
      const most = { heap: 0, external: 0, resident: 0 };
      const sample = () => {
        const { heapUsed, external, rss } = process.memoryUsage();
        most.heap = Math.max(most.heap, heapUsed - before.heapUsed);
        most.external = Math.max(most.external, external - before.external);
        most.resident = Math.max(most.resident, rss - before.rss);
      };
      const sampling = setInterval(sample, 200);
      const cpu = process.cpuUsage();
      const start = performance.now();
      await run();
      const wallMicros = (performance.now() - start) * 1000;
      const used = process.cpuUsage(cpu);
      clearInterval(sampling);
      sample();
      process.send?.({ cpuMicros: used.user + used.system, wallMicros, ...most } satisfies Measured);
    })();
  });
}

/** Prints medians, and the ratios to the first contender. */
export function printTransfers(
  title: string,
  { size, results }: { size: number; results: readonly TransferResult[] },
): void {
  console.log(`\n${title}`);
  const rows = results.map(({ name, measured }) => {
    const of = (pick: (each: Measured) => number) => median(measured.map(pick));
    return {
      name,
      rate: size / of(({ wallMicros }) => wallMicros),
      cpu: (of(({ cpuMicros }) => cpuMicros) / 1e6) * (1024 ** 3 / size),
      memory: [of(({ heap }) => heap), of(({ external }) => external), of(({ resident }) => resident)],
    };
  });
  const [first] = rows;
  for (const { name, rate, cpu, memory } of rows) {
    const ratios = `x${(rate / (first?.rate ?? 1)).toFixed(2)}`;
    const cpuRatio = `x${(cpu / (first?.cpu ?? 1)).toFixed(2)}`;
    const held = memory.map((bytes) => `${(bytes / mebibyte).toFixed(0)}`.padStart(4)).join(' ');
    console.log(
      `  ${name.padEnd(28)} ${rate.toFixed(0).padStart(6)} MB/s ${ratios.padEnd(7)}` +
        ` ${cpu.toFixed(2).padStart(5)} s CPU/GiB ${cpuRatio.padEnd(7)} MiB heap, external, resident: ${held}`,
    );
  }
}
