import type { Flag } from '../flags.js';
import type { ShareLocation } from '../locations.js';
import { UsageError } from '../usage-error.js';
import type { Invocation } from '../verb.js';

const dayMs = 24 * 3_600_000;

/** The flags of verbs that take a lease. */
export const acquireFlags = {
  duration: {
    name: 'duration',
    kind: 'time',
    placeholder: 'time',
    min: 15_000,
    max: 60_000,
    wholeSeconds: true,
    mayBeInfinite: true,
    about: 'how long it lasts after its last renewal: 15s to 60s, or infinite (default 30s)',
  },
  reason: {
    name: 'reason',
    kind: 'text',
    placeholder: 'text',
    about: 'why, for whoever looks who has it; no place for secrets',
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** The flag that says how long to wait; its default differs between verbs. */
export function waitFlag(standard: string): Flag {
  return {
    name: 'wait',
    short: 'w',
    kind: 'time',
    placeholder: 'time',
    max: dayMs,
    about: `how long to wait while somebody else has it, such as 30s or 2m (default ${standard})`,
  };
}

/** The flag of verbs that name a lease which is held. */
export const leaseIdFlag: Flag = {
  name: 'lease-id',
  kind: 'text',
  placeholder: 'GUID',
  secret: true,
  about: 'the id of the lease, or - to read it from standard input; better by AZSTORE_LEASE_ID than here',
};

/** What a request for a lease says, as far as flags do. */
export interface LeaseWish {
  readonly durationSeconds: number;
  readonly reason: string | undefined;
}

/** Seconds, as the library has them: -1 for no end. */
export function leaseWish({ flags }: Invocation): LeaseWish {
  const ms = flags.milliseconds('duration') ?? 30_000;
  return { durationSeconds: Number.isFinite(ms) ? ms / 1000 : -1, reason: flags.text('reason') };
}

/** @throws {UsageError} for a place that cannot have a lease. */
export function refuseDirectory(location: ShareLocation): void {
  if (location.path === '' || !location.directory) return;
  throw new UsageError('a directory has no lease', 'name a file, or the share itself: files://share');
}
