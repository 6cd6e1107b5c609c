import type { AzureFilesClient } from '../../files/index.js';
import { environmentName } from '../flags.js';
import { parseInShare, type ShareLocation } from '../locations.js';
import { UsageError } from '../usage-error.js';
import type { Invocation } from '../verb.js';
import { leaseIdFlag } from './lease-flags.js';

/** Tells of the lease whose id is in `AZSTORE_LEASE_ID` on what it is, so that it is used for nothing else. */
export const leaseLocationVariable = 'AZSTORE_LEASE_LOCATION';
export const leaseIdVariable = environmentName(leaseIdFlag.name);

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const longestInput = 1024;

/**
 * The id of the lease on a location, from the flag, standard input, or the environment.
 * @returns `undefined` when none was given for this location.
 * @throws {UsageError} when it is no GUID; it is not repeated.
 */
export async function leaseIdOf(
  invocation: Invocation,
  location: ShareLocation,
): Promise<string | undefined> {
  const { flags, output } = invocation;
  const given = flags.text(leaseIdFlag.name);
  if (given === undefined) return undefined;
  const fromEnvironment = flags.origin(leaseIdFlag.name) === 'environment';
  if (fromEnvironment && isForAnother(invocation, location)) return undefined;
  const id = given === '-' ? await readId(invocation) : given.trim();
  output.redactor.hide(id);
  if (guid.test(id)) return id;
  const where =
    given === '-' ? 'the lease id on standard input' : fromEnvironment ? leaseIdVariable : '--lease-id';
  throw new UsageError(`${where} must be a GUID`);
}

/** A URL that names the file for every azstore command, whatever account it would use otherwise. */
export function leaseLocation(client: AzureFilesClient, { share, path }: ShareLocation): string {
  const { endpoint } = client.toJSON();
  const names = [share, ...path.split('/')].filter((name) => name !== '');
  return [String(endpoint), ...names.map(encodeURIComponent)].join('/');
}

function isForAnother({ io, connections }: Invocation, location: ShareLocation): boolean {
  const text = io.env[leaseLocationVariable];
  if (text === undefined || text === '') return false;
  const [held, wanted] = [parseLeased(text), location].map((place) =>
    leaseLocation(connections.client(place), place).toLowerCase(),
  );
  return held !== wanted;
}

function parseLeased(text: string): ShareLocation {
  try {
    return parseInShare(text);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${leaseLocationVariable}: ${error.message}`);
    throw error;
  }
}

async function readId({ io, signal }: Invocation): Promise<string> {
  let text = '';
  for await (const chunk of io.stdin) {
    signal.throwIfAborted();
    text += String(chunk);
    if (text.length > longestInput) break;
  }
  return text.trim();
}
