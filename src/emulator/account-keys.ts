import { randomBytes } from 'node:crypto';
import { ConfigurationError } from '../core/errors.js';
import { type EmulatorAccount, isBase64 } from './options.js';

/** Which key is replaced, and by what. */
export interface RegenerateKeyRequest {
  /** @defaultValue the first account */
  readonly account?: string | undefined;
  /** `key1` or `key2`, as the service calls them. @defaultValue `key1` */
  readonly keyName?: 'key1' | 'key2' | undefined;
  /** The new key, in base64. @defaultValue 64 random bytes */
  readonly value?: string | undefined;
}

const keyBytes = 64;
const positions = { key1: 0, key2: 1 } as const;

/** The keys of the accounts, which can be replaced while the emulator runs. */
export class AccountKeyring {
  readonly #keys: Map<string, readonly string[]>;
  readonly #first: string;

  constructor(accounts: readonly [EmulatorAccount, ...EmulatorAccount[]]) {
    this.#keys = new Map(accounts.map(({ name, keys }) => [name, keys]));
    this.#first = accounts[0].name;
  }

  /** The keys by account, as they are at the moment. */
  get current(): ReadonlyMap<string, readonly string[]> {
    return this.#keys;
  }

  /** The first key of the first account. */
  get primary(): string {
    return this.#keys.get(this.#first)?.[0] ?? '';
  }

  /**
   * Replaces a key, from the next request on. What was signed with the old one is worth nothing any more.
   * @returns the new key.
   * @throws {ConfigurationError} `InvalidOption`.
   */
  regenerate({ account = this.#first, keyName = 'key1', value }: RegenerateKeyRequest): string {
    const keys = this.#keys.get(account);
    if (keys === undefined) {
      throw invalid(
        `account must be one of ${[...this.#keys.keys()].join(', ')}, got ${JSON.stringify(account)}`,
      );
    }
    if (!Object.hasOwn(positions, keyName)) {
      throw invalid(`keyName must be key1 or key2, got ${JSON.stringify(keyName)}`);
    }
    // The key itself stays out of the message.
    if (value !== undefined && !isBase64(value)) throw invalid('value must be base64');
    const made = value ?? randomBytes(keyBytes).toString('base64');
    this.#keys.set(account, keys.toSpliced(positions[keyName], 1, made));
    return made;
  }
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('InvalidOption', message);
}
