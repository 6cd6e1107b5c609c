import { systemClock } from '../../files/index.js';
import { displayLocation, joinPath, parentPath, type ShareLocation } from '../locations.js';
import { saysAbsent } from '../lookup.js';
import { type Access, attempt, type Place, type Trial } from './access.js';
import { type Check, type Finding, fail, ok, warn } from './finding.js';
import { refusal } from './refusals.js';
import { allows, letterNames } from './sas-claims.js';

/** As short as a lock can be: nothing needs it. */
const lockSeconds = 15;

/**
 * Makes an empty file under a name of its own and removes it; in a directory, locks another one for a moment. What is there
 * already is not touched. What a SAS says it cannot do, and what could not be removed again, is not tried.
 */
export async function* examineWriting(
  access: Access,
  location: ShareLocation,
  place: Place,
): AsyncGenerator<Finding> {
  const directory = { ...location, path: place === 'file' ? parentPath(location.path) : location.path };
  const lacking = lackingFor(access, 'wd');
  if (lacking !== undefined) {
    yield warn('write', { message: `not tried: ${lacking}` });
    return;
  }
  const written = await tryInFile(access, 'write', { directory, use: () => Promise.resolve() });
  yield written;
  if (written.status === 'fail' || place === 'file') return;
  const unlockable = lackingFor(access, 'r');
  if (unlockable !== undefined) yield warn('lock', { message: `not tried: ${unlockable}` });
  else
    yield await tryInFile(access, 'lock', {
      directory,
      use: (path) => lockOnce(access, location.share, path),
    });
}

/** Why it cannot be tried with a SAS; a policy that lacks a right is found out by trying. */
function lackingFor({ identity: { claims } }: Access, letters: string): string | undefined {
  if (claims?.level === 'file') return 'the SAS is for one file, and nothing may be made beside it';
  const missing = [...letters].filter((letter) => allows(claims, letter) === 'no');
  if (missing.length === 0) return undefined;
  const names = (of: readonly string[]) => of.map((letter) => letterNames[letter]).join(' and ');
  return `it takes ${names([...letters])}, and the SAS does not allow ${names(missing)}`;
}

interface FileTrial {
  readonly directory: ShareLocation;
  use(path: string): Promise<void>;
}

async function tryInFile(access: Access, check: Check, { directory, use }: FileTrial): Promise<Finding> {
  const { client, identity, signal } = access;
  const { share } = directory;
  // No other file has this name, so that none is overwritten; its form tells whoever clears up what it is.
  const path = joinPath(directory.path, `.azstore-${systemClock.uuid()}.tmp`);
  let made = false;
  const work = async () => {
    await client.files.create({ share, path, size: 0, signal });
    made = true;
    await use(path);
  };
  let tried: Trial<void>;
  let left: unknown;
  try {
    tried = await attempt(access, work());
  } finally {
    left = await remove(access, share, path);
  }
  const where = displayLocation(directory);
  if ('value' in tried && left === undefined) {
    return ok(check, { message: `may ${check === 'write' ? 'make and remove' : 'lock'} files in ${where}` });
  }
  const finding = 'error' in tried ? refusal(check, tried.error, identity) : fail(check, left);
  if (!made || left === undefined) return finding;
  const message = `${finding.message}; what was made could not be removed: ${path}`;
  return { ...finding, message, cure: `azstore rm files://${share}/${path}` };
}

async function lockOnce({ client, signal }: Access, share: string, path: string): Promise<void> {
  const lease = await client.leases.acquire({ share, path, durationSeconds: lockSeconds, signal });
  await client.leases.release(lease);
}

/** Removes the file, and the record of its lock; not under the signal, as it must not stay. @returns why it could not. */
async function remove({ client }: Access, share: string, path: string): Promise<unknown> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const record = joinPath(parentPath(path), `.${name}.lease`);
  const results = await Promise.allSettled(
    [path, record].map((one) => client.files.delete({ share, path: one })),
  );
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  return failures.find((error) => !saysAbsent(error));
}
