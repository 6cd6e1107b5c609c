import type { ResponseBody } from './message.js';

/** Error documents are a few hundred bytes; whatever is longer comes from something else. */
const longestRefusal = 64 * 1024;

/**
 * The body of a refusal. One that is too long or breaks off says nothing more than the headers do; a cancellation still ends
 * the call.
 */
export async function refusalBody(body: ResponseBody): Promise<Uint8Array> {
  try {
    return await body.bytes(longestRefusal);
  } catch {
    body.discard();
    return new Uint8Array(0);
  }
}
