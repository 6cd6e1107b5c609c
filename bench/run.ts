// Runs every benchmark, or those whose names are given: `npm run bench -- small-request listing`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('.', import.meta.url));
const asked = process.argv.slice(2);
const names = readdirSync(directory)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length))
  .filter((name) => asked.length === 0 || asked.includes(name));

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}`);
for (const name of names) {
  const { status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', `${directory}${name}.bench.ts`],
    {
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exitCode = 1;
}
