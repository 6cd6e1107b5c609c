import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AzureFilesClient } from '../../src/files/index.js';

/**
 * The client against a storage account of Azure. `AZSTORE_TEST_CONNECTION_STRING` names the account,
 * `AZSTORE_TEST_SHARE` a share in it that exists; everything happens in a directory of its own, removed at the end.
 */
const connectionString = process.env.AZSTORE_TEST_CONNECTION_STRING;
const share = process.env.AZSTORE_TEST_SHARE ?? 'azstore-test';

// Skipped without an account: AZSTORE_TEST_CONNECTION_STRING is not set.
describe.skipIf(connectionString === undefined)('a real account (AZSTORE_TEST_CONNECTION_STRING)', () => {
  const directory = `azstore-${randomUUID()}`;
  let client: AzureFilesClient;

  beforeAll(async () => {
    client = AzureFilesClient.builder()
      .connectionString(connectionString ?? '')
      .defaultShare(share)
      .build();
    await client.directories.create({ path: directory });
  });

  afterAll(async () => {
    await client.directories.deleteRecursive({ path: directory });
    await client.close();
  });

  it('keeps what was written, across the limit of one range', async () => {
    const data = new Uint8Array(4 * 1024 * 1024 + 1).map((_, index) => index % 251);
    await client.files.write({ path: `${directory}/big.bin`, data });
    const content = await client.files.read({ path: `${directory}/big.bin` });
    expect(Buffer.compare(content.data, data)).toBe(0);
  });

  it('reads an empty file', async () => {
    await client.files.create({ path: `${directory}/empty`, size: 0 });
    expect((await client.files.read({ path: `${directory}/empty` })).data).toHaveLength(0);
  });

  it('creates a file once', async () => {
    const path = `${directory}/once`;
    const tries = await Promise.allSettled(
      [1, 2, 3, 4].map((n) => client.files.createIfNotExists({ path, data: Uint8Array.of(n) })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = tries.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual(
      refused.map(() => 'FileAlreadyExists'),
    );
    expect((await client.directories.list({ path: directory, prefix: 'once' })).entries).toHaveLength(1);
  });

  it('round-trips names that need care', async () => {
    const names = ['50% #1+2', 'trailing.', 'ünïcödé 漢字', 'a&b'];
    for (const name of names) await client.files.create({ path: `${directory}/${name}`, size: 0 });
    const listed: string[] = [];
    for await (const entry of client.directories.listAll({ path: directory })) listed.push(entry.name);
    expect(listed).toEqual(expect.arrayContaining(names));
  });

  it('tells a missing file from a missing share', async () => {
    await expect(client.files.getProperties({ path: `${directory}/nothing` })).rejects.toMatchObject({
      code: 'FileNotFound',
    });
    await expect(
      client.files.getProperties({ share: `no-${randomUUID()}`, path: 'x' }),
    ).rejects.toMatchObject({
      code: 'ShareNotFound',
    });
  });

  it('renames, copies and deletes', async () => {
    await client.files.write({ path: `${directory}/a`, data: Uint8Array.of(1, 2, 3) });
    await client.files.rename({ path: `${directory}/a`, newPath: `${directory}/b` });
    const started = await client.files.copy({ sourcePath: `${directory}/b`, destPath: `${directory}/c` });
    await client.files.waitForCopy({ path: `${directory}/c`, copyId: started.copyId });
    expect([...(await client.files.read({ path: `${directory}/c` })).data]).toEqual([1, 2, 3]);
    await client.files.delete({ path: `${directory}/c` });
    expect(await client.files.exists({ path: `${directory}/c` })).toBe(false);
  });

  it('lists time stamps and ETags that agree with the properties', async () => {
    await client.files.create({ path: `${directory}/stamped`, size: 7 });
    const { entries } = await client.directories.list({ path: directory, prefix: 'stamped' });
    const properties = await client.files.getProperties({ path: `${directory}/stamped` });
    expect(entries[0]).toMatchObject({
      size: 7,
      etag: properties.etag,
      lastModified: properties.lastModified,
    });
  });
});
