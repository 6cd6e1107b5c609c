import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as emulatorEntry from '../../src/emulator/index.js';
import * as filesEntry from '../../src/files/index.js';
import { policy, startOwner, tokenCredentials } from './sas-ends.js';

/* The code in docs/authentication.md, run: its client is one of the emulator, over HTTPS. */

const share = 'reports';
const [key = ''] = emulatorEntry.wellKnownAccount.keys;
const accounts = [{ name: 'myaccount', keys: [key] }];

const text = readFileSync(join(import.meta.dirname, '../../docs/authentication.md'), 'utf8');
const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);

type Scope = Readonly<Record<string, unknown>>;

/** Runs a block with names in scope, and gives what it defines. */
async function run(code: string, scope: Scope): Promise<Record<string, unknown>> {
  const body = code.replaceAll(/^import .*$/gm, '');
  const defined = [...body.matchAll(/^(?:await using|const|let) (\w+|\{ \w+ \})/gm)]
    .map(([, name = '']) => name.replaceAll(/[{} ]/g, ''))
    .join(', ');
  const names = { ...filesEntry, ...emulatorEntry, ...scope };
  const { outputText } = ts.transpileModule(
    `export async function example(${Object.keys(names).join(', ')}) {\n${body}\nreturn { ${defined} };\n}`,
    { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS } },
  );
  const module: { example?: (...values: unknown[]) => Promise<Record<string, unknown>> } = {};
  new Function('exports', outputText)(module);
  return (await module.example?.(...Object.values(names))) ?? {};
}

/** What the document takes for granted, against the emulator: its account in the cloud is the emulator's. */
async function setUp() {
  const started = await startOwner({ accounts, shares: ['data', share] });
  const { owner, connect, endpoint, transport } = started;
  await owner.directories.create({ share, path: '2026' });
  for (const path of ['2026/november.pdf', 'a.pdf']) {
    await owner.files.write({ share, path, data: Buffer.from('%PDF') });
  }
  class Client extends filesEntry.AzureFilesClient {
    constructor(config: filesEntry.AzureFilesConfig) {
      super(config.accountName === undefined ? config : { ...config, transport, endpoint });
    }
  }
  const credentials = tokenCredentials();
  const printed: unknown[] = [];
  const scope = {
    AzureFilesClient: Client,
    client: connect(credentials),
    credential: credentials.credential,
    console: { log: (...values: unknown[]) => printed.push(...values) },
    process: { env: { STORAGE_KEY: key } },
    readFile: async () => `${key}\n`,
    readVault: async () => key,
    received: (await owner.sas.forRead({ share, path: '2026/november.pdf' })).url,
  };
  return { ...started, scope, printed };
}

const blockWith = (mark: string): string => {
  const [block, ...others] = blocks.filter((code) => code.includes(mark));
  if (block === undefined || others.length > 0) throw new Error(`not one block has ${mark}`);
  return block;
};

describe('the code of docs/authentication.md', () => {
  it.each(blocks.map((code, index) => [index + 1, code] as const))('runs (block %i)', async (_at, code) => {
    const { scope } = await setUp();
    await expect(run(code, scope)).resolves.toBeDefined();
  });

  it('reads with the credentials that it shows', async () => {
    const { scope } = await setUp();
    const { own } = await run(blockWith("type: 'managed_identity' }"), scope);
    const rotating = await run(blockWith('fromVault'), scope);
    for (const each of [own, ...Object.values(rotating)]) {
      if (!(each instanceof filesEntry.AzureFilesClient)) continue;
      expect(await each.files.exists({ share, path: 'a.pdf' })).toBe(true);
    }
    expect(Object.keys(rotating)).toEqual(['fromFile', 'kept', 'fromVault']);
  });

  it('prints what a SAS is for, and not its signature', async () => {
    const { scope, printed } = await setUp();
    const { url } = await run(blockWith('console.log(link)'), scope);
    const shown = printed.map((each) => inspect(each)).join();
    expect(shown).toContain('reports/2026/november.pdf');
    expect(shown).not.toContain('sig=');
    expect(String(url)).toContain('&sig=');
  });

  it('reads with a SAS that was received', async () => {
    const { scope } = await setUp();
    const { data } = await run(blockWith('received'), scope);
    expect(Buffer.from(data as Uint8Array).toString()).toBe('%PDF');
  });

  it('signs without a client what the service takes', async () => {
    const { scope, withSas, setPolicies } = await setUp();
    await setPolicies([policy('partners', 'r')], share);
    const { tokens } = await run(blockWith('generateFileSas('), scope);
    for (const token of tokens as string[]) {
      if (token.includes('sip=')) continue;
      expect(await withSas(token).files.exists({ share, path: 'a.pdf' })).toBe(true);
    }
    expect(tokens).toHaveLength(3);
  });
});
