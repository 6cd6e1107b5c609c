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

function table(answers: ReadonlyMap<string, number>): string {
  const rows = [...answers].sort((a, b) => b[1] - a[1]);
  return rows.map(([name, count]) => `${String(count).padStart(8)} ${name}`).join('\n');
}

describe('the engine under generated requests', () => {
  it('answers every one as the service would, and keeps what it holds in order', {
    timeout: 3_600_000,
  }, async () => {
    const reports: WorldReport[] = [];
    for (let done = 0; done < requestBudget; done += worldSize) {
      const world = new World(fuzzSeed + done / worldSize);
      reports.push(await world.run(Math.min(worldSize, requestBudget - done)));
    }
    for (const { seed, requests, fault } of reports)
      expect(fault, `seed ${seed}, request ${requests}`).toBeUndefined();
    const answers = merged(reports);
    if (isLongRun)
      process.stdout.write(`${table(answers)}
`);
    // A generator that has gone wrong would find nothing any more.
    const successes = ['200', '201', '202', '206'].reduce(
      (sum, status) => sum + (answers.get(status) ?? 0),
      0,
    );
    if (requestBudget >= worldSize) {
      expect(successes).toBeGreaterThan(requestBudget / 10);
      expect(answers.size).toBeGreaterThan(40);
    }
  });
});
