// For unit tests: the emulator's engine behind the client, in one process, without a socket and without a port.
import { strict as assert } from 'node:assert';
import { createEmulator } from 'azstore/emulator';
import { AzureFilesClient } from 'azstore/files';

await using emulator = createEmulator({ shares: ['team'] });
const client = new AzureFilesClient({
  credentials: { type: 'connection_string', connectionString: emulator.connectionString },
  transport: emulator.transport,
  defaultShare: 'team',
});

await client.files.write({ path: 'counter', data: Buffer.from('41') });
const { data } = await client.files.read({ path: 'counter' });
assert.equal(Number(Buffer.from(data).toString()) + 1, 42);
console.log('it holds');
