import type { ListedEntry } from './listing-reader.js';

/** Said of an entry that is not written the way the service writes entries. */
export const notTheUsualForm = undefined;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are no plain text.
const notPlain = /[\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads entries of a listing one after the other, in the one form in which the service writes them: known elements, in a
 * known order, without white space. It takes no decision about any other form: that is for a parser.
 */
export class EntryScanner {
  readonly #text: string;
  /** Where the next entry begins. */
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  /** The next entry, or {@link notTheUsualForm}; then the scanner cannot go on. */
  next(): ListedEntry | typeof notTheUsualForm {
    if (this.#skip('<File>')) return this.#entry('file', '</File>');
    if (this.#skip('<Directory>')) return this.#entry('directory', '</Directory>');
    return notTheUsualForm;
  }

  #entry(type: 'file' | 'directory', end: string): ListedEntry | typeof notTheUsualForm {
    const name = this.#value('<Name>', '</Name>');
    if (name === undefined) return notTheUsualForm;
    const fileId = this.#value('<FileId>', '</FileId>');
    if (!this.#skip('<Properties>')) return notTheUsualForm;
    const size = this.#value('<Content-Length>', '</Content-Length>');
    const creationTime = this.#value('<CreationTime>', '</CreationTime>');
    this.#value('<LastAccessTime>', '</LastAccessTime>');
    const lastWriteTime = this.#value('<LastWriteTime>', '</LastWriteTime>');
    const changeTime = this.#value('<ChangeTime>', '</ChangeTime>');
    const lastModified = this.#value('<Last-Modified>', '</Last-Modified>');
    const etag = this.#value('<Etag>', '</Etag>');
    if (!this.#skip('</Properties>')) return notTheUsualForm;
    const attributes = this.#value('<Attributes>', '</Attributes>');
    const permissionKey = this.#value('<PermissionKey>', '</PermissionKey>');
    if (!this.#skip(end)) return notTheUsualForm;
    return {
      type,
      name,
      size,
      lastModified,
      etag,
      fileId,
      creationTime,
      lastWriteTime,
      changeTime,
      attributes,
      permissionKey,
    };
  }

  /** The plain text of an element; `undefined`, and no step forward, when there is no such element or its text is not plain. */
  #value(open: string, close: string): string | undefined {
    const text = this.#text;
    if (!text.startsWith(open, this.at)) return undefined;
    const start = this.at + open.length;
    const end = text.indexOf('<', start);
    if (end < 0 || !text.startsWith(close, end)) return undefined;
    const written = text.slice(start, end);
    if (notPlain.test(written)) return undefined;
    const value = written.includes('&') ? withoutEntities(written) : written;
    if (value !== undefined) this.at = end + close.length;
    return value;
  }

  #skip(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }
}

/** The text with the five named entities replaced; `undefined` when there is any other ampersand in it. */
function withoutEntities(text: string): string | undefined {
  if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) return undefined;
  return text.replace(/&(\w+);/g, (_, name: string) => entities[name] ?? '');
}
