import { getMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { rejection } from '../../support/rejection.js';
import { scriptedClient } from './scripted-client.js';

const many = 20;

describe('one signal for many calls at once', () => {
  it('is no leak to Node when they walk', async () => {
    const { client, transport } = scriptedClient();
    const controller = new AbortController();
    const walks = Array.from({ length: many }, async () => {
      for await (const _entry of client.directories.walk({ signal: controller.signal }));
    });
    await transport.next();
    expect(getMaxListeners(controller.signal)).toBeGreaterThan(many);
    controller.abort('enough');
    expect(await Promise.all(walks.map(rejection))).toEqual(Array(many).fill('enough'));
  });
});
