// Processes count together in one file, under a lock. One of them is killed while it has the lock: the others take it over,
// and the count is exact. Takes about half a minute, for most of which the silent holder is given the time of its lock.
//
//   npx tsx examples/locked-counter.ts
import { type ChildProcess, fork } from 'node:child_process';
import { startEmulator } from 'azstore/emulator';
import { AzureFilesClient } from 'azstore/files';

const file = { share: 'team', path: 'counter.json' };

/** What a process is told: how often to count, or to take the lock and never give it back. */
type Task = number | 'hold';
/** What it tells. A count is told when the lock has been given back: only then it is certain. */
type News = 'asking' | 'locked' | 'counted' | 'done';

async function readCount(client: AzureFilesClient, leaseId?: string): Promise<number> {
  const { data } = await client.files.read({ ...file, leaseId });
  return (JSON.parse(new TextDecoder().decode(data)) as { count: number }).count;
}

/** One of the processes at its work. */
async function work(client: AzureFilesClient, task: Task, tell: (news: News) => void): Promise<void> {
  for (let left = task === 'hold' ? 1 : task; left > 0; left -= 1) {
    tell('asking');
    await client.leases.withLock({ ...file, durationSeconds: 15 }, async (guard) => {
      tell('locked');
      if (task === 'hold') await new Promise(() => {});
      const count = await readCount(client, guard.id);
      const data = new TextEncoder().encode(JSON.stringify({ count: count + 1 }));
      await client.files.write({ ...file, data, leaseId: guard.id, signal: guard.signal });
    });
    tell('counted');
  }
  tell('done');
}

function member(): void {
  const client = AzureFilesClient.fromEnvironment();
  process.on('message', (task) => void work(client, task as Task, (news) => process.send?.(news)));
  process.on('disconnect', () => process.exit());
}

async function main(): Promise<void> {
  await using emulator = await startEmulator({ filesPort: 0, blobsPort: 0, shares: [file.share] });
  await using client = AzureFilesClient.builder().connectionString(emulator.connectionString).build();
  await client.files.write({ ...file, data: Buffer.from('{"count":0}') });
  const env = { ...process.env, AZURE_STORAGE_CONNECTION_STRING: emulator.connectionString };
  const members = Array.from({ length: 4 }, () => fork(process.argv[1] ?? '', ['member'], { env }));
  try {
    const acknowledged = await count(members);
    const found = await readCount(client);
    console.log(`the file says ${found}, acknowledged were ${acknowledged}`);
    if (found !== acknowledged) throw new Error('something was lost, or counted twice');
  } finally {
    for (const process of members) process.kill('SIGKILL');
  }
}

/** @returns how many counts were acknowledged. */
async function count(members: readonly ChildProcess[]): Promise<number> {
  let acknowledged = 0;
  for (const process of members) process.on('message', (news) => news === 'counted' && acknowledged++);
  let start = performance.now();
  await Promise.all(members.map((process) => told(process, 3, 'done')));
  console.log(`${members.length} processes counted to ${acknowledged} under a lock in ${since(start)}`);

  const [victim, ...others] = members;
  if (victim === undefined) throw new Error('nobody is there');
  await told(victim, 'hold', 'locked');
  const done = Promise.all(others.map((process) => heard(process, 'done')));
  const takeover = Promise.race(others.map((process) => heard(process, 'locked')));
  await Promise.all(others.map((process) => told(process, 3, 'asking')));
  victim.kill('SIGKILL');
  start = performance.now();
  console.log(`one of them was killed while it had the lock, and ${others.length} wait for it ...`);
  await takeover;
  console.log(`taken over after ${since(start)}`);
  await done;
  console.log(`the others counted to ${acknowledged}`);
  return acknowledged;
}

/** Gives a process something to do, and waits for what it tells. */
async function told(process: ChildProcess, task: Task, expected: News): Promise<void> {
  const answer = heard(process, expected);
  process.send(task);
  await answer;
}

function heard(process: ChildProcess, expected: News): Promise<void> {
  return new Promise((resolve, reject) => {
    const listen = (news: unknown) => {
      if (news !== expected) return;
      process.off('message', listen);
      resolve();
    };
    process.on('message', listen);
    process.once('exit', () => reject(new Error('a process ended too early')));
  });
}

function since(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

if (process.argv[2] === 'member') member();
else await main();
