/** A stream that the command line writes to. */
export type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** All that a run of the command line knows of its surroundings, so that tests can give their own. */
export interface Io {
  /** Data, for programs and pipes. */
  readonly stdout: OutputStream;
  /** Everything that is said to people. */
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is given on standard input; nothing is taken from it before somebody reads. */
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** The file of this program, with which it can start itself again. */
  readonly program: string;
  /**
   * From now on signals to this process go to `take`, in place of the effect that they have.
   * @returns a function that ends it.
   */
  divertSignals(take: (name: NodeJS.Signals) => void): () => void;
}
