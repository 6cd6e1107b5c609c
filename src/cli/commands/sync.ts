import { checksumFlag } from '../copying/checksum.js';
import { Copier } from '../copying/copier.js';
import { limitFlags, limitsOf } from '../copying/limits.js';
import { notesFlag, notesOf } from '../copying/notes.js';
import { refuseFlags } from '../copying/refuse-flags.js';
import type { Steps } from '../copying/step.js';
import { type SyncOptions, syncDown, syncUp } from '../copying/sync-step.js';
import { type Location, parseLocation } from '../locations.js';
import { UsageError } from '../usage-error.js';
import type { Invocation, Verb } from '../verb.js';

/** Makes a directory like another one. */
export const sync: Verb = {
  name: 'sync',
  about: 'make a directory of a share like a local one, or the other way round',
  args: '<source> <target>',
  connects: true,
  flags: [
    { name: 'delete', kind: 'switch', about: 'delete from the target what the source does not have' },
    { name: 'dry-run', kind: 'switch', about: 'change nothing, and print what would be done' },
    {
      name: 'include',
      kind: 'list',
      placeholder: 'pattern',
      about: 'only what matches: *.txt anywhere, a/**/b from the top, name/ for directories; repeatable',
    },
    {
      name: 'exclude',
      kind: 'list',
      placeholder: 'pattern',
      about: 'what takes no part, and is not deleted either; repeatable',
    },
    checksumFlag,
    {
      name: 'time-tolerance',
      kind: 'time',
      placeholder: 'time',
      max: 3_600_000,
      about: 'how far times may be apart that count as the same, such as 2s (default 1ms)',
    },
    {
      name: 'follow-symlinks',
      kind: 'switch',
      about: 'upload what symbolic links lead to; otherwise they are left out',
    },
    ...limitFlags,
    notesFlag,
  ],
  examples: [
    'azstore sync ./site files://team/www',
    'azstore sync --delete --dry-run ./site files://team/www     what would be done',
    "azstore sync files://team/www ./backup --exclude '*.log' --exclude 'cache/'",
  ],
  async run(invocation) {
    const { flags, output, signal } = invocation;
    const steps = await stepsOf(invocation);
    const dryRun = flags.on('dry-run');
    const limits = limitsOf(flags);
    await new Copier({ output, signal, limits, resumes: !dryRun, dryRun, deletes: true }).copy(steps);
  },
};

async function stepsOf(invocation: Invocation): Promise<Steps> {
  const { args, connections, signal } = invocation;
  const [from, to] = args.map(parseLocation);
  if (isAccount(from) || isAccount(to))
    throw new UsageError('an account cannot be synchronized; name a share', 'files://share/path');
  if (from?.kind === 'local' && to?.kind === 'share') {
    const context = { client: connections.client(to), options: await optionsOf(invocation, 'up'), signal };
    return syncUp(from, to, context);
  }
  if (from?.kind === 'share' && to?.kind === 'local') {
    refuseFlags(invocation, ['follow-symlinks'], 'links of this machine are never followed in a target');
    const context = {
      client: connections.client(from),
      options: await optionsOf(invocation, 'down'),
      signal,
    };
    return syncDown(from, to, context);
  }
  throw new UsageError(
    'one of source and target must be local, the other in a share',
    from?.kind === 'share'
      ? 'azstore cp -r copies within an account'
      : 'a place in a share is written files://share/path',
  );
}

function isAccount(location: Location | undefined): boolean {
  return location?.kind === 'account';
}

async function optionsOf(invocation: Invocation, way: 'up' | 'down'): Promise<SyncOptions> {
  const { flags } = invocation;
  const timeToleranceMs = flags.milliseconds('time-tolerance');
  const byContent = flags.on(checksumFlag.name);
  if (byContent && flags.origin('time-tolerance') === 'flag')
    throw new UsageError('only one of --checksum and --time-tolerance can be given');
  const dryRun = flags.on('dry-run');
  return {
    delete: flags.on('delete'),
    dryRun,
    include: flags.list('include'),
    exclude: flags.list('exclude'),
    ...(byContent ? { compare: 'md5' } : { timeToleranceMs }),
    resume: dryRun ? false : await notesOf(invocation),
    ...(way === 'up' && { atomic: true, symlinks: flags.on('follow-symlinks') ? 'follow' : 'refuse' }),
  };
}
