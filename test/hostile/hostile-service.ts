import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A key that belongs to nobody. */
export const accountKey = 'a2V5IG9mIG5vYm9keQ==';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function held(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * By how many bytes memory had grown at most, on the heap and outside of it, while `work` ran. What is held for a moment between
 * two looks is missed; what piles up is not.
 */
export async function grown(work: () => Promise<void>): Promise<number> {
  const before = held();
  let most = before;
  const look = setInterval(() => {
    const { heapUsed, external } = process.memoryUsage();
    if (heapUsed + external > most) most = held();
  }, 50);
  try {
    await work();
  } finally {
    clearInterval(look);
  }
  return Math.max(most, held()) - before;
}
