import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient, type AzureFilesConfig } from '../../src/files/index.js';
import { other, startOwner, tokenCredentials, verdict } from './sas-ends.js';

/* A SAS signs names as they are, requests carry them encoded: both ends must take them for the same. */

const seed = Number(process.env.AZSTORE_TEST_SEED ?? Date.now() % 2 ** 31);

/** Names that are encoded in some way, or that somebody may take for something else. */
const strangeNames = [
  'a b',
  'a+b',
  'a%20b',
  '%41',
  'a&sig=b',
  'a=b#c',
  "it's (1)!~$,;@",
  'ü',
  'u\u0308',
  '文件',
  '🎈',
  '.hidden',
  'dots...',
  'UPPER and lower',
];

/** Any legal name: the first and the last character are never a dot or a blank. */
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => `n${text.replace(/["\\:<>*?|/]|\p{Cc}|\p{Cn}|\p{Co}|\p{Surrogate}/gu, '_')}n`);

async function setUp() {
  const emulator = createEmulator({ shares: ['data'] });
  onTestFinished(() => emulator.close());
  const { connectionString, filesEndpoint: endpoint, transport } = emulator;
  const connect = (config: AzureFilesConfig) =>
    new AzureFilesClient({ transport, defaultShare: 'data', ...config });
  const owner = connect({ credentials: { type: 'connection_string', connectionString } });
  const bearer = connect({ endpoint, credentials: tokenCredentials() });
  const withSas = (token: string) => connect({ endpoint, credentials: { type: 'sas_token', token } });
  return { owner, signers: [owner, bearer], withSas };
}

describe('a SAS for a file', () => {
  it.each(strangeNames)('named %j is for that one, through both clients', async (name) => {
    const { owner, connect, withSas, officialShare } = await startOwner();
    const path = `d/${name}`;
    for (const signer of [owner, connect(tokenCredentials())]) {
      await owner.files.write({ path, data: Buffer.from('content') });
      const { token } = await signer.sas.forReadWrite({ path });
      const { files } = withSas(token);
      await files.write({ path, data: Buffer.from('written') });
      expect(Buffer.from((await files.read({ path })).data).toString()).toBe('written');
      const official = officialShare(token).getDirectoryClient('d').getFileClient(name);
      expect((await official.downloadToBuffer()).toString()).toBe('written');
      expect(await verdict(() => files.read({ path: other }))).toBe('AuthenticationFailed');
    }
  });

  it('of any name is for that one, whoever signs it', async () => {
    const { owner, signers, withSas } = await setUp();
    await fc.assert(
      fc.asyncProperty(name, name, fc.constantFrom(...signers), async (directory, file, signer) => {
        const path = `${directory}/${file}`;
        await owner.directories.ensure({ path: directory });
        const { files } = withSas((await signer.sas.forReadWrite({ path })).token);
        await files.write({ path, data: Buffer.from(path) });
        expect(Buffer.from((await files.read({ path })).data).toString()).toBe(path);
        expect(await verdict(() => files.read({ path: `${path}x` }))).toBe('AuthenticationFailed');
      }),
      { numRuns: 300, seed },
    );
  });
});
