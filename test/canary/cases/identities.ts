import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureFilesClient, type AzureFilesConfig } from '../../../src/files/index.js';
import type { Canary, CanaryCase } from '../canary.js';
import { accountName } from '../identities.js';

type Credentials = NonNullable<AzureFilesConfig['credentials']>;

/** What the place that gives tokens answers. `secrets` is everything that it was sent. */
const answers: Readonly<
  Record<string, (token: string, secrets: string) => readonly [status: number, body: string]>
> = {
  'a token': (token) => [
    200,
    JSON.stringify({ access_token: token, expires_in: 3600, expires_on: '4000000000' }),
  ],
  'a token that is none': (token) => [
    200,
    JSON.stringify({ access_token: `${token}\r\nX: y`, expires_on: '4000000000' }),
  ],
  'a token without an end': (token) => [200, JSON.stringify({ access_token: token })],
  'a token in a text': (token) => [200, `your token is ${token}`],
  'a refusal that repeats all': (token, secrets) => [
    400,
    JSON.stringify({ error: 'invalid_client', error_description: `${secrets} ${token}` }),
  ],
  'a page': (_token, secrets) => [403, `<html>${secrets}</html>`],
};

/** Asks for a token in one way, from a place that answers in one way. */
async function ask(
  canary: Canary,
  name: string,
  environment: Readonly<Record<string, string>>,
  credentials: Credentials,
): Promise<void> {
  const transport = { send: () => Promise.reject(new Error('this goes nowhere')) };
  const client = new AzureFilesClient(
    { accountName, credentials, transport, telemetry: canary.telemetry, retryConfig: { maxAttempts: 1 } },
    environment,
  );
  const call = client.files.getProperties({ share: 'data', path: 'f', timeoutMs: 5000 });
  await call.catch((error: unknown) => canary.evidence.add(name, error));
  canary.evidence.add('the client', client);
}

async function tokenServer(answer: (sent: string) => readonly [number, string]) {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const [status, text] = answer(`${request.rawHeaders.join(' ')} ${request.url} ${body}`);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const identityCases: readonly CanaryCase[] = [
  {
    name: 'tokens of a managed identity and of a workload identity',
    async run(canary) {
      const directory = await mkdtemp(join(tmpdir(), 'azstore-canary-'));
      try {
        for (const [name, answer] of Object.entries(answers)) {
          const token = canary.secrets.accessToken();
          await using server = await tokenServer((sent) => answer(token, sent));
          const secret = canary.secrets.add('identity header', canary.secrets.leaseId('identity header'));
          const app = { IDENTITY_ENDPOINT: `${server.origin}/token`, IDENTITY_HEADER: secret };
          await ask(canary, `App Service that gives ${name}`, app, { type: 'managed_identity' });
          const tokenFile = join(directory, 'token');
          await writeFile(tokenFile, canary.secrets.accessToken('federated token'));
          const workload = {
            AZURE_CLIENT_ID: 'client',
            AZURE_TENANT_ID: 'tenant',
            AZURE_FEDERATED_TOKEN_FILE: tokenFile,
            AZURE_AUTHORITY_HOST: server.origin,
          };
          await ask(canary, `an authority that gives ${name}`, workload, { type: 'workload_identity' });
          await ask(canary, `a chain that gives ${name}`, { ...workload, ...app }, { type: 'default' });
        }
      } finally {
        await rm(directory, { recursive: true });
      }
    },
  },
  {
    name: 'tokens of the Azure CLI',
    async run(canary) {
      if (process.platform === 'win32')
        return void canary.evidence.add('nothing', canary.secrets.accessToken() && '');
      const directory = await mkdtemp(join(tmpdir(), 'azstore-canary-'));
      try {
        const token = canary.secrets.accessToken();
        for (const script of [
          `echo '{"accessToken":"${token}","expires_on":4000000000}'`,
          `echo '{"accessToken":"${token}"}'`,
          `echo '${token}'`,
          `echo '{"accessToken":"${token}"}'; echo 'ERROR: ${token}' >&2; exit 1`,
          `echo 'az login --token ${token}' >&2; exit 1`,
        ]) {
          await writeFile(join(directory, 'az'), `#!/bin/sh\n${script}\n`);
          await chmod(join(directory, 'az'), 0o755);
          await ask(
            canary,
            `az that runs ${script.replaceAll(token, 'TOKEN')}`,
            { PATH: `${directory}:/usr/bin:/bin` },
            { type: 'azure_cli' },
          );
        }
      } finally {
        await rm(directory, { recursive: true });
      }
    },
  },
];
