/** Where a worker is told to stand still with the lock in its hands. */
export type Stage = 'acquired' | 'read' | 'writing' | 'written';

export const stages: readonly Stage[] = ['writing', 'acquired', 'written', 'read'];

/** What a worker process is to do. */
export interface WorkerOrder {
  readonly connectionString: string;
  readonly share: string;
  /** The files with a number each, which are gone through in turn. */
  readonly counters: readonly string[];
  /** The counter to begin with. */
  readonly first: number;
  /** How often the worker counts, until it is done. */
  readonly increments: number;
  readonly durationSeconds: number;
  /** Counters at which the worker stands still from the beginning. */
  readonly stops: Readonly<Record<string, Stage>>;
  /** Writes by a client that knows nothing of the lock, with the id that it had at first: only the service can refuse it. */
  readonly heedless?: boolean;
}

/** From a worker. */
export type Report =
  /** The worker waits for the lock from now on. */
  | { readonly is: 'waiting'; readonly path: string }
  | { readonly is: 'acquired'; readonly path: string }
  /** The worker stands still under the lock. */
  | { readonly is: 'standing'; readonly path: string; readonly stage: Stage }
  /** Stands still between two locks, as it was told to. */
  | { readonly is: 'paused' }
  /** Counted: the lock has been given back. */
  | { readonly is: 'counted'; readonly path: string; readonly value: number }
  /** A count that failed with a failure of a lock; it is tried again. */
  | {
      readonly is: 'refused';
      readonly path: string;
      readonly code: string;
      /** What the write inside ended with. */
      readonly inside?: string | undefined;
    };

/** To a worker. */
export type Command =
  /** Stand still at that stage, whenever it comes to pass at that counter; without a stage, do not any more. */
  | { readonly do: 'stop'; readonly path: string; readonly stage?: Stage | undefined }
  /** Stand still before the next lock. */
  | { readonly do: 'pause' }
  /** Go on from where it stands; the counter that is next may be told. */
  | { readonly do: 'go'; readonly next?: number };

const width = 16;

/** A number as a counter holds it: always of the same length, so that one request replaces it as a whole. */
export function counterText(value: number): Uint8Array {
  return new TextEncoder().encode(String(value).padStart(width));
}

export function counterValue(data: Uint8Array): number {
  return Number(new TextDecoder().decode(data));
}
