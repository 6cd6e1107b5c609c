import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/core/call.js';
import { checkApiVersion, versionFor } from '../../../src/core/version.js';
import { operations, testPipeline } from '../../support/core-pipeline.js';
import { rejection } from '../../support/rejection.js';

const usual = { version: '2023-11-03', explicit: false };
const shareCall: Operation = {
  ...operations.read,
  name: 'GetShareStats',
  leastVersion: { token: '2024-11-04' },
};
const newest: Operation = { ...operations.read, name: 'New', leastVersion: { any: '2026-02-06' } };

describe('versionFor', () => {
  it('keeps the default where it is enough', () => {
    expect(versionFor(operations.read, 'shared_key', usual)).toBe('2023-11-03');
    expect(versionFor(shareCall, 'shared_key', usual)).toBe('2023-11-03');
    expect(versionFor(operations.read, 'token', usual)).toBe('2023-11-03');
  });

  it('raises the default for an operation, or for an operation with a token', () => {
    expect(versionFor(newest, 'sas', usual)).toBe('2026-02-06');
    expect(versionFor(shareCall, 'token', usual)).toBe('2024-11-04');
    expect(
      versionFor({ ...newest, leastVersion: { any: '2026-02-06', token: '2024-11-04' } }, 'token', usual),
    ).toBe('2026-02-06');
  });

  it('keeps a version that was chosen, if it is late enough', () => {
    const chosen = { version: '2025-01-05', explicit: true };
    expect(versionFor(shareCall, 'token', chosen)).toBe('2025-01-05');
  });

  it.each([
    [shareCall, 'token', '2023-11-03', 'GetShareStats with a token needs service version 2024-11-04'],
    [newest, 'shared_key', '2023-11-03', 'New needs service version 2026-02-06'],
    [operations.read, 'token', '2021-12-02', 'GetFile with a token needs service version 2022-11-02'],
  ] as const)('refuses %o with %s and %s', (operation, kind, version, why) => {
    expect(() => versionFor(operation, kind, { version, explicit: true })).toThrow(why);
    expect(() => versionFor(operation, kind, { version, explicit: true })).toThrow(
      expect.objectContaining({ code: 'UnsupportedVersion' }),
    );
  });

  it('refuses before anything is sent', async () => {
    const { send, transport } = testPipeline({ apiVersion: '2023-11-03' });
    expect(await rejection(send(newest))).toMatchObject({ code: 'UnsupportedVersion', attempts: 0 });
    expect(transport.received).toBe(0);
  });

  it('sends the raised version for that call alone', async () => {
    const { send, transport } = testPipeline();
    void send(newest);
    expect((await transport.next()).request.headers.get('x-ms-version')).toBe('2026-02-06');
    void send(operations.read);
    expect((await transport.next()).request.headers.get('x-ms-version')).toBe('2023-11-03');
  });
});

describe('checkApiVersion', () => {
  it.each(['2023-11-03', '2026-02-06'])('takes %s', (text) => {
    expect(checkApiVersion(text, 'apiVersion')).toBe(text);
  });

  it.each(['', 'latest', '2023-13-03', '2023-11-3', '2023-11-03-preview'])('refuses %j', (text) => {
    expect(() => checkApiVersion(text, 'apiVersion')).toThrow('apiVersion must be a service version');
  });
});
