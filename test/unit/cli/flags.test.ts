import { describe, expect, it } from 'vitest';
import { environmentName, type Flag, Flags } from '../../../src/cli/flags.js';

const flags: readonly Flag[] = [
  { name: 'recursive', kind: 'switch', about: '' },
  { name: 'no-clobber', kind: 'switch', about: '' },
  { name: 'files-port', kind: 'integer', min: 0, max: 65_535, about: '' },
  { name: 'offset', kind: 'integer', about: '' },
  { name: 'host', kind: 'text', about: '' },
  { name: 'share', kind: 'list', about: '' },
];

function read(given: Record<string, true | string | string[]>, env: Record<string, string> = {}): Flags {
  return Flags.read(flags, new Map(Object.entries(given)), env);
}

describe('environmentName', () => {
  it('is the name of the flag in upper snake case', () => {
    expect(environmentName('files-port')).toBe('AZSTORE_FILES_PORT');
    expect(environmentName('json')).toBe('AZSTORE_JSON');
  });
});

describe('Flags', () => {
  it('gives what was on the command line', () => {
    const read1 = read({ recursive: true, 'files-port': '8080', host: 'localhost', share: ['a', 'b'] });
    expect(read1.on('recursive')).toBe(true);
    expect(read1.integer('files-port')).toBe(8080);
    expect(read1.text('host')).toBe('localhost');
    expect(read1.list('share')).toEqual(['a', 'b']);
    expect(read1.origin('host')).toBe('flag');
  });

  it('gives nothing for what was not given', () => {
    const nothing = read({});
    expect(nothing.on('recursive')).toBe(false);
    expect(nothing.integer('files-port')).toBeUndefined();
    expect(nothing.text('host')).toBeUndefined();
    expect(nothing.list('share')).toEqual([]);
    expect(nothing.origin('host')).toBeUndefined();
  });

  it('takes the environment for what is not on the command line', () => {
    const env = {
      AZSTORE_RECURSIVE: 'yes',
      AZSTORE_NO_CLOBBER: '1',
      AZSTORE_FILES_PORT: '0',
      AZSTORE_HOST: '::1',
      AZSTORE_SHARE: 'a,b;c',
    };
    const fromEnvironment = read({}, env);
    expect(fromEnvironment.on('recursive')).toBe(true);
    expect(fromEnvironment.on('no-clobber')).toBe(true);
    expect(fromEnvironment.integer('files-port')).toBe(0);
    expect(fromEnvironment.text('host')).toBe('::1');
    expect(fromEnvironment.list('share')).toEqual(['a', 'b', 'c']);
    expect(fromEnvironment.origin('host')).toBe('environment');
  });

  it('prefers the command line to the environment', () => {
    expect(read({ host: 'here' }, { AZSTORE_HOST: 'there' }).text('host')).toBe('here');
  });

  it('takes an empty variable for an absent one', () => {
    expect(read({}, { AZSTORE_HOST: '', AZSTORE_FILES_PORT: '' }).text('host')).toBeUndefined();
  });

  it.each(['0', 'false', 'no', 'off', 'FALSE'])('leaves a switch off for %s', (text) => {
    expect(read({}, { AZSTORE_RECURSIVE: text }).on('recursive')).toBe(false);
  });

  it('refuses a word that is no switch, and names its variable', () => {
    expect(() => read({}, { AZSTORE_RECURSIVE: 'maybe' })).toThrow('AZSTORE_RECURSIVE must be 1 or 0');
  });

  it.each(['-1', '1.5', 'abc', '65536', '', '0x10', '1e3'])('refuses %s as a port', (text) => {
    expect(() => read({ 'files-port': text })).toThrow('--files-port must be a whole number from 0 to 65535');
  });

  it('refuses a number that is not exact any more', () => {
    expect(() => read({ offset: '9007199254740993' })).toThrow(
      '--offset must be a whole number of at least 0',
    );
  });
});
