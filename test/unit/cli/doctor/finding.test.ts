import { describe, expect, it } from 'vitest';
import { fail, lineOf, ok, warn } from '../../../../src/cli/doctor/finding.js';
import { examineAddresses, noAddresses } from '../../../../src/cli/doctor/host-name.js';
import { NetworkError } from '../../../../src/files/index.js';

describe('lineOf', () => {
  it('is one line in columns', () => {
    expect(lineOf(ok('dns', { message: 'found' }))).toBe('ok    dns          found');
    expect(lineOf(warn('credentials', { message: 'hm', cure: 'look' }))).toBe(
      'warn  credentials  hm; cure: look',
    );
    expect(lineOf(fail('tls', new Error('two\n  lines')))).toBe('fail  tls          two lines');
  });
});

describe('fail', () => {
  it('takes what is not told from the error', () => {
    const error = new NetworkError('ConnectionFailed', 'refused');
    expect(fail('connect', error)).toEqual({
      check: 'connect',
      status: 'fail',
      message: 'refused',
      code: 'ConnectionFailed',
      exitCode: 5,
      cure: expect.stringContaining('`azstore emulator`'),
    });
    expect(fail('connect', error, { message: 'm', cure: 'c', facts: { a: 1 } })).toMatchObject({
      message: 'm',
      cure: 'c',
      facts: { a: 1 },
    });
  });
});

describe('examineAddresses', () => {
  it.each([
    [['20.60.1.1'], 'acct.test is 20.60.1.1'],
    [['10.0.0.5'], 'acct.test is 10.0.0.5, in a private network'],
    [['172.16.0.5', 'fd00::5'], 'acct.test is 172.16.0.5, fd00::5, in a private network'],
    [['172.32.0.5'], 'acct.test is 172.32.0.5'],
    [['10.0.0.5', '20.60.1.1'], 'acct.test is 10.0.0.5, 20.60.1.1'],
  ])('tells of %j', (addresses, message) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    expect(examineAddresses('acct.test', found)).toMatchObject({
      status: 'ok',
      message,
      facts: { addresses },
    });
  });

  it('has nothing to tell of an address', () => {
    expect(examineAddresses('::1', [{ address: '::1', family: 6 }]).message).toBe('::1 is an address');
  });
});

describe('noAddresses', () => {
  it('takes failures of any kind', () => {
    expect(noAddresses('acct.test', new SyntaxError('no JSON'))).toMatchObject({
      status: 'fail',
      exitCode: 1,
    });
  });
});
