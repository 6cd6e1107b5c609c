import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escapeXml,
  escapeXmlText,
  optionalXmlElement,
  parseXml,
  XmlError,
  xmlChild,
  xmlElement,
  xmlText,
} from '../../../../src/core/wire/xml.js';

describe('writing XML', () => {
  it('escapes what means something', () => {
    expect(escapeXml(`a<b>&"c'\r`)).toBe('a&lt;b&gt;&amp;&quot;c&apos;&#13;');
    expect(escapeXml('plain')).toBe('plain');
  });

  it('replaces what XML cannot carry, so that a document stays one', () => {
    const text = 'a\u0000b\u001f\ufffe\uffff\t\n\u0085';
    const carried = 'a\ufffdb\ufffd\ufffd\ufffd\t\n\u0085';
    expect([escapeXml(text), escapeXmlText(text)]).toEqual([carried, carried]);
    expect(parseXml(xmlElement('a', text)).text).toBe(carried);
  });

  it('writes elements, empty ones and none', () => {
    expect(xmlElement('A', 'x&y')).toBe('<A>x&amp;y</A>');
    expect(xmlElement('A', 5)).toBe('<A>5</A>');
    expect(xmlElement('A', '')).toBe('<A />');
    expect(optionalXmlElement('A', undefined)).toBe('');
    expect(optionalXmlElement('A', false)).toBe('<A>false</A>');
  });
});

describe('parseXml', () => {
  it('reads elements, attributes, text and what surrounds them', () => {
    const root = parseXml(
      `\ufeff<?xml version="1.0" encoding="utf-8"?>\n<!-- c --><a x="1" y='&lt;"'>t<b/>u<c><![CDATA[<&>]]></c> <b>2</b></a >\n`,
    );
    expect(root.name).toBe('a');
    expect(root.attributes).toEqual({ x: '1', y: '<"' });
    expect(root.text).toBe('tu ');
    expect(root.children.map(({ name }) => name)).toEqual(['b', 'c', 'b']);
    expect(xmlText(root, 'c')).toBe('<&>');
    expect(xmlChild(root, 'none')).toBeUndefined();
  });

  it('decodes the predefined entities and numbers', () => {
    expect(parseXml('<a>&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;</a>').text).toBe('&<>"\'A😀');
  });

  it('turns line ends into line feeds', () => {
    expect(parseXml('<a>1\r\n2\r3\n4</a>').text).toBe('1\n2\n3\n4');
  });

  it('takes names with letters of any script', () => {
    expect(parseXml('<größe ä:b="1"/>').attributes).toEqual({ 'ä:b': '1' });
  });

  it('keeps attributes that objects would swallow', () => {
    expect(Object.entries(parseXml('<a __proto__="x"/>').attributes)).toEqual([['__proto__', 'x']]);
  });

  it.each([
    ['', 'there is no element'],
    ['   ', 'there is no element'],
    ['text', 'text outside'],
    ['<a>', '<a> is not closed'],
    ['<a></b>', '</b> closes nothing'],
    ['</a>', '</a> closes nothing'],
    ['<a/><b/>', 'a second root'],
    ['<a/>x', 'text outside'],
    ['<![CDATA[x]]><a/>', 'text outside'],
    ['<a b=1/>', '<a> is malformed'],
    ['<a b="1"c="2"/>', 'separated by a space'],
    ['<a b="1" b="2"/>', 'given twice'],
    ['<a b="<"/>', '<a> is malformed'],
    ['<a', '<a> is malformed'],
    ['< a/>', 'a name is missing'],
    ['<a>&nbsp;</a>', 'not an entity'],
    ['<a>& </a>', 'not an entity'],
    ['<a>&#0;</a>', 'not an entity'],
    ['<a>&#xD800;</a>', 'not an entity'],
    ['<a>&#x110000;</a>', 'not an entity'],
    ['<a>&constructor;</a>', 'not an entity'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'document type'],
    ['<a><?php x?></a>', 'processing instruction'],
    ['<a><!-- </a>', '--> is missing'],
    ['<?xml version="1.0"', '?> is missing'],
    ['<a>\u0001</a>', 'does not allow'],
  ])('refuses %j: %s', (text, why) => {
    expect(() => parseXml(text)).toThrow(XmlError);
    expect(() => parseXml(text)).toThrow(why);
  });

  it('refuses what is too long, too deep, or of too many parts', () => {
    expect(() => parseXml(`<a>${'x'.repeat(100)}</a>`, { maxLength: 50 })).toThrow('longer than 50');
    expect(() => parseXml('<a>'.repeat(40) + '</a>'.repeat(40))).toThrow('deeper than 32');
    expect(() => parseXml('<a b="" c=""><d /><e /></a>', { maxNodes: 4 })).toThrow('more than 4 elements');
    expect(() => parseXml(`<a>${'<b/>'.repeat(100_000)}</a>`)).toThrow('more than 100000 elements');
    expect(parseXml('<a b="" c=""><d /></a>', { maxNodes: 4 }).children).toHaveLength(1);
    expect(parseXml('<a>'.repeat(32) + '</a>'.repeat(32)).name).toBe('a');
  });

  it('reads back any text that was escaped', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids.
    const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !forbidden.test(value));
    fc.assert(
      fc.property(text, (value) => {
        expect(parseXml(`<a b="${escapeXml(value)}">${escapeXml(value)}</a>`)).toMatchObject({ text: value });
      }),
    );
  });

  it('answers anything with a document or an XmlError', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      'a',
      '&',
      ';',
      '"',
      '=',
      ' ',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '&lt;',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          parseXml(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(XmlError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
