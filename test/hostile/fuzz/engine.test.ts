import { describe, expect, it } from 'vitest';
import { fuzzSeed, isLongRun, requestBudget } from './budget.js';
import { World, type WorldReport } from './world.js';

/*
 * Requests of every operation, mostly right and often spoilt, straight into the engine. Whatever comes, it answers: with a
 * success or with a refusal in the form of the service, and what it holds fits together. Each world begins empty with a
 * seed of its own, so that a failure is found again by `AZSTORE_TEST_SEED` with the seed that the message names.
 */

const worldSize = 20_000;

function merged(reports: readonly WorldReport[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const { answers } of reports)
    for (const [name, count] of answers) total.set(name, (total.get(name) ?? 0) + count);
  return total;
}

/** How many answers there were of each class: `2xx`, `4xx`. */
function classes(answers: ReadonlyMap<string, number>): Map<string, number> {
  const counted = new Map<string, number>();
  for (const [name, count] of answers) {
    const kind = `${name.slice(0, 1)}xx`;
    counted.set(kind, (counted.get(kind) ?? 0) + count);
  }
  return counted;
}

function table(answers: ReadonlyMap<string, number>): string {
  const rows = [...answers].sort((a, b) => b[1] - a[1]);
  return rows.map(([name, count]) => `${String(count).padStart(8)} ${name}`).join('\n');
}

/** What a long run says for itself. @param startedAt - milliseconds, of `performance.now()`. */
function figures(answers: ReadonlyMap<string, number>, startedAt: number): string {
  const requests = [...answers.values()].reduce((sum, count) => sum + count, 0);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const head = `${requests} requests from seed ${fuzzSeed} in ${seconds} s, at most ${peakMiB} MiB resident`;
  return `${head}\n${table(classes(answers))}\n\n${table(answers)}\n`;
}

describe('the engine under generated requests', () => {
  it('answers every one as the service would, and keeps what it holds in order', {
    timeout: 3_600_000,
  }, async () => {
    const startedAt = performance.now();
    const reports: WorldReport[] = [];
    for (let done = 0; done < requestBudget; done += worldSize) {
      const world = new World(fuzzSeed + done / worldSize);
      reports.push(await world.run(Math.min(worldSize, requestBudget - done)));
    }
    const answers = merged(reports);
    if (isLongRun) process.stdout.write(figures(answers, startedAt));
    const faults = reports.filter(({ fault }) => fault !== undefined);
    expect(faults.map(({ seed, requests, fault }) => `seed ${seed}, request ${requests}: ${fault}`)).toEqual(
      [],
    );
    // A generator that has gone wrong would find nothing any more.
    const successes = classes(answers).get('2xx') ?? 0;
    if (requestBudget >= worldSize) {
      expect(successes).toBeGreaterThan(requestBudget / 10);
      expect(answers.size).toBeGreaterThan(40);
    }
  });
});
