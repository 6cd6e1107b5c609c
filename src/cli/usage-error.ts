/** The command line was not understood: nothing was done. */
export class UsageError extends Error {
  /** What to do instead, where that is known. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}
