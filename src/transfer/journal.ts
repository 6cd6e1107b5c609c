import { createHash } from 'node:crypto';
import { open, readdir, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock } from '../core/clock.js';
import type { ByteRange } from '../core/wire/byte-range.js';
import { parseRecord, type TransferRecord } from './journal-record.js';
import { namingFile } from './local-error.js';
import { makeDirectories } from './make-directories.js';

/** A longer note is none of ours. */
const maxBytes = 64 * 1024;
/** After that nobody goes on with a transfer, in milliseconds. */
const forgottenMs = 30 * 24 * 3_600_000;
/** As many notes as are looked at for that, each time. */
const maxLooked = 1_000;
/** How often a note is written that somebody removes. */
const maxRounds = 3;
const noteName = /^[0-9a-f]{64}\.json(?:\.[0-9a-f-]{36})?$/;

/**
 * The note of one transfer: a file of its own, replaced as a whole each time. What is damaged, of another format or of another
 * transfer counts as not there.
 */
export class Journal {
  readonly #directory: string;
  readonly #path: string;
  readonly #key: readonly string[];
  readonly #clock: Clock;
  /** Apart from that of another process that writes the same note. */
  readonly #suffix: string;
  #record: TransferRecord | undefined;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param key - What tells the transfer from all others: which way, from where, to where. No secrets. */
  constructor(directory: string, key: readonly string[], clock: Clock) {
    const name = createHash('sha256').update(JSON.stringify(key)).digest('hex');
    this.#directory = directory;
    this.#path = join(directory, `${name}.json`);
    this.#key = key;
    this.#clock = clock;
    this.#suffix = clock.uuid();
  }

  /** What is written down. Notes that nobody has come back to for a month are removed on the way. */
  async read(): Promise<TransferRecord | undefined> {
    await this.#prune();
    return this.#load();
  }

  /**
   * Writes down a state; what is written down when it ends is that or a later one.
   * @throws {Error} of the file system, such as `ENOSPC`, as it is.
   */
  save(record: TransferRecord): Promise<void> {
    this.#record = record;
    if (this.#writing === undefined) return this.#write();
    // All that come while one is being written go together.
    this.#next ??= this.#writing.then(
      () => this.#write(),
      () => this.#write(),
    );
    return this.#next;
  }

  /** Removes the note, if it is still that of this transfer. Never fails. */
  async remove(id: string): Promise<void> {
    await this.#writing?.catch(() => {});
    await this.#next?.catch(() => {});
    const present = await this.#load().catch(() => undefined);
    if (present?.id !== id) return;
    await unlink(this.#path).catch(() => {});
    // What processes have left that were killed while they wrote.
    const halves = await readdir(this.#directory).catch(() => []);
    for (const name of halves.filter((each) => each.startsWith(`${basename(this.#path)}.`))) {
      await unlink(join(this.#directory, name)).catch(() => {});
    }
  }

  #write(): Promise<void> {
    this.#next = undefined;
    const writing = this.#replace().finally(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    this.#writing = writing;
    return writing;
  }

  async #replace(): Promise<void> {
    const record = this.#record;
    if (record === undefined) return;
    const text = JSON.stringify({ ...record, key: this.#key, done: record.done.map(pairOf) });
    const sum = createHash('sha256').update(text).digest('hex');
    await this.#put(`{"format":"azstore-transfer","version":1,"sum":"${sum}","record":${text}}\n`);
  }

  async #put(text: string): Promise<void> {
    const temporary = `${this.#path}.${this.#suffix}`;
    for (let round = 1; ; round++) {
      try {
        // Not synchronized to the disk: after a loss of power an older note, or a damaged one, only costs time.
        await writeFile(temporary, text, { mode: 0o600 });
        await rename(temporary, this.#path);
        return;
      } catch (error) {
        // The first note makes the directory; and somebody who has carried out the same transfer may have cleaned up.
        if (!isMissing(error) || round === maxRounds) throw namingFile(error, this.#path);
        await makeDirectories(this.#directory, 0o700);
      }
    }
  }

  async #load(): Promise<TransferRecord | undefined> {
    const text = await readSmall(this.#path);
    const note = text === undefined ? undefined : parseJson(text);
    if (!isNote(note) || note.format !== 'azstore-transfer' || note.version !== 1) return undefined;
    const sum = createHash('sha256').update(JSON.stringify(note.record)).digest('hex');
    return sum === note.sum ? parseRecord(note.record, this.#key) : undefined;
  }

  async #prune(): Promise<void> {
    const names = await readdir(this.#directory).catch(() => []);
    const old = this.#clock.now() - forgottenMs;
    for (const name of names.filter((each) => noteName.test(each)).slice(0, maxLooked)) {
      const path = join(this.#directory, name);
      const modified = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Number.POSITIVE_INFINITY,
      );
      if (modified < old) await unlink(path).catch(() => {});
    }
  }
}

function pairOf({ start, end }: ByteRange): [number, number] {
  return [start, end];
}

interface Note {
  readonly format: unknown;
  readonly version: unknown;
  readonly sum: unknown;
  readonly record: unknown;
}

function isNote(value: unknown): value is Note {
  return typeof value === 'object' && value !== null && 'record' in value && 'sum' in value;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text of a file; `undefined` when it is not there, or larger than any note. */
async function readSmall(path: string): Promise<string | undefined> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    return size > maxBytes ? undefined : await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
