import { run } from '../../../src/cli/run.js';
import { createEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient } from '../../../src/files/index.js';
import { Collector, noProcess } from '../../support/cli.js';
import { clientOperations, smallRanges } from '../../support/client-operations.js';
import type { CanaryCase } from '../canary.js';
import { accountName, credentialsOf, identityKinds } from '../identities.js';

export const emulatorCases: readonly CanaryCase[] = [
  {
    name: 'the log of an emulator',
    async run(canary) {
      const key = canary.secrets.accountKey();
      const emulator = createEmulator({
        accounts: [{ name: accountName, keys: [key] }],
        shares: ['data'],
        clock: canary.clock,
        onRequest: (answered) => canary.evidence.add('the log of requests', JSON.stringify(answered)),
        onFailure: (error) => canary.evidence.add('the log of failures', error),
      });
      for (const kind of identityKinds)
        for (const used of [key, canary.secrets.accountKey('other key')]) {
          const client = new AzureFilesClient(
            {
              accountName,
              credentials: credentialsOf(kind, canary, used),
              defaultShare: 'data',
              clock: canary.clock,
              transport: canary.through(emulator.transport),
              retryConfig: { maxAttempts: 1 },
              ...smallRanges,
            },
            {},
          );
          const sourceUrl = `https://${accountName}.file.core.windows.net/data/source?${canary.secrets.sasToken()}`;
          for (const [name, operate] of clientOperations.filter((_, index) => index % 4 === 0))
            await canary.watch(name, () =>
              operate(client, {
                sourceUrl,
                localDirectory: '/nowhere',
                fresh: 'fresh',
                leaseId: canary.secrets.leaseId(),
              }),
            );
        }
    },
  },
  {
    name: 'an emulator that is started on the command line',
    async run(canary) {
      const key = canary.secrets.accountKey();
      for (const more of [[], ['--quiet'], ['--share', 'data', '--https']]) {
        const stop = new AbortController();
        // With --quiet it says nothing, so that there is nothing to wait for.
        if (more.includes('--quiet')) stop.abort();
        const output = new Collector();
        output.onText = () => stop.abort();
        const argv = ['emulator', '--files-port', '0', '--account', `${accountName}:${key}`, ...more];
        await run(argv, { ...noProcess, stdout: output, stderr: output, env: {}, signal: stop.signal });
        canary.evidence.add(`azstore emulator ${more.join(' ')}`, output.text);
      }
    },
  },
];
