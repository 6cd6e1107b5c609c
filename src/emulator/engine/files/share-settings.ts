import type { HttpHeaders } from '../../../core/http/headers.js';
import { invalidHeader, Refusal } from '../service-errors.js';

/** The quota of a share that was made without one, as standard accounts have it. */
export const defaultQuotaGiB = 5120;
/** The tier of a share that was made without one. */
export const defaultAccessTier = 'TransactionOptimized';
const mostQuotaGiB = 102_400;
const accessTiers = [defaultAccessTier, 'Hot', 'Cool'] as const;

/** Settings that a standard account does not have, and why; accepting them would promise what is not there. */
const unsupported: readonly (readonly [header: string, reason: string])[] = [
  ['x-ms-root-squash', 'Root squash is a setting of NFS shares, and shares of this emulator are SMB shares.'],
  [
    'x-ms-enable-snapshot-virtual-directory-access',
    'The virtual directory of snapshots is a setting of NFS shares, and shares of this emulator are SMB shares.',
  ],
  ...[
    'x-ms-share-paid-bursting-enabled',
    'x-ms-share-paid-bursting-max-iops',
    'x-ms-share-paid-bursting-max-bandwidth-mibps',
    'x-ms-share-provisioned-iops',
    'x-ms-share-provisioned-bandwidth-mibps',
  ].map(
    (header) =>
      [header, 'The account of this emulator is a standard one, whose shares are not provisioned.'] as const,
  ),
];

/** What a request says of the settings of a share; absent = nothing. */
export interface ShareSettings {
  readonly quotaGiB?: number;
  readonly accessTier?: string;
  readonly protocols?: string;
}

/**
 * Reads the settings in the headers of a request.
 * @throws {Refusal} `InvalidHeaderValue` for a value out of range, and for settings that a standard account lacks.
 */
export function readShareSettings(headers: HttpHeaders): ShareSettings {
  for (const [header, reason] of unsupported) {
    const value = headers.get(header);
    if (value !== undefined) throw refused(header, value, reason);
  }
  const quotaGiB = readQuota(headers);
  const accessTier = readAccessTier(headers);
  const protocols = readProtocols(headers);
  return {
    ...(quotaGiB !== undefined && { quotaGiB }),
    ...(accessTier !== undefined && { accessTier }),
    ...(protocols !== undefined && { protocols }),
  };
}

function readQuota(headers: HttpHeaders): number | undefined {
  const text = headers.get('x-ms-share-quota');
  if (text === undefined) return undefined;
  const quota = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (quota < 1 || quota > mostQuotaGiB) throw invalidHeader('x-ms-share-quota', text);
  return quota;
}

function readAccessTier(headers: HttpHeaders): string | undefined {
  const text = headers.get('x-ms-access-tier');
  if (text === undefined) return undefined;
  const tier = accessTiers.find((each) => each.toLowerCase() === text.toLowerCase());
  if (tier === undefined) {
    throw refused('x-ms-access-tier', text, `A standard account has the tiers ${accessTiers.join(', ')}.`);
  }
  return tier;
}

function readProtocols(headers: HttpHeaders): string | undefined {
  const text = headers.get('x-ms-enabled-protocols');
  if (text === undefined) return undefined;
  if (text.toUpperCase() !== 'SMB') {
    throw refused('x-ms-enabled-protocols', text, 'Shares of this emulator are SMB shares.');
  }
  return 'SMB';
}

function refused(header: string, value: string, reason: string): Refusal {
  const { code, details } = invalidHeader(header, value);
  return new Refusal(code, { extras: { ...details.extras, Reason: reason } });
}
