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
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}
