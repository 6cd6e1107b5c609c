/** A signal that counts the listeners on it, so that a test can see that none is left. */
export class WatchedController extends AbortController {
  readonly #listeners = new Set<unknown>();

  constructor() {
    super();
    const { signal } = this;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      const [, listener, options] = args;
      add(...args);
      this.#listeners.add(listener);
      // The signal forgets such a listener by itself when it has called it.
      if (typeof options === 'object' && options.once === true)
        add('abort', () => this.#listeners.delete(listener));
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      remove(...args);
      this.#listeners.delete(args[1]);
    };
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}
