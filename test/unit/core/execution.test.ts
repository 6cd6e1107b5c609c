import { describe, expect, it } from 'vitest';
import { operations, testPipeline } from '../../support/core-pipeline.js';
import { rejection } from '../../support/rejection.js';

describe('the options of one call', () => {
  it.each([
    ['no number', { timeoutMs: '100' as unknown as number }, 'timeoutMs must be a number from 1 to'],
    ['not a number', { timeoutMs: Number.NaN }, 'got NaN'],
    ['without end', { timeoutMs: Number.POSITIVE_INFINITY }, 'got Infinity'],
    ['negative', { timeoutMs: -1 }, 'got -1'],
    ['null', { timeoutMs: null as unknown as number }, 'got null'],
    ['of the whole operation and 0', { totalTimeoutMs: 0 }, 'totalTimeoutMs must be a number from 1 to'],
  ])('are refused with a time limit that is %s, before anything is sent', async (_what, options, message) => {
    const { send, transport } = testPipeline();
    const error = await rejection(send(operations.properties, options));
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidOption' });
    expect((error as Error).message).toContain(message);
    expect(transport.received).toBe(0);
  });

  it.each([
    ['the controller', new AbortController()],
    ['an object', {}],
    ['null', null],
  ])('are refused with %s instead of its signal', async (_what, signal) => {
    const { send, transport } = testPipeline();
    const error = await rejection(send(operations.properties, { signal: signal as AbortSignal }));
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidOption' });
    expect((error as Error).message).toContain('signal must be an AbortSignal');
    expect(transport.received).toBe(0);
  });

  it('may have a total time limit without end', async () => {
    const { send, transport } = testPipeline();
    const sending = send(operations.properties, { totalTimeoutMs: Number.POSITIVE_INFINITY });
    (await transport.next()).answer(200);
    expect((await sending).status).toBe(200);
  });
});
