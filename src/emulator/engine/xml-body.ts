import { parseXml, type XmlElement, XmlError } from '../../core/wire/xml.js';
import { Refusal } from './service-errors.js';

/** How deep documents of the service nest, and a little more. */
const maxDepth = 12;
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses the document in the body of a request.
 * @throws {Refusal} `InvalidXmlDocument` when it is malformed, is not UTF-8, has a document type or entities of its own,
 * or another root than `root`.
 */
export function readXml(body: Uint8Array, root: string): XmlElement {
  const element = parsed(body);
  if (element.name !== root) throw invalidDocument();
  return element;
}

function parsed(body: Uint8Array): XmlElement {
  try {
    return parseXml(decoder.decode(body), { maxDepth });
  } catch (error) {
    if (error instanceof XmlError || error instanceof TypeError) throw invalidDocument();
    throw error;
  }
}

/** The children of an element by name, each there at most once. */
export type Nodes = ReadonlyMap<string, XmlElement>;

/**
 * The children of an element that may have these and no others, in any order.
 * @throws {Refusal} `UnsupportedXmlNode`; `InvalidXmlDocument` for one that is there twice, and for text between them.
 */
export function readNodes(element: XmlElement, known: readonly string[]): Nodes {
  if (element.text.trim() !== '') throw invalidDocument();
  const nodes = new Map<string, XmlElement>();
  for (const child of element.children) {
    if (!known.includes(child.name)) throw nodeRefusal('UnsupportedXmlNode', child.name);
    if (nodes.has(child.name)) throw invalidDocument();
    nodes.set(child.name, child);
  }
  return nodes;
}

/** A child that must be there. @throws {Refusal} `MissingRequiredXmlNode`. */
export function requiredNode(nodes: Nodes, name: string): XmlElement {
  const node = nodes.get(name);
  if (node === undefined) throw nodeRefusal('MissingRequiredXmlNode', name);
  return node;
}

/** The text of an element without children. */
export function nodeText(element: XmlElement): string {
  if (element.children.length > 0) throw nodeRefusal('UnsupportedXmlNode', element.children[0]?.name ?? '');
  return element.text.trim();
}

/** @throws {Refusal} `InvalidXmlNodeValue` unless the text is true or false, in any case. */
export function nodeBoolean(element: XmlElement): boolean {
  const text = nodeText(element).toLowerCase();
  if (text !== 'true' && text !== 'false') throw invalidNode(element);
  return text === 'true';
}

/** @throws {Refusal} `InvalidXmlNodeValue` unless the text is a whole number within the limits. */
export function nodeInteger(element: XmlElement, limits: { least: number; most: number }): number {
  const text = nodeText(element);
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (value < limits.least || value > limits.most) throw invalidNode(element);
  return value;
}

/** The refusal of the text of an element. */
export function invalidNode(element: XmlElement, reason?: string): Refusal {
  return nodeRefusal('InvalidXmlNodeValue', element.name, {
    XmlNodeValue: element.text.trim(),
    ...(reason !== undefined && { Reason: reason }),
  });
}

/** The refusal of a document as a whole. */
export function invalidDocument(reason?: string): Refusal {
  return new Refusal('InvalidXmlDocument', reason === undefined ? {} : { extras: { Reason: reason } });
}

function nodeRefusal(
  code: 'UnsupportedXmlNode' | 'MissingRequiredXmlNode' | 'InvalidXmlNodeValue',
  name: string,
  more: Readonly<Record<string, string>> = {},
): Refusal {
  return new Refusal(code, { extras: { XmlNodeName: name, ...more } });
}
