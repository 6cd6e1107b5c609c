import type { HttpResponse } from '../../../src/core/http/message.js';
import { infinite } from '../../../src/lease/lock-operations.js';
import type { Delivery } from './network.js';
import type { Duty, SimulatedProcess } from './process.js';
import { noLosses } from './totals.js';
import { causeOf, type Ended, isLate, type Losses, type Recorded, type Taken } from './unrenewed-loss.js';
import type { World } from './world.js';

/** A lock that somebody got, as those see it who know everything. */
export interface Hold {
  readonly index: number;
  readonly id: string;
  readonly process: SimulatedProcess;
  readonly durationSeconds: number;
  readonly duty: Duty;
  /** Whether it is renewed in the background. */
  readonly isRenewed: boolean;
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

/** The lease on the file, as it is. */
export interface CurrentLease {
  readonly id: string;
  readonly from: SimulatedProcess;
  readonly duty: Duty;
  readonly at: number;
  /** Whether the request for it came late, or twice. */
  readonly isLate: boolean;
}

/** The service tells the age of a record in whole seconds. */
const roundingMs = 1_000;

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
  operatorBreaks = 0;
  strayRecords = 0;
  /** Leases without end that somebody else ended who is not a person, and others that nobody renewed, within their time. */
  readonly endlessLosses = noLosses();
  readonly unrenewedLosses = noLosses();
  readonly #taken = new Map<string, Taken>();
  readonly #records: Recorded[] = [];
  #recordSince: number | undefined;
  /** What the record says. */
  recordedSeconds = 0;
  /** When a request of somebody who is dead by now took the lease or wrote the record, or a person ended a lease. */
  lastLifeAt = 0;
  current: CurrentLease | undefined;
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

  /** What happened, in numbers. */
  get totals() {
    const { violations, breaks, falseLosses, lateBreaks, operatorBreaks, strayRecords } = this;
    const { endlessLosses, unrenewedLosses } = this;
    const endlessHolds = this.holds.filter(({ duty }) => duty !== 'timed').length;
    const counts = { holds: this.holds.length, endlessHolds, breaks, operatorBreaks, strayRecords };
    return { violations, ...counts, falseLosses, lateBreaks, endlessLosses, unrenewedLosses };
  }

  /**
   * Whether a request of the past has taken the file beside a record that says without end, as its last holder could not
   * take that back.
   */
  get isRecordStray(): boolean {
    return this.current?.duty === 'timed' && this.current.isLate && this.recordedSeconds === infinite;
  }

  note(text: string): void {
    this.#log?.push(`${(this.#world.now / 1000).toFixed(3)} ${text}`);
  }

