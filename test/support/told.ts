import type { Readable } from 'node:stream';

/** What a process tells, as it comes. */
export interface Told {
  /** Everything so far. */
  readonly text: string;
  /** Waits until it has told this. @throws when it ends without it. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends when nobody holds the other end any more: the process, and all that inherited from it. */
  readonly closed: Promise<string>;
}

/** Collects what comes out of a process. */
export function told(stream: Readable): Told {
  let text = '';
  let isClosed = false;
  const listeners = new Set<() => void>();
  stream.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    for (const listener of listeners) listener();
  });
  const closed = new Promise<string>((resolve) => {
    stream.once('close', () => {
      isClosed = true;
      for (const listener of listeners) listener();
      resolve(text);
    });
  });
  return {
    get text() {
      return text;
    },
    closed,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text);
          if (found === null && !isClosed) return;
          listeners.delete(look);
          if (found !== null) resolve(found);
          else reject(new Error(`it ended without ${pattern}; it told ${JSON.stringify(text)}`));
        };
        listeners.add(look);
        look();
      }),
  };
}
