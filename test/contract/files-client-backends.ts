import { createEmulator, startEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient, type AzureFilesConfig } from '../../src/files/index.js';

/** A service with an empty share `data` and a client of it. */
export interface OpenBackend extends AsyncDisposable {
  readonly client: AzureFilesClient;
  readonly connectionString: string;
  /** Another client of the same service. */
  connect(config?: AzureFilesConfig): AzureFilesClient;
}

export interface Backend {
  readonly name: string;
  /** Opens a fresh service. */
  open(config?: AzureFilesConfig): Promise<OpenBackend>;
}

const shares = ['data', 'other'];

const inProcess: Backend = {
  name: 'in-process transport',
  async open(config) {
    const emulator = createEmulator({ shares });
    const { connectionString, transport } = emulator;
    const connect = (other?: AzureFilesConfig) => makeClient(connectionString, { transport, ...other });
    return {
      client: connect(config),
      connectionString,
      connect,
      [Symbol.asyncDispose]: () => emulator.close(),
    };
  },
};

const socket: Backend = {
  name: 'socket',
  async open(config) {
    const emulator = await startEmulator({ filesPort: 0, shares });
    const clients: AzureFilesClient[] = [];
    const connect = (other?: AzureFilesConfig) => {
      const client = makeClient(emulator.connectionString, other);
      clients.push(client);
      return client;
    };
    return {
      client: connect(config),
      connectionString: emulator.connectionString,
      connect,
      async [Symbol.asyncDispose]() {
        await Promise.all(clients.map((client) => client.close()));
        await emulator.close();
      },
    };
  },
};

function makeClient(connectionString: string, config: AzureFilesConfig = {}): AzureFilesClient {
  return new AzureFilesClient({
    credentials: { type: 'connection_string', connectionString },
    defaultShare: 'data',
    ...config,
  });
}

export const backends: readonly Backend[] = [inProcess, socket];

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
export const mebibyte = 1024 * 1024;

/** Compares without printing megabytes. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array): boolean {
  return Buffer.compare(actual, expected) === 0;
}
