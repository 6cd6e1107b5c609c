// Builds dist/: one file per entry with shared chunks (so that an error class is one class whichever entry it came
// from), the command line bundled with its parser, and the type declarations.
import { execFileSync } from 'node:child_process';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
await rm('dist', { recursive: true, force: true });

const common = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Neither minified nor mapped: a stack shows readable lines, importing was measured to take the same time, and maps would
  // be two thirds of the package.
  minify: false,
  sourcemap: false,
  metafile: true,
  legalComments: 'external',
  logLevel: 'warning',
};

const library = await build({
  ...common,
  entryPoints: { index: 'src/index.ts', files: 'src/files/index.ts', emulator: 'src/emulator/index.ts' },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunks/[hash]',
});

// One file with all that it needs. The parser and the progress bars in it are CommonJS and ask for `require`.
const commandLine = await build({
  ...common,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/cli.js',
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
});

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
await chmod('dist/cli.js', 0o755);
await writeFile('dist/cli.LICENSES.txt', await licenses(commandLine.metafile));

const outputs = { ...library.metafile.outputs, ...commandLine.metafile.outputs };
const sizes = Object.entries(outputs).filter(([name]) => name.endsWith('.js'));
for (const [name, { bytes }] of sizes.sort((a, b) => b[1].bytes - a[1].bytes)) {
  console.log(`${String(bytes).padStart(8)}  ${name}`);
}

/** The licences of what is bundled into the command line, which want to be passed on with it. */
async function licenses(metafile) {
  const inputs = Object.keys(metafile.inputs).filter((name) => name.startsWith('node_modules/'));
  const packages = new Set(inputs.map((name) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(name)[1]));
  const texts = [...packages].sort().map(async (directory) => {
    const { name, version, license } = JSON.parse(await readFile(`${directory}/package.json`, 'utf8'));
    const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : await readFile(`${directory}/${file}`, 'utf8');
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  return `The command line (cli.js) contains these packages:\n\n${(await Promise.all(texts)).join('\n---\n\n')}`;
}
