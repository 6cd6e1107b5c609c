import { LeaseError } from '../../core/errors.js';
import type { HttpResponse } from '../../core/http/message.js';
import { defaultRetryConfig } from '../../core/resilience/retry-decision.js';
import type {
  LockOperations,
  RecordContent,
  RequestLimits,
  SeenRecord,
} from '../../lease/lock-operations.js';
import { timing } from '../../lease/timing.js';
import { type FilesContext, type Location, locateFile, sendUnchecked, type WireRequest } from '../context.js';
import { hasCode } from '../failure.js';
import type { FileProperties } from '../types.js';
import { etagOf } from '../wire/answers.js';
import {
  createFileRequest,
  deleteFileRequest,
  filePropertiesOf,
  getPropertiesRequest,
} from '../wire/file-wire.js';
import { leaseFileRequest } from '../wire/lease-wire.js';
import { recordMetadata, recordPathOf, seenRecord } from './lease-record.js';

/** No failure is retried below: every request of the protocol goes out once, and the protocol decides what follows. */
const once: Readonly<Record<string, number>> = Object.freeze(
  Object.fromEntries(Object.keys(defaultRetryConfig.policies).map((code) => [code, 1])),
);

/** Sends one request, once. */
export function sendOnce(
  context: FilesContext,
  wire: WireRequest,
  { limitMs, signal }: RequestLimits,
): Promise<HttpResponse> {
  const timeoutMs = Math.max(1, Math.ceil(limitMs));
  // A lock would be lost before a host that failed is asked again.
  const limits = { timeoutMs, totalTimeoutMs: timeoutMs };
  return sendUnchecked(context, wire, { ...limits, signal, maxAttempts: once, urgent: true });
}

/** The requests that a lock on one file is made of. */
export class FileLockOperations implements LockOperations {
  readonly resource: { readonly share: string; readonly path: string };
  readonly #context: FilesContext;
  readonly #file: Location;
  readonly #record: Location;
  #seen: FileProperties | undefined;

  constructor(context: FilesContext, file: Location) {
    this.#context = context;
    this.#file = file;
    // Called by the name of the file in errors, only its URL is another.
    this.#record = { ...locateFile(context, file.share, recordPathOf(file.path)), path: file.path };
    this.resource = { share: file.share, path: file.path };
  }

  async readRecord(limits: RequestLimits): Promise<SeenRecord | undefined> {
    try {
      return seenRecord(await this.#send(getPropertiesRequest(this.#record, this.#record), limits));
    } catch (error) {
      if (hasCode(error, 'FileNotFound')) return undefined;
      throw error;
    }
  }

  async writeRecord(content: RecordContent, limits: RequestLimits, fence?: string): Promise<string> {
    const { path } = this.#record;
    const metadata = recordMetadata(content);
    const wire = createFileRequest(this.#record, { path, size: 0, metadata, leaseId: fence });
    return etagOf(await this.#send(wire, limits));
  }

  async fence(limits: RequestLimits): Promise<string | undefined> {
    const proposedId = this.#context.pipeline.options.clock.uuid();
    const wire = leaseFileRequest(this.#record, { action: 'acquire', proposedId, durationSeconds: -1 });
    return (await this.#unless(isGone, this.#send(wire, limits))) ? proposedId : undefined;
  }

  endFence(id: string | undefined, limits: RequestLimits): Promise<boolean> {
    const action = id === undefined ? ({ action: 'break' } as const) : ({ action: 'release', id } as const);
    return this.#unless(isGone, this.#send(leaseFileRequest(this.#record, action), limits));
  }

  async isLeased(limits: RequestLimits): Promise<boolean> {
    const response = await this.#send(getPropertiesRequest(this.#file, this.#file), limits);
    // By the status alone: a state that nobody knows may be that of somebody who holds it.
    return response.headers.get('x-ms-lease-status') === 'locked';
  }

  acquire(id: string, limits: RequestLimits): Promise<boolean> {
    const wire = leaseFileRequest(this.#file, { action: 'acquire', proposedId: id, durationSeconds: -1 });
    return this.#unless(isRefusedLease, this.#send(wire, limits));
  }

  async holds(id: string, limits: RequestLimits): Promise<boolean> {
    const wire = getPropertiesRequest(this.#file, { path: this.#file.path, leaseId: id });
    try {
      this.#seen = filePropertiesOf(await this.#send(wire, limits));
      return true;
    } catch (error) {
      const lost = ['FileNotFound', 'PreconditionFailed'] as const;
      if (isRefusedLease(error) || lost.some((code) => hasCode(error, code))) return false;
      throw error;
    }
  }

  /** The file as it was when its lease was seen last. */
  seen(): FileProperties {
    if (this.#seen === undefined) throw new TypeError('a lock that was granted must have been seen');
    return this.#seen;
  }

  release(id: string, limits: RequestLimits): Promise<boolean> {
    return this.#unless(isGone, this.#send(leaseFileRequest(this.#file, { action: 'release', id }), limits));
  }

  breakLease(limits: RequestLimits): Promise<boolean> {
    return this.#unless(
      isRefusedLease,
      this.#send(leaseFileRequest(this.#file, { action: 'break' }), limits),
    );
  }

  /**
   * Does what ends the file, or this name of it, and removes the record then, unless somebody has written it meanwhile: it
   * is that of another file, whose lease would be one without end. A record that stays without its file does no harm.
   */
  async removingRecord<T>(end: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    // Most files have none.
    const fence = await this.fence({ limitMs: timing.favourMs, signal }).catch(() => undefined);
    if (fence === undefined) return end();
    const favour = { limitMs: timing.favourMs };
    let result: T;
    try {
      result = await end();
    } catch (error) {
      const spared = this.endFence(fence, favour).catch(() => {});
      // Whoever gave up does not wait for it.
      if (signal?.aborted !== true) await spared;
      throw error;
    }
    const wire = deleteFileRequest(this.#record, { leaseId: fence });
    await this.#send(wire, { ...favour, signal }).catch(() => {});
    return result;
  }

  #send(wire: WireRequest, limits: RequestLimits): Promise<HttpResponse> {
    return sendOnce(this.#context, wire, limits);
  }

  /** True when a request succeeds, false when it fails so; other failures are thrown. */
  async #unless(refused: (error: unknown) => boolean, answer: Promise<HttpResponse>): Promise<boolean> {
    try {
      await answer;
      return true;
    } catch (error) {
      if (refused(error)) return false;
      throw error;
    }
  }
}

function isGone(error: unknown): boolean {
  return isRefusedLease(error) || hasCode(error, 'FileNotFound');
}

/** Whether the service said of the lease, and not of itself, why not. */
export function isRefusedLease(error: unknown): error is LeaseError {
  return error instanceof LeaseError;
}
