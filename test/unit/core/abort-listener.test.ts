import { getMaxListeners, setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listenForAbort } from '../../../src/core/abort-listener.js';

describe('listenForAbort', () => {
  it('calls the listener once when the signal is aborted', () => {
    const controller = new AbortController();
    let calls = 0;
    listenForAbort(controller.signal, () => {
      calls += 1;
    });
    controller.abort();
    controller.abort();
    expect(calls).toBe(1);
  });

  it('calls it no more when it was removed', () => {
    const controller = new AbortController();
    let calls = 0;
    const forget = listenForAbort(controller.signal, () => {
      calls += 1;
    });
    forget();
    controller.abort();
    expect(calls).toBe(0);
  });

  it('raises the limit at which Node warns, and leaves alone one that was set', () => {
    const usual = new AbortController();
    listenForAbort(usual.signal, () => {});
    expect(getMaxListeners(usual.signal)).toBe(1_500);
    const chosen = new AbortController();
    setMaxListeners(3, chosen.signal);
    listenForAbort(chosen.signal, () => {});
    expect(getMaxListeners(chosen.signal)).toBe(3);
  });

  it('listens to a signal without a limit', () => {
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    let called = false;
    listenForAbort(controller.signal, () => {
      called = true;
    });
    controller.abort();
    expect(called).toBe(true);
  });
});
