import { longestDelegationMs, type UserDelegationKey } from '../../sas/user-delegation-key.js';
import { type FilesContext, send } from '../context.js';
import type { CallOptions } from '../requests.js';
import { untilAborted } from '../until-aborted.js';
import {
  type DelegationWindow,
  getUserDelegationKeyRequest,
  userDelegationKeyOf,
} from '../wire/user-delegation-wire.js';

/** How much longer than needed a key is asked for, so that it serves the next SAS too, in milliseconds. */
const spareMs = 3_600_000;

interface Pending {
  readonly window: DelegationWindow;
  readonly key: Promise<UserDelegationKey>;
}

/** Asks for a key. */
export async function fetchDelegationKey(
  context: FilesContext,
  window: DelegationWindow,
  options: CallOptions,
): Promise<UserDelegationKey> {
  const request = getUserDelegationKeyRequest(context.pipeline.endpoint.basePath, window);
  return userDelegationKeyOf(await send(context, request, options));
}

/** Keeps the last user delegation key; many calls at once share one request. */
export class DelegationKeys {
  readonly #context: FilesContext;
  #current: UserDelegationKey | undefined;
  #pending: Pending | undefined;

  constructor(context: FilesContext) {
    this.#context = context;
  }

  /** A key that is valid for all of the time. */
  async get(window: DelegationWindow, { signal, timeoutMs }: CallOptions): Promise<UserDelegationKey> {
    const current = this.#current;
    if (current !== undefined && covers(windowOf(current), window)) return current;
    const running = this.#pending;
    const pending =
      running !== undefined && covers(running.window, window) ? running : this.#start(window, timeoutMs);
    return untilAborted(pending.key, signal);
  }

  /** No caller's signal goes along: others wait for it, too. */
  #start(window: DelegationWindow, timeoutMs: number | undefined): Pending {
    const earliest = Math.min(window.startsOn.getTime(), this.#context.pipeline.options.clock.now());
    const expiresOn = new Date(
      Math.min(window.expiresOn.getTime() + spareMs, earliest + longestDelegationMs),
    );
    const wider = { ...window, expiresOn };
    const pending: Pending = {
      window: wider,
      key: fetchDelegationKey(this.#context, wider, { timeoutMs }),
    };
    this.#pending = pending;
    const end = (key?: UserDelegationKey) => {
      if (this.#pending === pending) this.#pending = undefined;
      this.#current = key ?? this.#current;
    };
    // Also handles a failure for which nobody waits any more.
    pending.key.then(end, () => end());
    return pending;
  }
}

function windowOf(key: UserDelegationKey): DelegationWindow {
  return {
    startsOn: key.signedStartsOn,
    expiresOn: key.signedExpiresOn,
    delegatedUserTenantId: key.signedDelegatedUserTenantId,
  };
}

/** Times are signed to the second. */
function covers(outer: DelegationWindow, inner: DelegationWindow): boolean {
  return (
    outer.delegatedUserTenantId === inner.delegatedUserTenantId &&
    secondOf(outer.startsOn) <= secondOf(inner.startsOn) &&
    secondOf(outer.expiresOn) >= secondOf(inner.expiresOn)
  );
}

function secondOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
