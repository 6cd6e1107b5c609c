// What it costs to start: importing the client, and importing it and making one request, each in a fresh process.
import { execFileSync } from 'node:child_process';
import { startServer } from './support/child.js';
import { median } from './support/measure.js';

const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const runs = 15;
const server = await startServer('trivial');
const endpoint = `http://127.0.0.1:${server.ready.port}/${account}`;

const begin = 'const start = performance.now();';
const end = 'console.log(performance.now() - start, process.memoryUsage().rss / 2 ** 20); process.exit(0);';
const ourClient = `new m.AzureFilesClient({accountName:'${account}',credentials:{type:'shared_key',key:'${key}'},endpoint:'${endpoint}'})`;
const theirClient = `new m.ShareServiceClient('${endpoint}', new m.StorageSharedKeyCredential('${account}','${key}'))`;
const scripts = {
  'azstore/files, import': `${begin} await import('azstore/files'); ${end}`,
  '@azure/storage-file-share, import': `${begin} await import('@azure/storage-file-share'); ${end}`,
  'azstore/files, import and request': `${begin} const m = await import('azstore/files'); await ${ourClient}.files.getProperties({share:'share',path:'f'}); ${end}`,
  '@azure/storage-file-share, same': `${begin} const m = await import('@azure/storage-file-share'); await ${theirClient}.getShareClient('share').rootDirectoryClient.getFileClient('f').getProperties(); ${end}`,
};

const samples = new Map<string, { ms: number[]; rss: number[] }>();
for (let run = 0; run < runs; run++) {
  for (const [name, script] of Object.entries(scripts)) {
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    const [ms = Number.NaN, rss = Number.NaN] = output.trim().split(' ').map(Number);
    const sample = samples.get(name) ?? { ms: [], rss: [] };
    sample.ms.push(ms);
    sample.rss.push(rss);
    samples.set(name, sample);
  }
}
console.log(`\nStart in a fresh process, median of ${runs}`);
for (const [name, { ms, rss }] of samples) {
  console.log(
    `  ${name.padEnd(36)} ${median(ms).toFixed(1).padStart(8)} ms  ${median(rss).toFixed(0).padStart(5)} MiB RSS`,
  );
}
await server.stop();
