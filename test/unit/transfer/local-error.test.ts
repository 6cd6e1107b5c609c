import { describe, expect, it } from 'vitest';
import { namingFile } from '../../../src/transfer/local-error.js';

describe('namingFile', () => {
  it('adds the file that an error of an open one does not tell', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(namingFile(error, '/disk/a.bin')).toBe(error);
    expect(error).toMatchObject({
      message: "ENOSPC: no space left on device, write '/disk/a.bin'",
      code: 'ENOSPC',
      path: '/disk/a.bin',
    });
  });

  it('leaves those alone that tell it, and what comes from elsewhere', () => {
    const told = Object.assign(new Error("ENOENT: open 'x'"), { code: 'ENOENT', path: 'x' });
    for (const error of [told, new TypeError('wrong')]) {
      const { message } = error;
      expect(namingFile(error, 'y')).toBe(error);
      expect(error.message).toBe(message);
    }
    expect(namingFile('text', 'y')).toBe('text');
  });
});
