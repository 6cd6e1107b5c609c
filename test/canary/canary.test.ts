import { describe, expect, it } from 'vitest';
import { Canary, overheard } from './canary.js';
import { cases } from './cases/index.js';

/*
 * Secrets that are like nothing else go through every operation, in success and in every failure that can be provoked. They must
 * not show anywhere: not in errors and what caused them, not in telemetry, on the console, on the command line or in process lists.
 */

describe('no secret gets out', () => {
  it.each(cases)('$name', { timeout: 120_000 }, async ({ run }) => {
    const canary = new Canary();
    await overheard(canary.evidence, () => run(canary));
    expect(canary.evidence.size).toBeGreaterThan(0);
    expect(canary.secrets.all().length).toBeGreaterThan(0);
    expect(canary.leaks()).toEqual([]);
  });
});
