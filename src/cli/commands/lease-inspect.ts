import type { LeaseInspection } from '../../files/index.js';
import { refuseDirectory } from '../leases/lease-flags.js';
import { parseInShare } from '../locations.js';
import type { Verb } from '../verb.js';

/** Shows who has a lease. */
export const leaseInspect: Verb = {
  name: 'lease inspect',
  about: 'show whether a file or a share is leased, by whom, and whether the holder shows life',
  args: '<location>',
  connects: true,
  flags: [],
  examples: [
    'azstore lease inspect files://team/config.json',
    'azstore lease inspect files://team/config.json --json | jq .record.holder',
  ],
  async run({ args, connections, output, signal }) {
    const location = parseInShare(args[0] ?? '');
    refuseDirectory(location);
    const { share, path } = location;
    const seen = await connections.client(location).leases.inspect({ share, path, signal });
    if (output.mode.json) return output.values([seen]);
    await output.lines(linesOf(seen));
    const advice = adviceFor(seen);
    if (advice !== undefined) output.note(`azstore: ${advice}`);
  },
};

function linesOf({ state, status, duration, record, stale, path }: LeaseInspection): string[] {
  const lines = [`state: ${state}`, `status: ${status}`];
  // Of a file the service says always that it is infinite.
  if (path === '') return duration === undefined ? lines : [...lines, `duration: ${duration}`];
  if (record === undefined) return [...lines, 'record: none'];
  const { durationSeconds, holder, renewed, ageMs } = record;
  const locked = status === 'locked';
  return [
    ...lines,
    `${locked ? 'holder' : 'last holder'}: ${holder}`,
    `duration: ${durationSeconds < 0 ? 'infinite' : `${durationSeconds} s`}`,
    `renewed: ${renewed}`,
    ...(ageMs === undefined ? [] : [`age: ${(ageMs / 1000).toFixed(1)} s`]),
    ...(locked ? [`stale: ${stale ? 'yes' : 'no'}`] : []),
  ];
}

function adviceFor({ status, record, stale, path }: LeaseInspection): string | undefined {
  if (status !== 'locked' || path === '') return undefined;
  if (stale) return 'the holder shows no life: whoever asks next takes its place';
  if (record !== undefined && record.durationSeconds >= 0) return undefined;
  const whose = record === undefined ? ', perhaps of a program that does not use azstore' : '';
  return `a lease without end${whose}: if its holder is dead, azstore lease break ends it`;
}
