import type { ResponseBody } from './message.js';

/** A body that can be handed out, as something to iterate over: one piece at a time, each a copy. */
export async function* iteratePieces(body: ResponseBody & Required<Pick<ResponseBody, 'pipe'>>) {
  let piece: Uint8Array | undefined;
  let end: { readonly error?: unknown } | undefined;
  let goOn = () => {};
  let wake = () => {};
  const finish = (how: { readonly error?: unknown }) => {
    end = how;
    wake();
  };
  const take = (next: Uint8Array) =>
    new Promise<void>((resolve) => {
      piece = Uint8Array.prototype.slice.call(next);
      goOn = resolve;
      wake();
    });
  body.pipe(take).then(
    () => finish({}),
    (error: unknown) => finish({ error }),
  );
  try {
    while (end === undefined || piece !== undefined) {
      if (piece === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const next = piece;
      piece = undefined;
      yield next;
      goOn();
    }
    if ('error' in end) throw end.error;
  } finally {
    if (end === undefined) body.discard();
  }
}
