import { createEmulator } from '../../../src/emulator/index.js';
import {
  AzureFilesClient,
  generateAccountSas,
  generateFileSas,
  generateShareSas,
} from '../../../src/files/index.js';
import type { CanaryCase } from '../canary.js';
import { accountName, credentialsOf } from '../identities.js';

/** What makes signatures shows neither them nor the key, but where somebody asks for the token. */
export const sasCases: readonly CanaryCase[] = [
  {
    name: 'SAS that a client makes, narrow and broad',
    async run(canary) {
      const key = canary.secrets.accountKey();
      const { transport } = createEmulator({
        accounts: [{ name: accountName, keys: [key] }],
        shares: ['data'],
        clock: canary.clock,
      });
      for (const kind of ['a key', 'a token', 'a SAS'] as const) {
        const credentials = credentialsOf(kind, canary, key);
        const { sas } = new AzureFilesClient(
          {
            accountName,
            credentials,
            defaultShare: 'data',
            transport: canary.through(transport),
            clock: canary.clock,
            telemetry: canary.telemetry,
          },
          {},
        );
        const file = { path: 'f' };
        const long = { expiresInSeconds: 6 * 24 * 3600 };
        for (const [name, make] of Object.entries({
          forRead: () => sas.forRead(file),
          forWrite: () => sas.forWrite(file),
          forReadWrite: () => sas.forReadWrite({ ...file, ...long }),
          forCreate: () => sas.forCreate(file),
          forDelete: () => sas.forDelete(file),
          forList: () => sas.forList({ ...long }),
          forLock: () => sas.forLock(file),
          generate: () =>
            sas.generate({
              permissions: ['read', 'write', 'delete', 'list', 'create'],
              ...long,
              protocol: 'https,http',
            }),
          generateAccount: () =>
            sas.generateAccount({
              resourceTypes: ['service', 'container', 'object'],
              permissions: ['read', 'write', 'delete'],
              ...long,
            }),
          getUserDelegationKey: () => sas.getUserDelegationKey(),
        }))
          await canary.watch(`${name} with ${kind}`, async () => {
            const made = await make();
            if ('token' in made)
              canary.secrets.add('signature of a SAS', new URLSearchParams(made.token).get('sig') ?? '');
            else canary.secrets.add('user delegation key', made.value);
            return { made, list: [made], text: `${made}` };
          });
      }
    },
  },
  {
    name: 'SAS that are made apart from a client',
    async run(canary) {
      const key = canary.secrets.accountKey();
      const expiresOn = new Date(canary.clock.now() + 1000);
      const share = { share: 'data', permissions: ['read'], expiresOn } as const;
      const account = {
        services: ['file'],
        resourceTypes: ['object'],
        permissions: ['read'],
        expiresOn,
      } as const;
      for (const signer of [
        { accountName, key },
        { accountName, key: `${key}!` },
        { accountName: key, key },
        { accountName, key, [key]: key },
        key as never,
      ])
        for (const make of [
          () => generateShareSas(share, signer),
          () => generateFileSas({ ...share, path: 'f' }, signer),
          () => generateFileSas({ ...share, path: key, ipRange: key }, signer),
          () => generateAccountSas(account, signer),
          () => generateAccountSas({ ...account, version: key }, signer),
        ])
          canary.watchSync('a SAS', () => {
            const made = make();
            canary.secrets.add('signature of a SAS', new URLSearchParams(made.token).get('sig') ?? '');
            return { made, text: `${made}` };
          });
    },
  },
];
