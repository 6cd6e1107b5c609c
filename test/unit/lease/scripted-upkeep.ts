import type { Clock } from '../../../src/core/clock.js';
import { pause } from '../../../src/core/pause.js';
import type { LeaseUpkeep, UpkeepLimits } from '../../../src/lease/held-lease.js';

/** How one request goes: whether the id has the lease, a failure, or an answer that takes its time. */
export type Answer = boolean | Error | { readonly afterMs: number; readonly answer: boolean | Error };

type Question = 'confirm' | 'holds' | 'release';

/** The upkeep of a lease whose service answers as told; what is not told is answered with yes. */
export class ScriptedUpkeep implements LeaseUpkeep {
  readonly resource: { readonly share: string; readonly path: string };
  /** What was asked, with the time and the limit. */
  readonly asked: { what: Question; id: string; at: number; limitMs: number }[] = [];
  readonly #clock: Clock;
  readonly #answers: Record<Question, Answer[]> = { confirm: [], holds: [], release: [] };

  constructor(clock: Clock, path = 'a.txt') {
    this.#clock = clock;
    this.resource = { share: 'data', path };
  }

  /** How the next confirmations go. */
  confirms(...answers: Answer[]): this {
    this.#answers.confirm.push(...answers);
    return this;
  }

  /** How the next looks go. */
  looks(...answers: Answer[]): this {
    this.#answers.holds.push(...answers);
    return this;
  }

  /** How the next releases go. */
  releases(...answers: Answer[]): this {
    this.#answers.release.push(...answers);
    return this;
  }

  /** When what was asked. */
  times(what: Question): number[] {
    return this.asked.filter((each) => each.what === what).map(({ at }) => at);
  }

  async confirm(id: string, limits: UpkeepLimits, beforeLast: () => void): Promise<boolean> {
    beforeLast();
    return this.#answer('confirm', id, limits);
  }

  async holds(id: string, limits: UpkeepLimits): Promise<boolean> {
    return this.#answer('holds', id, limits);
  }

  async release(id: string, limits: UpkeepLimits): Promise<boolean> {
    return this.#answer('release', id, limits);
  }

  async #answer(what: Question, id: string, { limitMs, signal }: UpkeepLimits): Promise<boolean> {
    this.asked.push({ what, id, at: this.#clock.monotonic(), limitMs });
    const next = this.#answers[what].shift() ?? true;
    const slow = typeof next === 'object' && 'afterMs' in next;
    if (slow) await pause(this.#clock, next.afterMs, signal);
    const answer = slow ? next.answer : next;
    if (answer instanceof Error) throw answer;
    return answer;
  }
}
