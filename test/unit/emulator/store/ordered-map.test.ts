import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderedMap } from '../../../../src/emulator/store/ordered-map.js';

function filled(keys: readonly string[]): OrderedMap<string> {
  const map = new OrderedMap<string>();
  for (const key of keys) map.set(key, `value of ${key}`);
  return map;
}

describe('OrderedMap', () => {
  it('walks its values in the order of their keys, however they were put in', () => {
    expect([...filled(['b', 'a', 'c', 'B']).from('')]).toEqual([
      'value of B',
      'value of a',
      'value of b',
      'value of c',
    ]);
  });

  it('begins the walk at the first key that is not below the given one', () => {
    const map = filled(['a', 'c', 'e']);
    expect([...map.from('b')]).toEqual(['value of c', 'value of e']);
    expect([...map.from('c')]).toEqual(['value of c', 'value of e']);
    expect([...map.from('f')]).toEqual([]);
  });

  it('replaces a value without moving its key', () => {
    const map = filled(['a', 'b']);
    map.set('a', 'new');
    expect([...map.from('')]).toEqual(['new', 'value of b']);
    expect(map.size).toBe(2);
  });

  it('leaves a clone alone', () => {
    const map = filled(['a', 'b']);
    const clone = map.clone();
    map.delete('a');
    map.set('c', 'value of c');
    expect([...clone.from('')]).toEqual(['value of a', 'value of b']);
  });

  it('does what a sorted list does, over any series of changes', () => {
    const step = fc.record({ remove: fc.boolean(), key: fc.string({ maxLength: 2 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.string({ maxLength: 2 }), (steps, from) => {
        const map = new OrderedMap<string>();
        const model = new Map<string, string>();
        for (const { remove, key } of steps) {
          if (remove) expect(map.delete(key)).toBe(model.delete(key));
          else {
            map.set(key, key);
            model.set(key, key);
          }
        }
        const expected = [...model.keys()].filter((key) => key >= from).sort();
        expect([...map.from(from)]).toEqual(expected);
        expect(map.size).toBe(model.size);
      }),
    );
  });

  it('keeps the order over many more keys than fit into one chunk', () => {
    const keys = Array.from({ length: 5000 }, (_, index) => String((index * 7919) % 5000).padStart(4, '0'));
    const map = filled(keys);
    for (let index = 0; index < 5000; index += 3) map.delete(String(index).padStart(4, '0'));
    const kept = keys.filter((key) => Number(key) % 3 !== 0).sort();
    expect([...map.from('1000')]).toEqual(
      kept.filter((key) => key >= '1000').map((key) => `value of ${key}`),
    );
  });
});
