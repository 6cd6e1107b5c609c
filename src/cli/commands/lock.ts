import { basename } from 'node:path';
import { type AutoRenewingLease, type AzureFilesClient, FileError } from '../../files/index.js';
import { CommandFailure, codeOf, exitCodes, LocalError, messageOf } from '../failures.js';
import { acquireFlags, leaseWish, refuseDirectory, waitFlag } from '../leases/lease-flags.js';
import { leaseIdVariable, leaseLocation, leaseLocationVariable } from '../leases/lease-id.js';
import { acquirePatiently } from '../leases/patience.js';
import { parseInShare, type ShareLocation } from '../locations.js';
import { finish } from '../locking/finish.js';
import { lockTiming } from '../locking/messages.js';
import { type CommandEnd, runWatched } from '../locking/watched-command.js';
import { UsageError } from '../usage-error.js';
import type { Invocation, Verb } from '../verb.js';

/** Long enough to replace a holder that died, whatever its duration. */
const defaultWaitMs = 120_000;

/** Runs a command under a lock, as flock does on one machine. */
export const lock: Verb = {
  name: 'lock',
  about: 'run a command under a lock on a file or a share, as flock does on one machine',
  args: '<location>',
  connects: true,
  runsCommand: true,
  flags: [
    waitFlag('2m'),
    { name: 'nonblock', short: 'n', kind: 'switch', about: 'do not wait: the same as --wait 0' },
    acquireFlags.duration,
    { ...acquireFlags.reason, about: `${acquireFlags.reason.about} (default: the name of the command)` },
    {
      name: 'conflict-exit-code',
      short: 'E',
      kind: 'integer',
      placeholder: 'code',
      max: 255,
      about: `exit code when somebody else has the lock (default ${exitCodes.conflict})`,
    },
    { name: 'create', kind: 'switch', about: 'make an empty file where there is none' },
    {
      name: 'close',
      short: 'o',
      kind: 'switch',
      about: 'give the lock back when the command ends, also when something that it started is still running',
    },
  ],
  examples: [
    'azstore lock files://team/nightly.lock --create -- ./nightly.sh --all',
    "azstore lock -n -E 75 files://team/nightly.lock -- sh -c 'make && make install' || echo $?",
    'azstore lock files://team/config.json -- sh -c \'./edit < /dev/null && azstore cp new.json "$AZSTORE_LEASE_LOCATION"\'',
  ],
  async run(invocation) {
    const task = taskOf(invocation);
    const lease = await obtain(invocation, task);
    const end = await runUnder(invocation, task, lease);
    return finish(invocation, { ...task, lease, end });
  },
};

/** What was asked for. */
interface Task {
  readonly location: ShareLocation;
  readonly client: AzureFilesClient;
  readonly file: string;
  readonly args: readonly string[];
  readonly waitMs: number;
}

function taskOf({ args, command, connections, flags }: Invocation): Task {
  const [file, ...rest] = command;
  const usage = 'azstore lock files://share/path -- COMMAND [ARGUMENTS...]';
  if (file === undefined || file === '')
    throw new UsageError('the command to run must stand behind --', usage);
  if (args.length > 1) throw new UsageError('one location is locked; the command stands behind --', usage);
  const location = parseInShare(args[0] ?? '');
  refuseDirectory(location);
  if (flags.on('create') && location.path === '') throw new UsageError('--create makes files, not shares');
  if (flags.origin('nonblock') === 'flag' && flags.origin('wait') === 'flag') {
    throw new UsageError('only one of --nonblock and --wait can be given');
  }
  refuseWindows();
  const nonblock = flags.on('nonblock') && flags.origin('wait') !== 'flag';
  const waitMs = nonblock ? 0 : (flags.milliseconds('wait') ?? defaultWaitMs);
  return { location, client: connections.client(location), file, args: rest, waitMs };
}

function refuseWindows(): void {
  if (process.platform !== 'win32') return;
  throw new LocalError(
    'NotSupported',
    'azstore lock does not run on Windows, which has no process groups that could be ended as a whole: use it in WSL, or `azstore lease`, or withLock of the library',
  );
}

async function obtain(invocation: Invocation, task: Task): Promise<AutoRenewingLease> {
  const { flags, signal } = invocation;
  const { client, location, file } = task;
  const { share, path } = location;
  try {
    if (flags.on('create')) await makeFile(task, signal);
    const wish = { reason: basename(file), ...definedIn(leaseWish(invocation)) };
    return await acquirePatiently(invocation, task, (attempt) =>
      client.leases.acquireAutoRenewing({ share, path, ...wish, ...attempt, signal }),
    );
  } catch (error) {
    const exitCode = flags.integer('conflict-exit-code');
    if (exitCode === undefined || !conflicts.has(codeOf(error))) throw error;
    throw new CommandFailure(codeOf(error), exitCode, { message: messageOf(error), cause: error });
  }
}

const conflicts: ReadonlySet<string> = new Set(['LeaseAlreadyPresent', 'FileLocked']);

async function makeFile({ client, location }: Task, signal: AbortSignal): Promise<void> {
  const { share, path } = location;
  if (await client.files.exists({ share, path, signal })) return;
  try {
    await client.files.createIfNotExists({ share, path, signal });
  } catch (error) {
    if (!(error instanceof FileError && error.code === 'FileAlreadyExists')) throw error;
  }
}

async function runUnder(
  { flags, io, output, signal }: Invocation,
  { client, location, file, args }: Task,
  lease: AutoRenewingLease,
): Promise<CommandEnd> {
  const env = { [leaseIdVariable]: lease.id, [leaseLocationVariable]: leaseLocation(client, location) };
  const waitFor = flags.on('close') ? 'command' : 'all';
  // On a share the service lets in the next one as soon as the time is over.
  const marginMs = location.path === '' ? lockTiming.graceMs : 0;
  const lock = { remainingMs: () => lease.remainingMs - marginMs, signal: lease.signal };
  try {
    // An interruption that came with the lock: the command would not hear of it.
    signal.throwIfAborted();
    const run = { file, args, env, waitFor } as const;
    return await runWatched({ run, lock, io, output });
  } catch (error) {
    await lease.release().catch(() => {});
    throw error;
  }
}

/** Without what is undefined, so that defaults before it stay. */
function definedIn<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;
}
