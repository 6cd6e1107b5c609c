import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureFilesClient, type AzureFilesConfig } from '../../../src/files/index.js';
import { clientOperations, fillShare, smallRanges } from '../../support/client-operations.js';
import type { Canary, CanaryCase } from '../canary.js';
import { type Condition, conditions } from '../conditions.js';
import { accountName, credentialsOf, type IdentityKind, identityKinds, signedSas } from '../identities.js';

/** With `AZSTORE_CANARY=all`, every operation meets every condition with every kind of credential. */
const everything = process.env.AZSTORE_CANARY === 'all';

/** Every public operation, against a service that behaves in one way. */
function operationsUnder(condition: Condition, index: number): CanaryCase {
  return {
    name: `every operation of a client, with a service ${condition.name}`,
    run: (canary) =>
      inDirectory(async (localDirectory) => {
        // Each kind of credential meets each operation in some condition.
        const kindsFor = (operation: number): readonly IdentityKind[] =>
          everything ? identityKinds : [identityKinds[(index + operation) % identityKinds.length] ?? 'a key'];
        for (const [number, [name, run]] of clientOperations.entries())
          for (const kind of kindsFor(number)) {
            const { client, leaseId } = await clientUnder(condition, canary, kind);
            const sourceUrl = `https://${accountName}.file.core.windows.net/data/source?${signedSas(canary, canary.secrets.accountKey())}`;
            const inputs = {
              leaseId,
              newLeaseId: canary.secrets.leaseId(),
              sourceUrl,
              localDirectory,
              fresh: 'fresh',
            };
            await canary.watch(`${name} with ${kind}`, () => run(client, inputs));
            canary.evidence.add(`the client with ${kind}`, client);
            await client.close();
          }
      }),
  };
}

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'azstore-canary-'));
  try {
    await writeFile(join(directory, 'source.bin'), 'source');
    await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function clientUnder(condition: Condition, canary: Canary, kind: IdentityKind) {
  const key = canary.secrets.accountKey();
  const transport = condition.transport(canary, key);
  const leaseId = canary.secrets.leaseId();
  const common = {
    accountName,
    defaultShare: 'data',
    clock: canary.clock,
    retryConfig: { maxAttempts: 2 },
    ...smallRanges,
  } as const;
  if (condition.name === 'that is well') {
    const owner = new AzureFilesClient(
      { ...common, credentials: { type: 'shared_key', key }, transport },
      {},
    );
    await fillShare(owner);
    await owner.leases.acquire({ path: 'd/f', durationSeconds: -1, proposedLeaseId: leaseId });
  }
  const config: AzureFilesConfig = {
    ...common,
    credentials: credentialsOf(kind, canary, key),
    transport: canary.through(transport),
    telemetry: canary.telemetry,
  };
  return { client: new AzureFilesClient(config, {}), leaseId };
}

const aborts: CanaryCase = {
  name: 'every operation of a client, given up before and in the middle',
  run: (canary) =>
    inDirectory(async (localDirectory) => {
      const silent = conditions.find(({ name }) => name === 'that never answers') as Condition;
      for (const [number, [name, run]] of clientOperations.entries())
        for (const when of ['before', 'in the middle']) {
          const kind = identityKinds[number % identityKinds.length] ?? 'a key';
          const { client, leaseId } = await clientUnder(silent, canary, kind);
          const controller = new AbortController();
          const reason = new Error('enough');
          if (when === 'before') controller.abort(reason);
          else canary.clock.timer(1, () => controller.abort(reason));
          const inputs = {
            leaseId,
            sourceUrl: 'https://x/y',
            localDirectory,
            fresh: 'fresh',
            signal: controller.signal,
          };
          await canary.watch(`${name}, given up ${when}`, () => run(client, inputs));
          await client.close();
        }
    }),
};

export const clientCases: readonly CanaryCase[] = [...conditions.map(operationsUnder), aborts];
