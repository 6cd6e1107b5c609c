const hidden = 'REDACTED';
/** Query parameters and connection string keys whose values are secret. */
const secretPair = /((?:^|[?&;\s'"])(?:sig|sharedaccesssignature|accountkey|access_token)=)[^&;\s'"<>]*/gi;
const secretHeader = /(authorization|x-ms-copy-source-authorization)(\s*[:=]\s*)[^\r\n]*/gi;
const leaseHeader = /((?:x-ms-)?(?:proposed-|source-|destination-)?lease-id)(\s*[:=]\s*)[^\s,;]*/gi;
const scheme = /\b(SharedKey(?:Lite)?|Bearer)\s+[^\s'",;]+/g;

/** The text without keys, signatures, tokens and lease ids. Whatever may be printed or stored goes through here. */
export function redact(text: string): string {
  return text
    .replace(secretPair, `$1${hidden}`)
    .replace(secretHeader, `$1$2${hidden}`)
    .replace(leaseHeader, `$1$2${hidden}`)
    .replace(scheme, `$1 ${hidden}`);
}

/** A URL for messages: the signature of a SAS is taken out, the rest stays readable. */
export function redactUrl(origin: string, target: string): string {
  const url = origin + target;
  return url.includes('=') ? url.replace(secretPair, `$1${hidden}`) : url;
}

const inspect = Symbol.for('nodejs.util.inspect.custom');

/** Holds a secret so that neither `console.log`, `util.inspect`, JSON nor a template shows it. */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect](): string {
    return '[secret]';
  }
}
