// Checks the package as npm would publish it: publint, are-the-types-wrong (ESM only), no runtime dependency,
// nothing in it that should not be, and every entry importable.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const manifest = JSON.parse(await readFile('package.json', 'utf8'));
const problems = [];
if (Object.keys(manifest.dependencies ?? {}).length > 0)
  problems.push('package.json has runtime dependencies');

const directory = await mkdtemp(join(tmpdir(), 'azstore-package-'));
try {
  const packed = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', directory],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const report = JSON.parse(packed);
  const { files, filename, size } = Array.isArray(report) ? report[0] : Object.values(report)[0];
  const strangers = files.filter(
    ({ path }) => !/^(dist|docs)\/|^(README|CHANGELOG|SECURITY)\.md$|^LICENSE$|^package\.json$/.test(path),
  );
  if (strangers.length > 0)
    problems.push(`files that do not belong: ${strangers.map(({ path }) => path).join(', ')}`);
  console.log(`${files.length} files, ${size} bytes packed`);
  const tarball = join(directory, filename);
  execFileSync('node_modules/.bin/publint', [tarball, '--strict'], { stdio: 'inherit' });
  execFileSync('node_modules/.bin/attw', [tarball, '--profile', 'esm-only'], { stdio: 'inherit' });
} finally {
  await rm(directory, { recursive: true, force: true });
}

for (const [entry, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue;
  const names = Object.keys(await import(new URL(`../${target.default}`, import.meta.url).href));
  if (names.length === 0) problems.push(`${entry} exports nothing`);
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}
