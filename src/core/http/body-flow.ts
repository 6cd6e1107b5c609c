import type { IncomingMessage } from 'node:http';

/** Where the pieces of a body come from. */
export interface BodyFlow {
  /** Of the whole body in bytes, where the memory of its pieces is used again: whoever keeps a piece copies it. */
  readonly lentLength: number | undefined;
  /** Begins; nothing comes before. */
  start(take: (piece: Buffer) => void): void;
  pause(): void;
  resume(): void;
}

/** The pieces that Node hands out. */
export function messageFlow(incoming: IncomingMessage): BodyFlow {
  return {
    lentLength: undefined,
    start: (take) => void incoming.on('data', take),
    pause: () => void incoming.pause(),
    resume: () => void incoming.resume(),
  };
}
