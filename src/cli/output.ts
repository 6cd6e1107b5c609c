import type { Io, OutputStream } from './io.js';
import { Redactor } from './redact.js';

/** Nobody reads standard output any more, as after `| head`: there is nothing left to do, and nothing went wrong. */
export class OutputClosedError extends Error {
  constructor() {
    super('the reader of standard output has gone');
    this.name = 'OutputClosedError';
  }
}

/** How a run talks. */
export interface OutputMode {
  /** Results and errors as JSON lines on standard output. */
  readonly json: boolean;
  /** Nothing for people except errors. */
  readonly quiet: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const controlCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A text without the characters that could steer a terminal. */
export function printable(text: string): string {
  return text.replace(controlCharacters, '?');
}

/** A value as JSON on one line; the control characters that JSON leaves as they are are written out in it. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The two streams of a run: data on standard output, everything for people on standard error. */
export class Output {
  readonly mode: OutputMode;
  readonly redactor: Redactor;
  readonly #io: Io;
  #aboveProgress: ((text: string) => void) | undefined;

  constructor(io: Io, mode: OutputMode, redactor = new Redactor()) {
    this.#io = io;
    this.mode = mode;
    this.redactor = redactor;
  }

  /** Where a progress bar may be drawn; `undefined` when nobody would see it or nobody wants it. */
  get terminal(): OutputStream | undefined {
    const { stderr } = this.#io;
    return stderr.isTTY === true && !this.mode.quiet && !this.mode.json ? stderr : undefined;
  }

  /** While a progress bar is on the terminal, messages go through `print`, which draws the bar anew below them. */
  divert(print: ((text: string) => void) | undefined): void {
    this.#aboveProgress = print;
  }

  /** Writes data as it is. Ends when the reader has taken it. */
  async bytes(data: Uint8Array | string): Promise<void> {
    await this.#write(data);
  }

  /** Writes lines of text; names that could steer a terminal lose that power when there is one. */
  async lines(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    const text = `${lines.join('\n')}\n`;
    await this.#write(this.#io.stdout.isTTY === true ? printable(text) : text);
  }

  /** Writes values as JSON, one per line. */
  async values(values: readonly unknown[]): Promise<void> {
    if (values.length === 0) return;
    await this.#write(`${values.map(jsonLine).join('\n')}\n`);
  }

  /** Tells people something that they may want to know; `--quiet` and `--json` keep it away. */
  note(text: string): void {
    if (!this.mode.quiet && !this.mode.json) this.#tell(text);
  }

  /** The same for a text that holds no secret although it looks like one. */
  say(text: string): void {
    if (!this.mode.quiet && !this.mode.json) this.#print(text);
  }

  /** Tells people something that they have to know, whatever the mode. */
  warn(text: string): void {
    this.#tell(text);
  }

  #tell(text: string): void {
    this.#print(this.redactor.redact(text));
  }

  #print(text: string): void {
    const line = printable(text);
    if (this.#aboveProgress === undefined) this.#io.stderr.write(`${line}\n`);
    else this.#aboveProgress(line);
  }

  #write(data: Uint8Array | string): Promise<void> {
    const { stdout, signal } = this.#io;
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      stdout.write(data, (error) => {
        signal.removeEventListener('abort', onAbort);
        if (error) reject(readerHasGone(error) ? new OutputClosedError() : error);
        else resolve();
      });
    });
  }
}

/** Any other failure of a write, such as a full disk, loses data that somebody wants. */
function readerHasGone(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}
