import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/cli/copying/slots.js';

/** A task that ends when the test says so. */
function task() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const state = { started: false, end };
  const run = () => {
    state.started = true;
    return ended;
  };
  return { state, run };
}

const memory = 100;
const lanes = (count: number) => ({ lanes: count, bytes: 0 });

describe('Slots', () => {
  it('starts tasks while there is room, and waits for as much as a task needs', async () => {
    const slots = new Slots({ lanes: 4, bytes: memory });
    const [one, three, two] = [task(), task(), task()];
    await slots.start(lanes(1), one.run);
    await slots.start(lanes(3), three.run);
    const waiting = slots.start(lanes(2), two.run);
    one.state.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(two.state.started).toBe(false);
    three.state.end();
    await waiting;
    expect(two.state.started).toBe(true);
    two.state.end();
    await slots.drain();
  });

  it('gives a task that needs more than there is all of it', async () => {
    const slots = new Slots({ lanes: 2, bytes: memory });
    const large = task();
    await slots.start(lanes(100), large.run);
    expect(large.state.started).toBe(true);
    large.state.end();
    await slots.drain();
  });

  it('waits for memory as it does for lanes', async () => {
    const slots = new Slots({ lanes: 4, bytes: memory });
    const [large, small, next] = [task(), task(), task()];
    await slots.start({ lanes: 1, bytes: 90 }, large.run);
    await slots.start({ lanes: 1, bytes: 10 }, small.run);
    const waiting = slots.start({ lanes: 1, bytes: 20 }, next.run);
    small.state.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(next.state.started).toBe(false);
    large.state.end();
    await waiting;
    expect(next.state.started).toBe(true);
    next.state.end();
    await slots.drain();
  });

  it('waits for every task at the end', async () => {
    const slots = new Slots({ lanes: 2, bytes: memory });
    const one = task();
    await slots.start(lanes(1), one.run);
    let drained = false;
    const end = slots.drain().then(() => {
      drained = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(drained).toBe(false);
    one.state.end();
    await end;
  });
});
