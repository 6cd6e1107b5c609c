import type { HttpResponse } from '../../../src/core/http/message.js';
import type { Delivery } from './network.js';
import type { SimulatedProcess } from './process.js';
import type { World } from './world.js';

/** A lock that somebody got, as those see it who know everything. */
export interface Hold {
  readonly index: number;
  readonly id: string;
  readonly process: SimulatedProcess;
  readonly durationSeconds: number;
  /** When the record was last written for it, at the service, and the longest pause between two writes. */
  renewedAt: number;
  longestPauseMs: number;
  /** When somebody else ended its lease. */
  brokenAt?: number;
  /** When its process noticed that it is lost, or gave it back. */
  endedAt?: number;
  /** What the process believes. */
  believes: () => boolean;
}

/** Sees every request that the service carries out, and writes down what must not be. */
export class Witness {
  readonly violations: string[] = [];
  readonly holds: Hold[] = [];
  readonly #world: World;
  readonly #file: string;
  /** When the lease of an id was broken, and when a process has written the record last. */
  readonly #brokenAt = new Map<string | undefined, number>();
  readonly #recordedAt = new Map<SimulatedProcess, number>();
  readonly #doubled = new Set<string>();
  readonly acknowledged: number[] = [];
  attempted = 0;
  lateBreaks = 0;
  falseLosses = 0;
  breaks = 0;
  /** When a request of somebody who is dead by now took the lease or wrote the record. */
  lastLifeAt = 0;
  #current: string | undefined;
  /** The last hold that began with a lease. */
  #latest: number | undefined;
  #etag: string | undefined;
  readonly #log: string[] | undefined;

  constructor(world: World, file: string, log?: string[]) {
    this.#world = world;
    this.#file = file;
    this.#log = log;
  }

  /** ETag of the file after the last request that may change it. */
  get etag(): string | undefined {
    return this.#etag;
  }

  note(text: string): void {
    this.#log?.push(`${(this.#world.now / 1000).toFixed(3)} ${text}`);
  }

  granted(hold: Omit<Hold, 'index' | 'renewedAt' | 'longestPauseMs'>): Hold {
    const counted = { ...hold, index: this.holds.length, renewedAt: this.#world.now, longestPauseMs: 0 };
    this.holds.push(counted);
    const brokenAt = this.#brokenAt.get(hold.id) ?? Number.POSITIVE_INFINITY;
    // One that was put to sleep between the last answer and this may find itself with a lock that is gone already.
    if (brokenAt > this.#world.now) this.#latest = counted.index;
    const recordedAt = this.#recordedAt.get(hold.process) ?? 0;
    if (brokenAt < recordedAt) {
      this.violations.push(`nothing locked: hold ${counted.index} had been broken before it was recorded`);
    }
    this.note(`${hold.process.name} holds ${hold.id} (${counted.index})`);
    return counted;
  }

  observe = (delivery: Delivery, response: HttpResponse): void => {
    const { request, from, isDoubled } = delivery;
    const { method, headers } = request;
    const target = request.target.slice(request.target.indexOf('/', 1));
    const action = headers.get('x-ms-lease-action');
    const doubled = isDoubled ? ' (doubled)' : '';
    const took = Math.round(this.#world.now - delivery.sentAt);
    this.note(
      `${from.name}: ${method} ${target} ${action ?? ''} -> ${response.status}${doubled} after ${took}`,
    );
    if (target.startsWith('/data/.')) {
      if (method === 'PUT' && response.status === 201) this.#renewed(delivery);
      return;
    }
    if (!target.startsWith(`/data/${this.#file}`) || response.status >= 400) return;
    if (action === 'acquire') this.#acquired(headers.get('x-ms-proposed-lease-id') ?? '', delivery);
    else if (action === 'break') this.#broken(delivery);
    else if (action === 'release') this.#current = undefined;
    else if (method === 'PUT') this.#written(delivery, response);
  };

  #renewed({ from, hold, isDoubled }: Delivery): void {
    if (!from.alive) this.lastLifeAt = this.#world.now;
    if (!isDoubled) this.#recordedAt.set(from, this.#world.now);
    const held = hold === undefined ? undefined : this.holds[hold];
    if (held === undefined || held.process !== from) return;
    held.longestPauseMs = Math.max(held.longestPauseMs, this.#world.now - held.renewedAt);
    held.renewedAt = this.#world.now;
  }

  #acquired(id: string, { isDoubled, from }: Delivery): void {
    if (isDoubled) this.#doubled.add(id);
    else if (this.#current !== id && this.holds.some((hold) => hold.id === id)) {
      this.violations.push('re-created: a lease that had ended was taken again by its old holder');
    }
    this.#current = id;
    if (!from.alive) this.lastLifeAt = this.#world.now;
  }

  #broken({ sentAt, isDoubled }: Delivery): void {
    this.breaks += 1;
    const id = this.#current;
    this.#current = undefined;
    this.#brokenAt.set(id, this.#world.now);
    const hold = this.holds.findLast((each) => each.id === id);
    if (hold === undefined || hold.endedAt !== undefined) return;
    hold.brokenAt ??= this.#world.now;
    if (!hold.process.alive || !hold.believes()) return;
    this.falseLosses += 1;
    const pauseMs = Math.max(hold.longestPauseMs, this.#world.now - hold.renewedAt);
    const late = isDoubled || this.#world.now - sentAt > 3_000;
    if (late) this.lateBreaks += 1;
    else if (pauseMs <= 6_000) this.violations.push(`false loss: hold ${hold.index} was broken in time`);
  }

  #written({ from, hold, request }: Delivery, response: HttpResponse): void {
    this.#etag = response.headers.get('etag');
    const id = hold === undefined ? undefined : this.holds[hold]?.id;
    if (hold === this.#latest || (id !== undefined && this.#doubled.has(id))) return;
    if (request.target.includes('comp=range') && hold !== undefined) {
      this.violations.push(
        `fencing: ${from.name} wrote under hold ${hold} although ${this.#latest} had been granted`,
      );
    }
  }

  /** What can only be judged at the end. */
  judge(final: { counter: number; etag: string; metadata: Readonly<Record<string, string>> }): void {
    const { acknowledged, attempted } = this;
    const doubtful = this.#doubled.size > 0;
    if (!doubtful && new Set(acknowledged).size !== acknowledged.length) {
      this.violations.push(`lost update: ${acknowledged.length} acknowledged, some of them with one result`);
    }
    if (!doubtful && (final.counter < acknowledged.length || final.counter > attempted)) {
      this.violations.push(
        `count: ${final.counter}, but ${acknowledged.length} of ${attempted} were acknowledged`,
      );
    }
    if (final.etag !== this.#etag) this.violations.push('the ETag was moved by locking');
    if (final.metadata.owner !== 'me') this.violations.push('the metadata was changed by locking');
    for (const hold of this.holds) this.#judgeLoss(hold);
  }

  /** Who lost a lock must have noticed within its duration; a process that stalls, when it runs again. */
  #judgeLoss(hold: Hold): void {
    if (hold.brokenAt === undefined || !hold.process.alive) return;
    const noticed = hold.endedAt ?? Number.POSITIVE_INFINITY;
    const allowed = hold.durationSeconds * 1000 + 91_000;
    if (noticed - hold.brokenAt > allowed) this.violations.push(`hold ${hold.index} never noticed its loss`);
  }
}
