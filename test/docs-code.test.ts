import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
);

/** What examples take for granted. */
const prelude = `
import type { AzureFilesClient as Client, TokenCredential } from 'azstore/files';
declare global {
  const client: Client;
  const bytes: Uint8Array;
  const credential: TokenCredential;
  const received: string;
  const result: Uint8Array;
  function later(): undefined;
  function lead(signal: AbortSignal): Promise<void>;
  function readFile(path: string, encoding: 'utf8'): Promise<string>;
  function readVault(name: string): Promise<string>;
}
`;

interface Example {
  readonly name: string;
  readonly code: string;
}

/** The blocks of TypeScript in a document. Blocks that return are put into a function. */
function examplesOf(document: string): Example[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match, index) => {
    const code = match[1] ?? '';
    const imports = code.match(/^import .*$/gm)?.join('\n') ?? '';
    const body = code.replaceAll(/^import .*$/gm, '');
    return {
      name: `${document.replaceAll('/', '-')}-${index + 1}.ts`,
      code: `${imports}\nexport async function example() {\n${body}\n}\n`,
    };
  });
}

const examples = documents.flatMap(examplesOf);

function compile(): Map<string, string[]> {
  const files = new Map(examples.map(({ name, code }) => [join(root, '.azstore', name), code]));
  files.set(join(root, '.azstore', 'prelude.ts'), prelude);
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    // Against the sources, not against a build that may be older than they are.
    paths: {
      'azstore/files': [join(root, 'src/files/index.ts')],
      'azstore/emulator': [join(root, 'src/emulator/index.ts')],
      azstore: [join(root, 'src/index.ts')],
    },
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const code = files.get(name);
    return code === undefined
      ? getSourceFile(name, languageVersion, ...rest)
      : ts.createSourceFile(name, code, languageVersion);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const problems = new Map<string, string[]>();
  for (const [name] of files) {
    const source = program.getSourceFile(name);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    problems.set(
      name.slice(name.lastIndexOf('/') + 1),
      found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
    );
  }
  return problems;
}

describe('code in documents', () => {
  it('compiles against the public types', () => {
    expect(examples.length).toBeGreaterThan(5);
    const problems = [...compile()].filter(([, found]) => found.length > 0);
    expect(problems).toEqual([]);
  });
});
