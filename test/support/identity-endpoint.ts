import { onTestFinished } from 'vitest';
import { type ManualClock, settle } from '../../src/simulation/manual-clock.js';
import { httpServer } from './raw-server.js';

/** A request that an endpoint for tokens got. */
export interface AskedToken {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, string>>;
}

/** What it answers: a status and a body, or nothing at all. */
export type TokenReply =
  | readonly [status: number, body?: unknown, headers?: Readonly<Record<string, string>>]
  | 'silence';

/** A stand-in for an endpoint that gives tokens, on this machine. The last reply stays. */
export async function identityEndpoint(...replies: TokenReply[]) {
  const asked: AskedToken[] = [];
  const server = await httpServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://local');
    let body = '';
    for await (const chunk of request) body += String(chunk);
    asked.push({
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: Object.fromEntries(new URLSearchParams(body)),
    });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (reply === undefined || reply === 'silence') return;
    const [status, document = '', headers = {}] = reply;
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(typeof document === 'string' ? document : JSON.stringify(document));
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { origin: server.origin, asked };
}

/**
 * Waits until the code under test waits so long and for nothing else, then lets that time pass.
 * @param asked - Requests so far, of which there must be as many: tells a wait from a time limit of the same length.
 */
export async function passWait(
  clock: ManualClock,
  ms: number,
  asked?: { readonly requests: readonly unknown[]; readonly count: number },
): Promise<void> {
  while (clock.untilNextTimer !== ms || (asked !== undefined && asked.requests.length < asked.count)) {
    await settle();
  }
  await clock.advance(ms);
}
