import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { run } from '../../src/cli/run.js';

/** What a run of the command line did. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, unchanged. */
  readonly bytes: Buffer;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The file of the program, for runs that start it again. */
  readonly program?: string | undefined;
  /** What is on standard input. */
  readonly stdin?: string | Readable | undefined;
  /** Called with all of standard output so far, whenever something comes. */
  readonly onStdout?: ((text: string) => void) | undefined;
  /** The same for standard error. */
  readonly onStderr?: ((text: string) => void) | undefined;
  /** Whether standard error is a terminal. */
  readonly terminal?: boolean | undefined;
}

/** Collects what is written. */
export class Collector extends Writable {
  readonly #chunks: Buffer[] = [];
  readonly isTTY: boolean;
  readonly columns = 100;
  onText: ((text: string) => void) | undefined;

  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#chunks.push(chunk);
    this.onText?.(this.text);
    done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }
}

/** What a run knows of its process, where it is none of its own. */
export const noProcess = { program: '', divertSignals: () => () => {}, stdin: Readable.from([]) } as const;

/** Runs the command line in this process. */
export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const stdout = new Collector();
  const stderr = new Collector(options.terminal);
  stdout.onText = options.onStdout;
  stderr.onText = options.onStderr;
  const { signal = new AbortController().signal, stdin = '', program = '' } = options;
  // Never where the user of this machine keeps notes.
  const notes = await mkdtemp(join(tmpdir(), 'azstore-notes-'));
  const env = { AZSTORE_NOTES: notes, ...options.env };
  const input = typeof stdin === 'string' ? Readable.from([stdin]) : stdin;
  const io = { ...noProcess, stdout, stderr, env, signal, program, stdin: input };
  try {
    const code = await run(argv, io);
    return { code, stdout: stdout.text, stderr: stderr.text, bytes: stdout.bytes };
  } finally {
    await rm(notes, { recursive: true, force: true });
  }
}

/** Standard output as the JSON lines that it is. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