  granted(hold: Omit<Hold, 'index' | 'renewedAt' | 'longestPauseMs'>): Hold {
    // It may have slept since it told of itself.
    const told = this.#records.findLast(({ from }) => from === hold.process);
    const renewedAt = told?.at ?? this.#world.now;
    const longestPauseMs = this.#world.now - renewedAt;
    const counted = { ...hold, index: this.holds.length, renewedAt, longestPauseMs };
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
      this.#observeRecord(delivery, response);
      return;
    }
    if (!target.startsWith(`/data/${this.#file}`) || response.status >= 400) return;
    if (action === 'acquire') this.#acquired(headers.get('x-ms-proposed-lease-id') ?? '', delivery);
    else if (action === 'break') this.#broken(delivery);
    else if (action === 'release') this.current = undefined;
    else if (method === 'PUT') this.#written(delivery, response);
  };

  #observeRecord(delivery: Delivery, { status }: HttpResponse): void {
    const { request, from, sentAt, isDoubled } = delivery;
    if (status >= 400) return;
    if (request.target.includes('comp=lease')) {
      // A fence keeps takers off, as a record does.
      if (!from.alive && request.headers.get('x-ms-lease-action') === 'acquire')
        this.lastLifeAt = this.#world.now;
      return;
    }
    if (request.method === 'DELETE') this.#recordSince = undefined;
    if (request.method !== 'PUT') return;
    this.#recordSince ??= this.#world.now;
    this.recordedSeconds = Number(request.headers.get('x-ms-meta-duration'));
    this.#records.push({ at: this.#world.now, sentAt, isDoubled, from, seconds: this.recordedSeconds });
    this.#renewed(delivery);
  }

  #renewed({ from, hold, isDoubled }: Delivery): void {
    if (!from.alive) this.lastLifeAt = this.#world.now;
    if (!isDoubled) this.#recordedAt.set(from, this.#world.now);
    const held = hold === undefined ? undefined : this.holds[hold];
    if (held === undefined || held.process !== from) return;
    held.longestPauseMs = Math.max(held.longestPauseMs, this.#world.now - held.renewedAt);
    held.renewedAt = this.#world.now;
  }

  #acquired(id: string, { sentAt, isDoubled, from, duty }: Delivery): void {
    if (isDoubled) this.#doubled.add(id);
    else if (this.current?.id !== id && this.holds.some((hold) => hold.id === id)) {
      this.violations.push('re-created: a lease that had ended was taken again by its old holder');
    }
    const { now } = this.#world;
    this.current = { id, from, duty, at: now, isLate: isLate({ at: now, sentAt, isDoubled }) };
    this.#taken.set(id, { at: this.#world.now, recordSince: this.#recordSince });
    if (!from.alive) this.lastLifeAt = this.#world.now;
  }

  #broken(delivery: Delivery): void {
    const { sentAt, isDoubled, duty } = delivery;
    const { now } = this.#world;
    const id = this.current?.id;
    this.current = undefined;
    this.#brokenAt.set(id, now);
    const hold = this.holds.findLast((each) => each.id === id);
    if (duty === 'operator') {
      this.operatorBreaks += 1;
      this.lastLifeAt = now;
    } else this.breaks += 1;
    if (hold === undefined || hold.endedAt !== undefined) return;
    hold.brokenAt ??= now;
    if (duty === 'operator') return;
    const ended = { at: now, sentAt, isDoubled };
    // One without end is for a person to end, also when its holder is dead.
    if (hold.duty !== 'timed') this.#count(this.endlessLosses, hold, ended);
    else if (hold.process.alive && hold.believes()) this.#timedBroken(hold, ended);
  }

  #timedBroken(hold: Hold, ended: Ended): void {
    const { at, sentAt, isDoubled } = ended;
    if (!hold.isRenewed) {
      if (at - hold.renewedAt <= hold.durationSeconds * 1000) this.#count(this.unrenewedLosses, hold, ended);
      return;
    }
    const pauseMs = Math.max(hold.longestPauseMs, at - hold.renewedAt);
    this.falseLosses += 1;
    if (isDoubled || at - sentAt > 3_000) this.lateBreaks += 1;
    else if (pauseMs < hold.durationSeconds * 1000 - roundingMs) {
      this.violations.push(`false loss: hold ${hold.index} was broken in time`);
    }
  }

  #count(losses: Losses, { index, id, process, duty }: Hold, ended: Ended): void {
    const taken = this.#taken.get(id);
    if (taken === undefined) return;
    const cause = causeOf({ duty, process, taken, ended, records: this.#records });
    losses[cause] += 1;
    this.note(`hold ${index} (${duty}) is broken: ${cause}`);
    if (cause === 'never') this.violations.push(`broken: hold ${index} (${duty}) by nobody's right`);
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
    // Without renewals it is the next write that tells.
    const tellsMs = hold.isRenewed ? 60_000 : 180_000;
    const isOwnTime = hold.isRenewed && hold.duty === 'timed';
    const allowed = (isOwnTime ? hold.durationSeconds * 1000 : tellsMs) + 91_000;
    if (noticed - hold.brokenAt > allowed) this.violations.push(`hold ${hold.index} never noticed its loss`);
  }
}
