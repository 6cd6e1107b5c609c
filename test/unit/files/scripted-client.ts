import { AzureFilesClient, type AzureFilesConfig, type HttpHeaders } from '../../../src/files/index.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { type ScriptedExchange, ScriptedTransport } from '../../../src/simulation/scripted-transport.js';

export const etag = '"0x8DAD807E7E6F4D9"';
export const lastModified = 'Wed, 07 Dec 2022 04:02:49 GMT';
/** Headers of almost every answer. */
export const version = { ETag: etag, 'Last-Modified': lastModified };

export interface ScriptedClient {
  readonly client: AzureFilesClient;
  readonly transport: ScriptedTransport;
  readonly clock: ManualClock;
}

/** A client of `https://acct.file.core.windows.net` whose requests a test answers one by one. */
export function scriptedClient(config: AzureFilesConfig = {}): ScriptedClient {
  const transport = new ScriptedTransport();
  const clock = new ManualClock();
  const credentials = { type: 'shared_key', key: 'a2V5' } as const;
  const client = new AzureFilesClient(
    { accountName: 'acct', credentials, defaultShare: 'data', transport, clock, ...config },
    {},
  );
  return { client, transport, clock };
}

/** Method, target, and the headers that the operation itself sets; those of every request are left out. */
export function transcript({ request }: ScriptedExchange): string[] {
  const common = ['x-ms-version', 'x-ms-date', 'x-ms-client-request-id', 'authorization', 'content-length'];
  const headers = [...(request.headers as HttpHeaders)]
    .filter(([name]) => !common.includes(name.toLowerCase()))
    .map(([name, value]) => `${name}: ${value}`)
    .sort();
  return [`${request.method} ${request.target}`, ...headers];
}
