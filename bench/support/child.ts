import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own, so that its CPU is not counted as the client's. */
export interface ServerProcess {
  /** What the server printed as its first line, parsed. */
  readonly ready: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts `bench/servers/NAME.ts`, which prints one line of JSON when it is ready. */
export async function startServer(name: string, ...args: string[]): Promise<ServerProcess> {
  const file = fileURLToPath(new URL(`../servers/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), failed(child)])) as [
    string,
  ];
  return {
    ready: JSON.parse(line) as Record<string, string>,
    async stop() {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

async function failed(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number];
  throw new Error(`the server ended with code ${code} before it was ready`);
}
