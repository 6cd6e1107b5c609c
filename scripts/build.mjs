// Builds dist/: one file per entry with shared chunks (so that an error class is one class whichever entry it came
// from), the command line bundled with its parser, and the type declarations.
import { execFileSync } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
await rm('dist', { recursive: true, force: true });

const result = await build({
  entryPoints: {
    index: 'src/index.ts',
    files: 'src/files/index.ts',
    emulator: 'src/emulator/index.ts',
    cli: 'src/cli/main.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'chunks/[hash]',
  sourcemap: true,
  // Names of functions and classes show up in stacks and in `error.name`.
  keepNames: false,
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  legalComments: 'external',
  banner: {
    // The parser bundled into the command line is CommonJS and asks for `require`.
    js: '',
  },
  logLevel: 'warning',
});

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
await chmod('dist/cli.js', 0o755);

const sizes = Object.entries(result.metafile.outputs).filter(([name]) => name.endsWith('.js'));
for (const [name, { bytes }] of sizes.sort((a, b) => b[1].bytes - a[1].bytes)) {
  console.log(`${String(bytes).padStart(8)}  ${name}`);
}
