import { describe, expect, it } from 'vitest';
import { invocationOf } from '../../../../../src/core/auth/identity/run-command.js';

const args = ['account', 'get-access-token', '--subscription', 'My Sub'];

describe('invocationOf', () => {
  it('starts the command itself, where nothing lies that could be taken for it', () => {
    expect(invocationOf('az', args, { platform: 'linux', systemRoot: undefined })).toEqual({
      file: 'az',
      args,
      cwd: '/',
    });
  });

  it('lets the shell of Windows start it, as it is a script there', () => {
    expect(invocationOf('az', args, { platform: 'win32', systemRoot: 'D:\\Win' })).toEqual({
      file: 'D:\\Win\\System32\\cmd.exe',
      args: ['/d', '/s', '/c', '"az account get-access-token --subscription "My Sub""'],
      cwd: 'D:\\Win',
    });
    expect(invocationOf('az', [], { platform: 'win32', systemRoot: '' }).cwd).toBe('C:\\Windows');
  });
});
