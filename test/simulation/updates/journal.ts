/** One operation as the process that called it knows it. Operations of the dead have neither end nor result. */
export interface Entry {
  readonly id: string;
  readonly startedAt: number;
  endedAt?: number;
  /** What the operation gave back. */
  result?: { readonly text?: string; readonly offset?: number };
  /** The code of the error that it ended with. */
  failure?: string;
}

/** What was asked for and what came of it, to be compared with what is there in the end. */
export class Journal {
  readonly entries: Entry[] = [];
  readonly violations: string[] = [];
  /** Contents that were read under the lock. */
  readonly seen: string[] = [];

  begin(id: string, startedAt: number): Entry {
    const entry = { id, startedAt };
    this.entries.push(entry);
    return entry;
  }

  get acknowledged(): readonly Entry[] {
    return this.entries.filter(({ result }) => result !== undefined);
  }

  /**
   * Whether a file of one line per operation can be the outcome: as if the operations had been done one by one, each at
   * some moment between its call and its answer.
   */
  judge(final: string): void {
    const lines = final === '' ? [] : final.replace(/\n$/, '').split('\n').map(idOf);
    const places = new Map(lines.map((id, index) => [id, index]));
    if (places.size !== lines.length) this.violations.push('an operation was carried out twice');
    if (final !== '' && !final.endsWith('\n')) this.violations.push('the last line is not whole');
    const known = new Set(this.entries.map(({ id }) => id));
    for (const id of places.keys())
      if (!known.has(id)) this.violations.push(`garbage: ${JSON.stringify(id.slice(0, 40))}`);
    for (const entry of this.acknowledged) this.#judgeResult(entry, { final, places });
    this.#judgeOrder(places);
    for (const text of this.seen) {
      if (!final.startsWith(text)) this.violations.push('a holder of the lock saw what was undone later');
    }
  }

  #judgeResult({ id, result }: Entry, { final, places }: Outcome): void {
    if (!places.has(id)) this.violations.push(`lost: ${id} was acknowledged`);
    if (result?.text !== undefined && !final.startsWith(result.text)) {
      this.violations.push(`${id} was made from a version that never was`);
    }
    if (result?.offset !== undefined && idOf(final.slice(result.offset).split('\n')[0] ?? '') !== id) {
      this.violations.push(`${id} is not where it was said to be`);
    }
  }

  /** What had ended before another began stands before it. */
  #judgeOrder(places: Outcome['places']): void {
    const done = this.entries
      .filter(({ id }) => places.has(id))
      .sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
    let latestStart = Number.NEGATIVE_INFINITY;
    for (const { id, startedAt, endedAt, result } of done) {
      if (result !== undefined && (endedAt ?? 0) < latestStart) {
        this.violations.push(`order: ${id} stands behind what began when it had ended`);
      }
      latestStart = Math.max(latestStart, startedAt);
    }
  }
}

interface Outcome {
  readonly final: string;
  readonly places: ReadonlyMap<string, number>;
}

/** A line that belongs to an operation: its id, made long, so that it does not fit into one request. */
export function lineOf(id: string, length: number): string {
  return `${id} ${'.'.repeat(length)}\n`;
}

function idOf(line: string): string {
  return /^(\S+) \.*$/.exec(line)?.[1] ?? line;
}
