import type { AzureFilesClient, LeaseInspection } from '../../files/index.js';
import { LocalError } from '../failures.js';
import { formatBytes } from '../format.js';
import { displayLocation, type RemoteLocation, type ShareLocation } from '../locations.js';
import { type Found, lookUp } from '../lookup.js';
import type { Identity } from './credentials.js';
import { type Finding, fail, ok, warn } from './finding.js';
import { isDenied, isUnexplained, refusal } from './refusals.js';
import { allows } from './sas-claims.js';

/** What the checks of access need. */
export interface Access {
  readonly client: AzureFilesClient;
  readonly identity: Identity;
  readonly location: RemoteLocation;
  /** Whether the location was named, and is not only where to begin. */
  readonly named: boolean;
  readonly signal: AbortSignal;
  /** Aborted when the user interrupts, which is no finding. */
  readonly interruption: AbortSignal;
}

/** What is at the location; `unknown` where nothing may be looked at. */
export type Place = Found['kind'] | 'unknown';

/** How something that was tried ended. */
export type Trial<T> = { readonly value: T } | { readonly error: unknown };

/** Tries something: a failure is a result, an interruption is not. */
export async function attempt<T>(
  { interruption }: Pick<Access, 'interruption'>,
  work: Promise<T>,
): Promise<Trial<T>> {
  try {
    return { value: await work };
  } catch (error) {
    interruption.throwIfAborted();
    return { error };
  }
}

/**
 * Tries what can be tried without changing anything: properties, a page of a list, the lease.
 * @returns what is at the location; `undefined` when nothing is, or nothing more can be learnt.
 */
export async function* examineAccess(access: Access): AsyncGenerator<Finding, Place | undefined> {
  const { location, identity } = access;
  if (location.kind === 'account') {
    yield await examineAccount(access);
    return undefined;
  }
  const place = yield* examinePlace(access, location);
  if (place === undefined) return undefined;
  const mayBeListed = place === 'directory' || (place === 'unknown' && identity.claims?.level !== 'file');
  if (mayBeListed && allows(identity.claims, 'l') !== 'no') {
    const finding = await examineList(access, location);
    yield finding;
    if (finding.check === 'version') return undefined;
  }
  yield* examineLease(access, location, place);
  return place;
}

const nameOne = 'give a location, such as files://share/path, to see what may be done there';

async function examineAccount(access: Access): Promise<Finding> {
  const { client, identity, named, signal } = access;
  const { kind, claims } = identity;
  if (claims !== undefined && claims.kind !== 'account') {
    return warn('list', {
      message: 'the SAS is for a share or a file, and does not say which',
      cure: nameOne,
    });
  }
  const trial = await attempt(access, firstShare(client, signal));
  if ('value' in trial) return ok('list', { message: 'may list the shares of the account' });
  // With a role for data alone, or a SAS without that right, it is as it should be.
  const isExpected = kind === 'sas' ? !claimsToListShares(identity) : kind === 'token' && !named;
  if (!isExpected || !isDenied(trial.error)) return refusal('list', trial.error, identity);
  return warn('list', { message: 'accepted, but may not list the shares of the account', cure: nameOne });
}

async function firstShare(client: AzureFilesClient, signal: AbortSignal): Promise<string | undefined> {
  for await (const { name } of client.shares.list({ pageSize: 1, signal })) return name;
  return undefined;
}

function claimsToListShares({ claims }: Identity): boolean {
  return allows(claims, 'l') === 'yes' && claims?.resourceTypes?.includes('s') === true;
}

