const hidden = '***';
/** What has the form of an account key or an access token, as after a mistake on the command line. */
const keyOrToken = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g;
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
      .replace(keyOrToken, hidden);
  }
}
