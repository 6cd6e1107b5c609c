import { describe } from 'vitest';
import { createEmulator, wellKnownAccount } from '../../src/emulator/index.js';
import { type AzureCredentials, AzureFilesClient, type AzureFilesConfig } from '../../src/files/index.js';
import { token } from '../support/unsigned-requests.js';
import type { Backend } from './files-client-backends.js';
import { contentSuite } from './files-client-content.js';
import { directorySuite } from './files-client-directories.js';
import { moveSuite } from './files-client-moves.js';
import { nameSuite } from './files-client-names.js';
import { objectSuite } from './files-client-objects.js';
import { updateSuite } from './files-client-updates.js';

/* What a client promises, it keeps whoever it is: the same suites with every kind of credentials. */

type CredentialsOf = (as: (credentials: AzureCredentials) => AzureFilesClient) => Promise<AzureCredentials>;

function backend(name: string, credentialsOf: CredentialsOf): Backend {
  return {
    name,
    async open(config) {
      const emulator = createEmulator({ shares: ['data', 'other'] });
      const { connectionString, transport, filesEndpoint: endpoint } = emulator;
      const as = (credentials: AzureCredentials, more?: AzureFilesConfig) =>
        new AzureFilesClient({ endpoint, transport, defaultShare: 'data', credentials, ...more });
      const credentials = await credentialsOf(as);
      const connect = (more?: AzureFilesConfig) => as(credentials, more);
      return {
        client: connect(config),
        connectionString,
        connect,
        [Symbol.asyncDispose]: () => emulator.close(),
      };
    },
  };
}

const [key = ''] = wellKnownAccount.keys;
const byKey: AzureCredentials = { type: 'shared_key', key };
const byToken: AzureCredentials = {
  type: 'token',
  credential: {
    getToken: async () => ({ token: token(Date.now()), expiresOnTimestamp: Date.now() + 3_600_000 }),
  },
};

const ofAccount = [
  backend('an account SAS', async (as) => {
    const { token } = await as(byKey).sas.generateAccount({ resourceTypes: 'sco', permissions: 'rwdlc' });
    return { type: 'sas_token', token };
  }),
  backend('a token', async () => byToken),
  backend('a function that gives a key', async () => ({ type: 'shared_key', key: async () => key })),
];

const ofShare = [
  backend('a SAS for the share', async (as) => {
    const { token } = await as(byKey).sas.generate({ permissions: 'rcwdl' });
    return { type: 'sas_token', token };
  }),
  backend('a SAS for the share that a token signed', async (as) => {
    const { token } = await as(byToken).sas.generate({ permissions: 'rcwdl' });
    return { type: 'sas_token', token };
  }),
];

describe.each(ofAccount)('files client with $name', (each) => {
  contentSuite(each);
  objectSuite(each);
  nameSuite(each);
  directorySuite(each);
  moveSuite(each);
  updateSuite(each);
});

// The other suites look at a second share as well, or at the account.
describe.each(ofShare)('files client with $name', (each) => {
  contentSuite(each);
  nameSuite(each);
  updateSuite(each);
});
