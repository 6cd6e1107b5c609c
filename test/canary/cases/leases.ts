import { createEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient, type Lease } from '../../../src/files/index.js';
import type { Canary, CanaryCase } from '../canary.js';

/** A file that somebody locks, and somebody else who can get in the way. */
async function setting(canary: Canary) {
  const { connectionString, transport } = createEmulator({ shares: ['data'], clock: canary.clock });
  const credentials = { type: 'connection_string', connectionString } as const;
  const common = { credentials, defaultShare: 'data', clock: canary.clock } as const;
  const client = new AzureFilesClient(
    { ...common, transport: canary.through(transport), telemetry: canary.telemetry },
    {},
  );
  const other = new AzureFilesClient({ ...common, transport }, {});
  await other.files.create({ path: 'f', size: 5 });
  return { client, other, file: { path: 'f' } };
}

function show({ evidence }: Canary, name: string, lease: Lease): void {
  evidence.add(name, lease);
  evidence.add(name, { lease, list: [lease], map: new Map([['lease', lease]]) });
}

/** Every way in which a lease of one kind is lost. */
function lossesOf(target: { readonly path?: string }, what: string): CanaryCase {
  return {
    name: `leases on ${what} that are lost, over or in the way`,
    async run(canary) {
      const { client, other } = await setting(canary);
      const { leases } = client;
      const held = await leases.acquire({
        ...target,
        durationSeconds: 15,
        proposedLeaseId: canary.secrets.leaseId(),
        reason: 'why',
      });
      show(canary, 'a lease', held);
      await canary.watch('a second acquire', () => leases.acquire({ ...target }));
      await canary.watch('a second acquire that waits', () => leases.acquire({ ...target, waitMs: 3000 }));
      await canary.watch('a change', () => leases.change(held, canary.secrets.leaseId()));
      await other.leases.breakLease({
        ...target,
        ...(target.path === undefined && { breakPeriodSeconds: 0 }),
      });
      for (const [name, call] of Object.entries({
        renewal: () => leases.renew(held),
        change: () => leases.change(held, canary.secrets.leaseId()),
        release: () => leases.release(held),
        use: () => client.files.read({ path: 'f', leaseId: held.id }),
      }))
        await canary.watch(`a ${name} of a broken lease`, call);
      show(canary, 'a broken lease', held);
      canary.watchSync('the id of a broken lease', () => void held.id);
      await canary.clock.advance(120_000);
      await canary.watch('the renewal of a lease that is over', () => leases.renew(held));
      canary.watchSync('the id of a lease that is over', () => void held.id);

      const renewed = await leases.acquireAutoRenewing({ ...target, durationSeconds: 15 });
      show(canary, 'a lease that renews itself', renewed);
      await other.leases.breakLease({
        ...target,
        ...(target.path === undefined && { breakPeriodSeconds: 0 }),
      });
      await canary.clock.advance(60_000);
      show(canary, 'a lease that was lost', renewed);
      canary.evidence.add('why it was lost', renewed.lost);
      canary.evidence.add('why the signal was aborted', renewed.signal.reason);
      canary.watchSync('a check', () => renewed.check());
      await canary.watch('a release of what was lost', () => renewed.release());

      for (const [name, work] of Object.entries({
        'that fails': () => Promise.reject(new Error('the work failed')),
        'that loses the lock': async () => {
          await other.leases.breakLease({
            ...target,
            ...(target.path === undefined && { breakPeriodSeconds: 0 }),
          });
          await canary.clock.advance(30_000);
        },
      })) {
        await canary.clock.advance(120_000);
        await canary.watch(`work under a lock ${name}`, () =>
          leases.withLock({ ...target, durationSeconds: 15 }, async (guard) => {
            canary.evidence.add('a guard', guard);
            await work();
          }),
        );
      }
    },
  };
}

export const leaseCases: readonly CanaryCase[] = [lossesOf({ path: 'f' }, 'a file'), lossesOf({}, 'a share')];