async function* examinePlace(
  access: Access,
  location: ShareLocation,
): AsyncGenerator<Finding, Place | undefined> {
  const { identity } = access;
  if (allows(identity.claims, 'r') === 'no') return yield* examineUnread(access, location);
  const trial = await attempt(access, find(access, location));
  if ('error' in trial) {
    const finding = refusal('read', await explained(access, location, trial.error), identity);
    yield finding;
    // What a policy does not let read it may let list.
    return finding.status === 'warn' ? 'unknown' : undefined;
  }
  const where = displayLocation(location);
  if (trial.value === undefined) {
    yield fail('read', new LocalError('NotFound', `there is nothing called ${where}`), {
      cure: 'check the path: `azstore ls` lists what is there',
    });
    return undefined;
  }
  const { kind, properties } = trial.value;
  const what = kind === 'file' ? `a file of ${formatBytes(properties.size)}` : 'a directory';
  yield ok('read', { message: `may read ${where}, ${what}`, facts: { type: kind } });
  return kind;
}

/** A SAS for one file reaches no directory, not even to learn that there is none. */
async function find(access: Access, location: ShareLocation): Promise<Found | undefined> {
  const { client, identity, signal } = access;
  if (identity.claims?.level !== 'file') return lookUp(client, location, signal);
  const { share, path } = location;
  return { kind: 'file', properties: await client.files.getProperties({ share, path, signal }) };
}

/** An answer without a body does not say why it refuses: the answer to another question does. */
async function explained(access: Access, location: ShareLocation, error: unknown): Promise<unknown> {
  if (!isUnexplained(error)) return error;
  const { client, identity, signal } = access;
  const { share, path } = location;
  const question =
    identity.claims?.level === 'file'
      ? client.files.listRanges({ share, path, signal })
      : client.directories.list({ share, path: '', pageSize: 1, signal });
  const trial = await attempt<unknown>(access, question);
  return 'error' in trial && isUnexplained(trial.error) ? trial.error : error;
}

/** Where a SAS does not let read: to be refused for just that shows that it is accepted. */
async function* examineUnread(
  access: Access,
  location: ShareLocation,
): AsyncGenerator<Finding, Place | undefined> {
  const { client, identity, signal } = access;
  const { share, path } = location;
  if (allows(identity.claims, 'l') === 'yes') return 'unknown';
  const probe =
    path === ''
      ? client.directories.getProperties({ share, path, signal })
      : client.files.getProperties({ share, path, signal });
  const trial = await attempt(access, probe);
  if ('error' in trial && !isDenied(trial.error)) {
    yield refusal('read', await explained(access, location, trial.error), identity);
    return undefined;
  }
  yield ok('read', { message: 'accepted; it lets nothing be read, as it says' });
  return 'unknown';
}

async function examineList(access: Access, location: ShareLocation): Promise<Finding> {
  const { client, identity, signal } = access;
  const { share, path } = location;
  const trial = await attempt(access, client.directories.list({ share, path, pageSize: 1, signal }));
  if ('error' in trial) return refusal('list', trial.error, identity);
  return ok('list', { message: `may list ${displayLocation(location)}` });
}

async function* examineLease(access: Access, location: ShareLocation, place: Place): AsyncGenerator<Finding> {
  const { client, identity, signal } = access;
  const { claims } = identity;
  const { share, path } = location;
  // The record of a lock lies beside the file, and the lease of a share needs a right on the share itself.
  const isReached =
    path === '' ? claims === undefined || claims.kind === 'account' : claims?.level !== 'file';
  const isLeasable = path === '' || place === 'file';
  if (!isLeasable || !isReached || allows(claims, 'r') === 'no') return;
  const trial = await attempt(access, client.leases.inspect({ share, path, signal }));
  if ('value' in trial) {
    yield ok('lease', { message: leaseOf(trial.value), facts: { state: trial.value.state } });
  } else if (path === '' && isDenied(trial.error)) {
    yield warn('lease', {
      message: 'may not look at the share itself: its lease, quota and metadata',
      cure: 'if that is wanted, a role such as Reader, or an account SAS for the level c',
    });
  } else yield refusal('lease', trial.error, identity);
}

function leaseOf({ status, record, stale }: LeaseInspection): string {
  if (status !== 'locked') return 'nobody has a lease on it';
  const holder = record === undefined ? 'somebody' : record.holder;
  return `${holder} has a lease on it${stale ? ', and shows no life' : ''}`;
}
