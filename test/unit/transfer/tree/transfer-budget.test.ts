import { describe, expect, it } from 'vitest';
import { TaskGroup, TransferBudget } from '../../../../src/transfer/tree/transfer-budget.js';

function budget(lanes: number, bytes: number) {
  const controller = new AbortController();
  return { controller, budget: new TransferBudget({ lanes, bytes }, controller.signal) };
}

/** A task that ends when it is told to. */
function task() {
  let end = () => {};
  let started = false;
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    end,
    hasStarted: () => started,
    run: () => {
      started = true;
      return promise;
    },
  };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
}

describe('a budget', () => {
  it('has no more lanes under way than it has', async () => {
    const { budget: shared } = budget(2, 100);
    const group = new TaskGroup(shared);
    const tasks = [task(), task(), task()];
    await group.start({ lanes: 1, bytes: 0 }, tasks[0]!.run);
    await group.start({ lanes: 1, bytes: 0 }, tasks[1]!.run);
    const third = group.start({ lanes: 1, bytes: 0 }, tasks[2]!.run);
    await settled();
    expect(tasks[2]!.hasStarted()).toBe(false);
    tasks[0]!.end();
    await third;
    expect(tasks[2]!.hasStarted()).toBe(true);
  });

  it('has no more bytes under way than it has', async () => {
    const { budget: shared } = budget(10, 100);
    const giveBack = await shared.take({ lanes: 1, bytes: 60 });
    let taken = false;
    const second = shared.take({ lanes: 1, bytes: 41 }).then(() => {
      taken = true;
    });
    await settled();
    expect(taken).toBe(false);
    giveBack();
    await second;
    expect(taken).toBe(true);
  });

  it('lets nobody overtake a large one', async () => {
    const { budget: shared } = budget(4, 100);
    const order: string[] = [];
    const giveBack = await shared.take({ lanes: 2, bytes: 0 });
    const large = shared.take({ lanes: 4, bytes: 0 }).then((give) => {
      order.push('large');
      give();
    });
    const small = shared.take({ lanes: 1, bytes: 0 }).then(() => void order.push('small'));
    await settled();
    expect(order).toEqual([]);
    giveBack();
    await Promise.all([large, small]);
    expect(order).toEqual(['large', 'small']);
  });

  it('gives all there is to what asks for more', async () => {
    const { budget: shared } = budget(2, 100);
    const giveBack = await shared.take({ lanes: 9, bytes: 900 });
    let taken = false;
    const next = shared.take({ lanes: 1, bytes: 1 }).then(() => {
      taken = true;
    });
    await settled();
    expect(taken).toBe(false);
    giveBack();
    await next;
  });

  it('ends all waits with the reason of an abort, and starts nothing after it', async () => {
    const { budget: shared, controller } = budget(1, 1);
    await shared.take({ lanes: 1, bytes: 0 });
    const waiting = [shared.take({ lanes: 1, bytes: 0 }), shared.take({ lanes: 1, bytes: 0 })];
    controller.abort(new Error('enough'));
    await expect(Promise.allSettled(waiting)).resolves.toMatchObject([
      { status: 'rejected', reason: new Error('enough') },
      { status: 'rejected', reason: new Error('enough') },
    ]);
    await expect(shared.run({ lanes: 0, bytes: 0 }, async () => 1)).rejects.toThrow('enough');
  });

  it('gives back what a failed task has taken', async () => {
    const { budget: shared } = budget(1, 1);
    const failing = shared.run({ lanes: 1, bytes: 0 }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await shared.run({ lanes: 1, bytes: 0 }, async () => 'next')).toBe('next');
  });
});

describe('a group', () => {
  it('is drained when all its tasks have ended, again and again', async () => {
    const { budget: shared } = budget(4, 0);
    const group = new TaskGroup(shared);
    await group.drain();
    for (let round = 0; round < 2; round += 1) {
      const tasks = [task(), task()];
      for (const { run } of tasks) await group.start({ lanes: 1, bytes: 0 }, run);
      let drained = false;
      const drain = group.drain().then(() => {
        drained = true;
      });
      tasks[1]!.end();
      await settled();
      expect(drained).toBe(false);
      tasks[0]!.end();
      await drain;
    }
  });
});
