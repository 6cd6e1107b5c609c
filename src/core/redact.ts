const hidden = 'REDACTED';
/** Query parameters and connection string keys whose values are secret. */
const secretPair = /((?:^|[?&;\s'"])(?:sig|sharedaccesssignature|accountkey|access_token)=)[^&;\s'"<>]*/gi;
const secretHeader = /(authorization|x-ms-copy-source-authorization)(\s*[:=]\s*)[^\r\n]*/gi;
const leaseHeader = /((?:x-ms-)?(?:proposed-|source-|destination-)?lease-id)(\s*[:=]\s*)[^\s,;]*/gi;
const scheme = /\b(SharedKey(?:Lite)?|Bearer)\s+[^\s'",;]+/g;
/** What has the form of an account key or an access token, wherever it stands. */
const accountKey = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==/g;
/** Runs in which an access token can stand. Found in one go, as a service chooses the texts: they may be made to take long. */
const tokenRun = /[\w.-]{20,}/g;

/** The text without keys, signatures, tokens and lease ids. Whatever may be printed or stored goes through here. */
export function redact(text: string): string {
  return text
    .replace(secretPair, `$1${hidden}`)
    .replace(secretHeader, `$1$2${hidden}`)
    .replace(leaseHeader, `$1$2${hidden}`)
    .replace(scheme, `$1 ${hidden}`)
    .replace(accountKey, hidden)
    .replace(tokenRun, withoutToken);
}

/** A token is two or three parts between dots, of which the first begins as `{"` does in base64. */
function withoutToken(run: string): string {
  if (!run.includes('eyJ')) return run;
  const parts = run.split('.');
  const begin = parts.findIndex(
    (part, index) => tokenStart(part) >= 0 && (parts[index + 1] ?? '').length >= 8,
  );
  const part = parts[begin];
  return part === undefined
    ? run
    : [...parts.slice(0, begin), part.slice(0, tokenStart(part)) + hidden].join('.');
}

function tokenStart(part: string): number {
  return part.search(/\beyJ[\w-]{8}/);
}

/** A URL for messages: the signature of a SAS is taken out, the rest stays readable. */
export function redactUrl(origin: string, target: string): string {
  const url = origin + target;
  return url.includes('=') ? url.replace(secretPair, `$1${hidden}`) : url;
}

const leaseHeaders = [
  'x-ms-lease-id',
  'x-ms-proposed-lease-id',
  'x-ms-source-lease-id',
  'x-ms-destination-lease-id',
];
const tokenHeaders = ['authorization', 'x-ms-copy-source-authorization'];
const urlHeaders = ['x-ms-copy-source', 'x-ms-file-rename-source'];
/** Shorter ones are no secrets, and hiding them would make holes in ordinary words. */
const leastSecret = 6;

/** What of a request can be secret. */
export interface SecretiveRequest {
  readonly target: string;
  readonly headers: { get(name: string): string | undefined };
}

/**
 * Takes the secrets of a request out of texts that came for it: services and gateways repeat what they refuse, also
 * without the names by which {@link redact} knows it.
 */
export function redactAnswerTo({ target, headers }: SecretiveRequest, text: string): string {
  const known = (names: readonly string[]) => names.map((name) => headers.get(name) ?? '');
  // The signature stands behind the account, a token behind its scheme.
  const tokens = known(tokenHeaders).map((value) =>
    value.slice(Math.max(...[' ', ':'].map((end) => value.lastIndexOf(end))) + 1),
  );
  const signatures = [target, ...known(urlHeaders)].flatMap(signaturesIn);
  let result = text;
  for (const secret of [...tokens, ...known(leaseHeaders), ...signatures])
    if (secret.length >= leastSecret) result = result.replaceAll(secret, hidden);
  return redact(result);
}

/** As they stand in a URL, and decoded. */
function signaturesIn(url: string): string[] {
  return [...url.matchAll(/[?&]sig=([^&]+)/gi)].flatMap(([, encoded = '']) => [encoded, decoded(encoded)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
