/** Why a document was refused. */
export class XmlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'XmlError';
  }
}

/** One element of a small document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly inside the element, without that of its children. */
  readonly text: string;
}

/** Bounds of {@link parseXml}. */
export interface XmlLimits {
  /** @defaultValue 1 MiB, in UTF-16 units */
  readonly maxLength?: number;
  /** @defaultValue 32 */
  readonly maxDepth?: number;
  /** Elements and attributes together: in memory each takes many times what it takes in the text. @defaultValue 100,000 */
  readonly maxNodes?: number;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: among them are the characters XML 1.0 cannot carry.
const inAttribute = /[&<>"'\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: among them are the characters XML 1.0 cannot carry.
const inElement = /[&<>\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text for the inside of an attribute in quotes. What XML cannot carry at all, not even escaped, becomes U+FFFD. */
export function escapeXml(text: string): string {
  return escaped(text, inAttribute);
}

/** Text for the inside of an element, where the services leave quotes as they are; else as {@link escapeXml}. */
export function escapeXmlText(text: string): string {
  return escaped(text, inElement);
}

function escaped(text: string, special: RegExp): string {
  return text.search(special) < 0
    ? text
    : text.replace(special, (character) => escapes[character] ?? '\ufffd');
}

/** `<name>text</name>` with the text escaped; `<name />` for an empty text. */
export function xmlElement(name: string, text: string | number | boolean): string {
  const content = escapeXmlText(String(text));
  return content === '' ? `<${name} />` : `<${name}>${content}</${name}>`;
}

/** The same, or nothing when the value is `undefined`. */
export function optionalXmlElement(name: string, text: string | number | boolean | undefined): string {
  return text === undefined ? '' : xmlElement(name, text);
}

/** The first child of that name. */
export function xmlChild(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

/** The text of the first child of that name. */
export function xmlText(element: XmlElement, name: string): string | undefined {
  return xmlChild(element, name)?.text;
}

/**
 * Parses a small document: elements, attributes, text, CDATA, comments, a declaration. Strict: anything that is not
 * well-formed is refused, so is a DTD, and every entity but the five predefined ones and numbers.
 * Namespaces are not resolved. Linear in time.
 * @throws {XmlError} that says what was wrong and at which character.
 */
export function parseXml(text: string, limits: XmlLimits = {}): XmlElement {
  return new Parser(text, limits).document();
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const namePattern = /[A-Za-z_:\u00c0-\ufffd][\w:.\-\u00b7-\ufffd]*/y;
const spacePattern = /[ \t\r\n]*/y;
const attributePattern =
  /([A-Za-z_:\u00c0-\ufffd][\w:.\-\u00b7-\ufffd]*)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML 1.0 forbids.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

class Parser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #maxNodes: number;
  #nodes = 0;
  #at = 0;
  readonly #open: OpenElement[] = [];
  #root: XmlElement | undefined;

  constructor(text: string, { maxLength = 1024 * 1024, maxDepth = 32, maxNodes = 100_000 }: XmlLimits) {
    if (text.length > maxLength) throw new XmlError(`the document is longer than ${maxLength} characters`);
    this.#text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    this.#maxDepth = maxDepth;
    this.#maxNodes = maxNodes;
  }

  document(): XmlElement {
    const bad = forbidden.exec(this.#text);
    if (bad !== null) throw this.#error('a character that XML does not allow', bad.index);
    if (this.#text.startsWith('<?xml')) this.#skipPast('?>');
    while (this.#at < this.#text.length) this.#step();
    const open = this.#open.at(-1);
    if (open !== undefined) throw this.#error(`<${open.name}> is not closed`);
    if (this.#root === undefined) throw this.#error('there is no element');
    return this.#root;
  }

  #step(): void {
    const text = this.#text;
    if (text[this.#at] !== '<') this.#characters();
    else if (text.startsWith('</', this.#at)) this.#endTag();
    else if (text.startsWith('<!--', this.#at)) this.#skipPast('-->');
    else if (text.startsWith('<![CDATA[', this.#at)) this.#cdata();
    else if (text.startsWith('<!', this.#at)) throw this.#error('a document type is not allowed');
    else if (text.startsWith('<?', this.#at)) throw this.#error('a processing instruction is not allowed');
    else this.#startTag();
  }

  #characters(): void {
    const end = this.#text.indexOf('<', this.#at);
    const stop = end < 0 ? this.#text.length : end;
    const raw = this.#text.slice(this.#at, stop);
    const open = this.#open.at(-1);
    if (open !== undefined) open.text += this.#decode(raw);
    else if (!/^[ \t\r\n]*$/.test(raw)) throw this.#error('text outside the root element');
    this.#at = stop;
  }

  #cdata(): void {
    const open = this.#open.at(-1);
    const start = this.#at + '<![CDATA['.length;
    this.#skipPast(']]>');
    if (open === undefined) throw this.#error('text outside the root element');
    open.text += this.#text.slice(start, this.#at - ']]>'.length);
  }

  #startTag(): void {
    if (this.#root !== undefined) throw this.#error('a second root element');
    if (this.#open.length >= this.#maxDepth) throw this.#error(`elements nest deeper than ${this.#maxDepth}`);
    this.#countNode();
    this.#at += 1;
    const element: OpenElement = { name: this.#name(), attributes: {}, children: [], text: '' };
    this.#readAttributes(element.attributes);
    if (this.#text.startsWith('/>', this.#at)) {
      this.#at += 2;
      this.#close(element);
    } else if (this.#text[this.#at] === '>') {
      this.#at += 1;
      this.#open.push(element);
    } else throw this.#error(`<${element.name}> is malformed`);
  }

  #readAttributes(attributes: Record<string, string>): void {
    for (;;) {
      const spaced = this.#skipSpace();
      attributePattern.lastIndex = this.#at;
      const match = attributePattern.exec(this.#text);
      if (match === null) return;
      this.#countNode();
      const name = match[1] ?? '';
      if (!spaced) throw this.#error('attributes must be separated by a space');
      if (Object.hasOwn(attributes, name)) throw this.#error(`attribute ${name} is given twice`);
      Object.defineProperty(attributes, name, {
        value: this.#decode(match[2] ?? match[3] ?? ''),
        enumerable: true,
      });
      this.#at = attributePattern.lastIndex;
    }
  }

  #countNode(): void {
    this.#nodes += 1;
    if (this.#nodes > this.#maxNodes)
      throw this.#error(`there are more than ${this.#maxNodes} elements and attributes`);
  }

  #endTag(): void {
    this.#at += 2;
    const name = this.#name();
    this.#skipSpace();
    const element = this.#open.pop();
    if (element?.name !== name || this.#text[this.#at] !== '>') {
      throw this.#error(`</${name}> closes nothing that is open`);
    }
    this.#at += 1;
    this.#close(element);
  }

  #close(element: XmlElement): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
  }

  #name(): string {
    namePattern.lastIndex = this.#at;
    const match = namePattern.exec(this.#text);
    if (match === null) throw this.#error('a name is missing');
    this.#at = namePattern.lastIndex;
    return match[0];
  }

  #skipSpace(): boolean {
    spacePattern.lastIndex = this.#at;
    spacePattern.exec(this.#text);
    const moved = spacePattern.lastIndex > this.#at;
    this.#at = spacePattern.lastIndex;
    return moved;
  }

  #skipPast(end: string): void {
    const found = this.#text.indexOf(end, this.#at);
    if (found < 0) throw this.#error(`${end} is missing`);
    this.#at = found + end.length;
  }

  #decode(raw: string): string {
    const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
    if (!text.includes('&')) return text;
    return text.replace(/&([^;&]{0,12};?)/g, (_whole, entity: string) => {
      const character = entityText(entity);
      if (character === undefined) throw this.#error(`&${entity} is not an entity that is allowed`);
      return character;
    });
  }

  #error(what: string, at = this.#at): XmlError {
    return new XmlError(`malformed XML: ${what} (character ${at})`);
  }
}

const entities: Readonly<Record<string, string>> = {
  'amp;': '&',
  'lt;': '<',
  'gt;': '>',
  'quot;': '"',
  'apos;': "'",
};

function entityText(entity: string): string | undefined {
  const named = Object.hasOwn(entities, entity) ? entities[entity] : undefined;
  if (named !== undefined) return named;
  const match = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));$/.exec(entity);
  if (match === null) return undefined;
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
  const allowed =
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 32 && code < 0xd800) ||
    (code > 0xdfff && code < 0xfffe);
  return allowed || (code > 0xffff && code <= 0x10ffff) ? String.fromCodePoint(code) : undefined;
}
