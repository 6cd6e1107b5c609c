const hidden = '***';
/** What has the form of an account key, as after a mistake on the command line. */
const accountKey = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==/g;
/** Runs in which an access token can stand. Found in one go: others choose some of the texts, and may make them take long. */
const tokenRun = /[\w.-]{20,}/g;
const signature = /([?&;]|\b)(sig|AccountKey|SharedAccessSignature)=[^&;\s"']+/gi;

/** Takes secrets out of texts that are printed: those it was told, and everything that looks like a signature or a key. */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** From now on `secret` is never printed, neither as it is nor percent-encoded. */
  hide(secret: string): void {
    // Shorter texts are no secrets, and hiding them would make holes in ordinary words.
    if (secret.length < 6) return;
    this.#secrets.add(secret);
    this.#secrets.add(encodeURIComponent(secret));
  }

  redact(text: string): string {
    let result = text;
    for (const secret of this.#secrets) result = result.replaceAll(secret, hidden);
    return result
      .replace(signature, (_, before: string, name: string) => `${before}${name}=${hidden}`)
      .replace(accountKey, hidden)
      .replace(tokenRun, withoutToken);
  }
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
