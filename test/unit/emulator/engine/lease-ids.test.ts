import { describe, expect, it } from 'vitest';
import { parseGuid } from '../../../../src/emulator/engine/lease-ids.js';

const id = '1f812371-a41d-49e6-b123-f4b542e851c5';

describe('parseGuid', () => {
  it.each([
    id,
    id.toUpperCase(),
    id.replaceAll('-', ''),
    `{${id}}`,
    `(${id})`,
    '{0x1f812371,0xa41d,0x49e6,{0xb1,0x23,0xf4,0xb5,0x42,0xe8,0x51,0xc5}}',
    '{ 0x1F812371, 0xA41D, 0x49E6, { 0xB1, 0x23, 0xF4, 0xB5, 0x42, 0xE8, 0x51, 0xC5 } }',
  ])('takes %s', (text) => {
    expect(parseGuid(text)).toBe(id);
  });

  it('fills up short parts of the structure with zeros', () => {
    expect(parseGuid('{0x1,0x2,0x3,{0x4,0x5,0x6,0x7,0x8,0x9,0xa,0xb}}')).toBe(
      '00000001-0002-0003-0405-060708090a0b',
    );
  });

  it.each([
    '',
    'lease',
    id.slice(1),
    `{${id}`,
    `(${id}}`,
    `{${id.replaceAll('-', '')}}`,
    `${id}0`,
    id.replace('1', 'g'),
  ])('refuses %j', (text) => {
    expect(parseGuid(text)).toBeUndefined();
  });
});
