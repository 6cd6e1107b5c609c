import { LeaseError, NetworkError } from '../../../src/core/errors.js';
import { FileError } from '../../../src/files/errors.js';
import type { LockOperations, RecordContent, SeenRecord } from '../../../src/lease/lock-operations.js';
import type { ManualClock } from '../../../src/simulation/manual-clock.js';

/** What may be asked of a file and the record beside it. */
export type Question =
  | 'look at record'
  | 'write record'
  | 'fence'
  | 'end fence'
  | 'look at file'
  | 'acquire'
  | 'holds'
  | 'release'
  | 'break';

/** How one request goes; `carryOut` does what it asks for. */
export type Course = (carryOut: () => unknown) => unknown;

export function silence(): NetworkError {
  return new NetworkError('Timeout', 'silence', { retryable: true });
}

/** It never comes to the service. */
export const lost: Course = () => {
  throw silence();
};

/** It is carried out, and the answer never comes. */
export const unanswered: Course = (carryOut) => {
  carryOut();
  throw silence();
};

/** A file, its lease and its record, as the service has them, with requests that go as told. */
export class LockedFile implements LockOperations {
  readonly resource = { share: 'data', path: 'a.txt' };
  /** Every request, in order, with what tells it from others of its kind. */
  readonly asked: string[] = [];
  /** Every id that was proposed for the file. */
  readonly ids: string[] = [];
  exists = true;
  lease: string | undefined;
  record: (RecordContent & { readonly etag: string; readonly writtenAt: number }) | undefined;
  /** The lease on the record. */
  fenced: string | undefined;
  readonly #clock: ManualClock;
  readonly #courses = new Map<Question, Course[]>();
  #versions = 0;
  #fences = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** How the next requests of a kind go. */
  next(question: Question, ...courses: Course[]): this {
    this.#courses.set(question, [...(this.#courses.get(question) ?? []), ...courses]);
    return this;
  }

  /** Writes the record as somebody else does. */
  tell(content: Partial<RecordContent>): void {
    this.#versions += 1;
    this.record = {
      durationSeconds: 15,
      holder: 'somebody',
      renewed: 0,
      ...content,
      etag: `version ${this.#versions}`,
      writtenAt: this.#clock.monotonic(),
    };
  }

  readRecord(): Promise<SeenRecord | undefined> {
    return this.#ask('look at record', '', () => {
      if (this.record === undefined) return undefined;
      const { writtenAt, ...seen } = this.record;
      const ageMs = this.#clock.monotonic() - writtenAt;
      return { ...seen, ageMs, isFenced: this.fenced !== undefined };
    });
  }

  writeRecord(content: RecordContent, _limits: unknown, fence?: string): Promise<string> {
    const detail = `${content.durationSeconds}${content.taking === true ? ', taking' : ''}`;
    return this.#ask('write record', `: ${detail}${fence === undefined ? '' : ', fenced'}`, () => {
      if (fence !== undefined && fence !== this.fenced) throw new LeaseError('LeaseNotPresent', 'no fence');
      if (fence === undefined && this.fenced !== undefined) {
        throw new FileError('FileLocked', 'fenced', { serviceCode: 'LeaseIdMissing', retryable: true });
      }
      this.tell(content);
      return this.record?.etag ?? '';
    });
  }

  fence(): Promise<string | undefined> {
    return this.#ask('fence', '', () => {
      if (this.record === undefined || this.fenced !== undefined) return undefined;
      this.#fences += 1;
      this.fenced = `fence ${this.#fences}`;
      return this.fenced;
    });
  }

  endFence(id: string | undefined): Promise<boolean> {
    return this.#ask('end fence', id === undefined ? ' of another' : '', () => {
      const stands = this.fenced !== undefined && (id === undefined || id === this.fenced);
      if (stands) this.fenced = undefined;
      return stands;
    });
  }

  isLeased(): Promise<boolean> {
    return this.#ask('look at file', '', () => {
      if (!this.exists) throw new FileError('FileNotFound', 'no such file');
      return this.lease !== undefined;
    });
  }

  acquire(id: string): Promise<boolean> {
    this.ids.push(id);
    return this.#ask('acquire', '', () => {
      if (this.lease !== undefined && this.lease !== id) return false;
      this.lease = id;
      return true;
    });
  }

  holds(id: string): Promise<boolean> {
    return this.#ask('holds', '', () => this.lease === id);
  }

  release(id: string): Promise<boolean> {
    return this.#ask('release', '', () => {
      if (this.lease !== id) return false;
      this.lease = undefined;
      return true;
    });
  }

  breakLease(): Promise<boolean> {
    return this.#ask('break', '', () => {
      const was = this.lease;
      this.lease = undefined;
      return was !== undefined;
    });
  }

  async #ask<T>(question: Question, detail: string, carryOut: () => T): Promise<T> {
    this.asked.push(`${question}${detail}`);
    const course = this.#courses.get(question)?.shift();
    return course === undefined ? carryOut() : ((await course(carryOut)) as T);
  }
}

/** Answered, and carried out, after some time. */
export function slow(clock: ManualClock, ms: number): Course {
  return (carryOut) =>
    new Promise((resolve, reject) => {
      clock.timer(ms, () => {
        try {
          resolve(carryOut());
        } catch (error) {
          reject(error);
        }
      });
    });
}

/** Carried out at once; then the machine sleeps before the answer is read. */
export function thenAsleep(clock: ManualClock, ms: number): Course {
  return (carryOut) => {
    const answer = carryOut();
    clock.setWallClock(clock.now() + ms);
    return answer;
  };
}
