import { describe, expect, it } from 'vitest';
import type { Transport } from '../../../../src/core/http/message.js';
import { operations, testPipeline } from '../../../support/core-pipeline.js';
import { rejection } from '../../../support/rejection.js';
import { WatchedController } from '../../../support/watched-signal.js';

describe('a transport that throws instead of rejecting', () => {
  it('ends the call with what it throws, and leaves no timer and no listener', async () => {
    const thrown = new Error('not ready');
    const transport: Transport = {
      send() {
        throw thrown;
      },
    };
    const { send, clock } = testPipeline({ transport });
    const controller = new WatchedController();
    expect(await rejection(send(operations.read, { signal: controller.signal }))).toBe(thrown);
    expect(clock.timerCount).toBe(0);
    expect(controller.listeners).toBe(0);
  });
});
