import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goOn } from '../../../src/cli/copying/beginning.js';
import type { Step, Steps } from '../../../src/cli/copying/step.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const place = (path: string) => path;
const tree: Step = {
  kind: 'tree',
  source: 'a',
  places: { source: place, target: place },
  run: () => Promise.resolve(),
};

async function* stepsOf(...steps: readonly Step[]): Steps {
  yield* steps;
}

/** Takes all steps of a plan. */
async function takeAll(steps: Steps): Promise<void> {
  for await (const step of steps) expect(step).toBe(tree);
}

describe('goOn', () => {
  const copy = { mayBecome: true, key: ['a', 'b'] } as const;

  it('remembers what a directory was to become until that is done', async () => {
    const notes = await temporaryDirectory();
    const first = await goOn({ ...copy, into: false, notes });
    const plan = first.plan(stepsOf(tree));
    expect(await readdir(notes)).toEqual([]);
    await takeAll(plan.steps);
    expect(await readdir(notes)).toHaveLength(1);
    const second = await goOn({ ...copy, into: true, notes });
    expect(second.into).toBe(false);
    expect((await goOn({ ...copy, key: ['a', 'c'], into: true, notes })).into).toBe(true);
    await second.plan(stepsOf()).finished?.();
    expect(await readdir(notes)).toEqual([]);
    expect((await goOn({ ...copy, into: true, notes })).into).toBe(true);
  });

  it('says nothing of going on, and writes nothing, where nothing can be written down', async () => {
    const begun = await goOn({ ...copy, into: false, notes: false });
    const plan = begun.plan(stepsOf(tree));
    await takeAll(plan.steps);
    expect(plan.resumes).toBe(false);
    await plan.finished?.();
    expect((await goOn({ ...copy, into: true, notes: false })).into).toBe(true);
  });

  it('writes nothing down for what becomes no directory', async () => {
    const notes = await temporaryDirectory();
    const begun = await goOn({ ...copy, mayBecome: false, into: false, notes });
    await takeAll(begun.plan(stepsOf(tree)).steps);
    expect(await readdir(notes)).toEqual([]);
  });

  it('forgets after a month, and leaves notes of others alone', async () => {
    const notes = await temporaryDirectory();
    await takeAll((await goOn({ ...copy, into: false, notes })).plan(stepsOf(tree)).steps);
    const [name = ''] = await readdir(notes);
    const old = Date.now() / 1000 - 31 * 24 * 3_600;
    await utimes(join(notes, name), old, old);
    await writeFile(join(notes, 'other.json'), '{}');
    await utimes(join(notes, 'other.json'), old, old);
    expect((await goOn({ ...copy, into: true, notes })).into).toBe(true);
    expect(await readdir(notes)).toEqual(['other.json']);
  });
});
