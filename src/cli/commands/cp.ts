import { checksumFlag } from '../copying/checksum.js';
import { Copier } from '../copying/copier.js';
import { copyPlan } from '../copying/copy-plan.js';
import { limitFlags, limitsOf } from '../copying/limits.js';
import { notesFlag } from '../copying/notes.js';
import { streamPlan } from '../copying/stream-plan.js';
import { leaseIdFlag } from '../leases/lease-flags.js';
import { parseLocation } from '../locations.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

/** Copies files and directories to, from and within shares. */
export const cp: Verb = {
  name: 'cp',
  about: 'copy files and directories to, from and within shares',
  args: '<locations...>',
  connects: true,
  flags: [
    { name: 'recursive', short: 'r', kind: 'switch', about: 'directories too, with all that they hold' },
    { name: 'no-clobber', short: 'n', kind: 'switch', about: 'leave files alone that are there already' },
    {
      name: 'replace',
      kind: 'switch',
      about: 'with -r: copy files too that have the same size and time at both sides',
    },
    checksumFlag,
    ...limitFlags,
    notesFlag,
    leaseIdFlag,
  ],
  examples: [
    'azstore cp report.pdf files://team/reports/         into that directory',
    'azstore cp -r ./site files://team/www               becomes www, or goes into it when it is there',
    'azstore cp -r files://team/www/images ./backup',
    'azstore cp files://team/a.bin files://archive/a.bin  moved by the service itself',
    'pg_dump shop | gzip | azstore cp - files://team/shop.sql.gz',
    'azstore cp files://team/shop.sql.gz - | gunzip | psql shop',
    'AZSTORE_LEASE_ID=$id azstore cp config.json files://team/config.json  under a lease',
  ],
  async run(invocation) {
    const { args, flags, output, signal } = invocation;
    if (flags.on('no-clobber') && flags.on('replace'))
      throw new UsageError('only one of --no-clobber and --replace can be given');
    const [from, to] = [args.slice(0, -1), args.at(-1)];
    if (to === undefined || from.length === 0) throw new UsageError('cp needs a source and a destination');
    const plan = [...from, to].includes('-')
      ? await streamPlan(invocation, from, to)
      : await copyPlan(invocation, from.map(parseLocation), parseLocation(to));
    await new Copier({ output, signal, limits: limitsOf(flags), resumes: plan.resumes }).copy(plan.steps);
    await plan.finished?.();
  },
};
