import { describe, expect, it } from 'vitest';
import { RecordingTelemetry } from '../../support/recording-telemetry.js';
import { scriptedClient, version } from './scripted-client.js';

function setUp() {
  const telemetry = new RecordingTelemetry();
  return { telemetry, ...scriptedClient({ telemetry }) };
}

describe('the size that telemetry is told', () => {
  it('of a file that is created, or gets another length, is its length as a number', async () => {
    const { telemetry, client, transport } = setUp();
    const creating = client.files.create({ path: 'a', size: 77 });
    (await transport.next()).answer(201, version);
    await creating;
    const resizing = client.files.resize({ path: 'a', size: 5 });
    (await transport.next()).answer(200, version);
    await resizing;
    const spans = telemetry.spans.filter(({ name }) => name !== 'azure_files.attempt');
    expect(spans.map(({ attributes }) => attributes.size)).toEqual([77, 5]);
    const sizes = telemetry.logs.map(([, , attributes]) => attributes.size);
    expect(sizes.filter((size) => size !== undefined && typeof size !== 'number')).toEqual([]);
  });

  it('is left out where there is none', async () => {
    const { telemetry, client, transport } = setUp();
    const deleting = client.files.delete({ path: 'a' });
    (await transport.next()).answer(202);
    await deleting;
    expect(telemetry.spans[0]?.attributes.size).toBeUndefined();
  });

  it('of a read is what came', async () => {
    const { telemetry, client, transport } = setUp();
    const reading = client.files.read({ path: 'a' });
    (await transport.next()).answer(206, { ...version, 'Content-Range': 'bytes 0-2/3' }, 'abc');
    await reading;
    expect(telemetry.spans[0]?.attributes.size).toBe(3);
  });
});
