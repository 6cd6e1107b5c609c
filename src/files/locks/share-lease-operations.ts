import type { LockedResource, RequestLimits } from '../../lease/lock-operations.js';
import type { TimedLeaseOperations } from '../../lease/timed-lease.js';
import type { FilesContext, Location } from '../context.js';
import { type LeaseAction, leaseShareRequest } from '../wire/lease-wire.js';
import { isRefusedLease, sendOnce } from './file-lock-operations.js';

/** The lease on a share, which the service itself ends. */
export class ShareLeaseOperations implements TimedLeaseOperations {
  readonly resource: LockedResource;
  readonly #context: FilesContext;
  readonly #share: Location;

  constructor(context: FilesContext, share: Location) {
    this.#context = context;
    this.#share = share;
    this.resource = { share: share.share, path: '' };
  }

  acquire(id: string, durationSeconds: number, limits: RequestLimits): Promise<boolean> {
    return this.#ask({ action: 'acquire', proposedId: id, durationSeconds }, limits);
  }

  renew(id: string, limits: RequestLimits): Promise<boolean> {
    return this.#ask({ action: 'renew', id }, limits);
  }

  release(id: string, limits: RequestLimits): Promise<boolean> {
    return this.#ask({ action: 'release', id }, limits);
  }

  async #ask(action: LeaseAction, limits: RequestLimits): Promise<boolean> {
    try {
      await sendOnce(this.#context, leaseShareRequest(this.#share, action), limits);
      return true;
    } catch (error) {
      if (isRefusedLease(error)) return false;
      throw error;
    }
  }
}
