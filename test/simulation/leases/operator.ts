import type { CurrentLease } from './witness.js';
import { type Setting, Worker } from './worker.js';

/** How long a lease without end must have been nobody's until the person breaks it. */
const patienceMs = { least: 10_000, most: 40_000 } as const;

/**
 * A person who ends leases without end whose holders are dead, or do not know of them, and never another one: what that
 * takes is known here only.
 */
export class Operator {
  readonly #setting: Setting;
  #ended = false;
  /** The lease that is nobody's, and when the person will end it. */
  #doomed: { readonly id: string; readonly at: number } | undefined;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  watch(): void {
    if (this.#ended) return;
    const { world } = this.#setting;
    this.#look();
    world.after(1_000, () => this.watch());
  }

  stop(): void {
    this.#ended = true;
  }

  #look(): void {
    const { world, witness } = this.#setting;
    const { current } = witness;
    if (current === undefined || !this.#isNobodys(current)) {
      this.#doomed = undefined;
      return;
    }
    if (this.#doomed?.id !== current.id) {
      const wait = world.chance.between(patienceMs.least, patienceMs.most);
      this.#doomed = { id: current.id, at: world.now + wait };
    }
    if (world.now < this.#doomed.at) return;
    this.#doomed = undefined;
    new Worker(this.#setting, 'person').breakLease().catch((error: unknown) => {
      witness.note(`the person failed: ${String(error)}`);
    });
  }

  #isNobodys({ id, from, duty }: CurrentLease): boolean {
    if (duty !== 'endless' && duty !== 'foreign') return false;
    const { holds } = this.#setting.witness;
    const held = from.hold === undefined ? undefined : holds[from.hold];
    return !from.alive || held?.id !== id;
  }
}
