/** Several writers change one file, and none of their changes is lost. Run it with `npx tsx examples/update-together.ts`. */
import { startEmulator } from 'azstore/emulator';
import { AzureFilesClient } from 'azstore/files';

await using emulator = await startEmulator({ filesPort: 0, shares: ['team'] });
const path = 'votes.json';
const connect = () =>
  AzureFilesClient.builder().connectionString(emulator.connectionString).defaultShare('team').build();

await using first = connect();
await using second = connect();
await first.files.write({ path, data: Buffer.from('{"yes":0,"no":0}') });

async function vote(client: AzureFilesClient, choice: 'yes' | 'no'): Promise<void> {
  await client.files.updateIfMatch({ path }, ({ data }) => {
    const votes = JSON.parse(Buffer.from(data).toString()) as Record<string, number>;
    return Buffer.from(JSON.stringify({ ...votes, [choice]: (votes[choice] ?? 0) + 1 }));
  });
  // Who voted stands in a log: every line is whole, whoever else writes.
  await client.files.append({ path: 'votes.log', data: Buffer.from(`${choice}\n`) });
}

await Promise.all([vote(first, 'yes'), vote(second, 'no'), vote(first, 'yes')]);

const { data } = await first.files.read({ path });
const log = await first.files.read({ path: 'votes.log' });
console.log(Buffer.from(data).toString(), Buffer.from(log.data).toString().split('\n').length - 1, 'lines');
