import { randomBytes, randomUUID } from 'node:crypto';

/** A secret that was put somewhere, under a name that says what it is. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** How much of the beginning of a secret counts as the secret. */
export const partLength = 16;

/** Secrets that are made up for one case, each one unlike anything else. */
export class Secrets {
  readonly #secrets = new Map<string, Secret>();

  /** An account key: base64 of 64 bytes. */
  accountKey(name = 'account key'): string {
    return this.add(name, randomBytes(64).toString('base64'));
  }

  /** The query of a SAS that nobody signed. */
  sasToken(name = 'SAS'): string {
    const signature = this.add(`signature of the ${name}`, randomBytes(32).toString('base64'));
    const fields = 'sv=2024-11-04&ss=f&srt=sco&sp=rwdlc&se=2099-01-01T00%3A00%3A00Z';
    return `${fields}&sig=${encodeURIComponent(signature)}`;
  }

  /** An access token whose every part is its own; one that an emulator takes. */
  accessToken(name = 'access token'): string {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const tenant = '11111111-2222-4333-8444-555555555555';
    const header = { kid: randomBytes(16).toString('base64url'), alg: 'none' };
    const claims = {
      jti: randomBytes(16).toString('base64url'),
      aud: 'https://storage.azure.com',
      iss: `https://sts.windows.net/${tenant}/`,
      exp: 4_000_000_000,
      oid: randomUUID(),
      tid: tenant,
    };
    return this.add(name, `${part(header)}.${part(claims)}.${randomBytes(48).toString('base64url')}`);
  }

  leaseId(name = 'lease id'): string {
    return this.add(name, randomUUID());
  }

  /** Watches for a secret from now on; one that is known already keeps its name. */
  add(name: string, value: string): string {
    if (!this.#secrets.has(value)) this.#secrets.set(value, { name, value });
    return value;
  }

  /** Gives up a secret: from now on its owner asked to see it. */
  disclose(value: string): void {
    this.#secrets.delete(value);
  }

  all(): readonly Secret[] {
    return [...this.#secrets.values()];
  }
}

/**
 * Every form in which a secret could be told, in lower case: as it is, encoded for URLs, JSON or HTML, decoded where it is
 * base64, encoded in base64, without dashes, and the beginning of each of them.
 */
export function formsOf({ value }: Secret): ReadonlyMap<string, string> {
  const forms = new Map<string, string>();
  const add = (name: string, text: string): void => {
    if (text.length >= partLength) forms.set(text.slice(0, partLength).toLowerCase(), name);
  };
  const bytes = Buffer.from(value);
  add('as it is', value);
  add('percent-encoded', encodeURIComponent(value));
  add('percent-encoded twice', encodeURIComponent(encodeURIComponent(value)));
  add('in a form', new URLSearchParams({ a: value }).toString().slice(2));
  add('without dashes', value.replaceAll('-', ''));
  add('in base64', bytes.toString('base64'));
  add('in hexadecimal', bytes.toString('hex'));
  if (/^[\w+/-]+=*$/.test(value)) {
    const decoded = Buffer.from(value, value.includes('-') || value.includes('_') ? 'base64url' : 'base64');
    add('decoded', decoded.toString('latin1'));
    add('decoded, in hexadecimal', decoded.toString('hex'));
    add('in the other base64', decoded.toString('base64url'));
    add('as a list of bytes', [...decoded].join(', '));
    add('as a list of bytes', [...decoded].join(','));
    add('as a Buffer is shown', (decoded.toString('hex').match(/../g) ?? []).join(' '));
  }
  return forms;
}
