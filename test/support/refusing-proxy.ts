import { request } from 'node:http';
import { httpServer, type TestServer } from './raw-server.js';

/** Stands before an emulator and refuses some of what is asked, in a way that is worth no second try. */
export interface RefusingProxy extends AsyncDisposable {
  /** How to reach the emulator through it. */
  readonly connectionString: string;
}

/** @param isRefused - Is told `PUT /devstoreaccount1/data/file?comp=range`; what is to `stall` never gets an answer. */
export async function refuseSome(
  connectionString: string,
  isRefused: (request: string) => boolean | 'stall',
): Promise<RefusingProxy> {
  const origin = /FileEndpoint=(http:\/\/[^/;]+)/.exec(connectionString)?.[1] ?? '';
  const server: TestServer = await httpServer((asked, answer) => {
    const refused = isRefused(`${asked.method} ${asked.url}`);
    if (refused !== false) {
      asked.resume();
      if (refused === 'stall') return;
      answer.writeHead(412, { 'x-ms-error-code': 'ConditionNotMet', 'content-length': 0 }).end();
      return;
    }
    const { method, url = '', headers } = asked;
    const onward = request(new URL(url, origin), { method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 500, got.headers);
      got.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  return {
    connectionString: connectionString.replaceAll(origin, server.origin),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
