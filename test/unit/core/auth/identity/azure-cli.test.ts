import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AzureCliCredential } from '../../../../../src/core/auth/identity/azure-cli.js';
import { identityTools } from '../../../../../src/core/auth/identity/identity-tools.js';
import { storageScope } from '../../../../../src/core/auth/token-cache.js';
import { ManualClock, settle } from '../../../../../src/simulation/manual-clock.js';
import { fakeAz } from '../../../../support/fake-az.js';
import { passWait } from '../../../../support/identity-endpoint.js';
import { rejection } from '../../../../support/rejection.js';
import { temporaryDirectory } from '../../../../support/temporary-directory.js';

const answer = (fields: unknown) => `cat <<'END'\n${JSON.stringify(fields)}\nEND`;
const token = answer({ accessToken: 'secret.token', expires_on: 1_772_424_245, tokenType: 'Bearer' });

async function setUp(script: string, options = {}) {
  const az = await fakeAz(script);
  const clock = new ManualClock();
  const credential = new AzureCliCredential(options, identityTools({ clock, environment: az.environment }));
  return { ...az, clock, credential };
}

/** What comes of it once it is something; the test runner's limit ends the wait. */
async function untilTrue<Result>(look: () => Promise<Result>): Promise<Result> {
  for (;;) {
    const result = await look();
    if (result) return result;
    await settle();
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the Azure CLI', () => {
  it('is asked for a token of whoever is logged in', async () => {
    const { credential, arguments: given } = await setUp(token);
    expect(await credential.getToken([storageScope])).toEqual({
      token: 'secret.token',
      expiresOnTimestamp: 1_772_424_245_000,
    });
    expect(await given()).toEqual([
      ...['account', 'get-access-token', '--output', 'json'],
      ...['--resource', 'https://storage.azure.com'],
    ]);
  });

  it('is asked for a tenant and a subscription, whose name no shell takes apart', async () => {
    const { credential, arguments: given } = await setUp(token, {
      tenantId: 't-1',
      subscription: 'My $HOME Sub',
    });
    await credential.getToken(storageScope);
    expect((await given()).slice(6)).toEqual(['--tenant', 't-1', '--subscription', 'My $HOME Sub']);
  });

  it('is asked for the tenant that a service named, unless one is given', async () => {
    const { credential, arguments: given } = await setUp(token);
    await credential.getToken(storageScope, { tenantId: 'named' });
    expect((await given()).slice(6)).toEqual(['--tenant', 'named']);
    expect(await rejection(credential.getToken(storageScope, { tenantId: '--debug' }))).toMatchObject({
      code: 'InvalidOption',
    });
  });

  it('may tell the end of the token in local time, as old versions do', async () => {
    const { credential } = await setUp(
      answer({ accessToken: 'secret.token', expiresOn: '2026-03-09 10:20:30.123456' }),
    );
    expect(await credential.getToken(storageScope)).toEqual({
      token: 'secret.token',
      expiresOnTimestamp: new Date(2026, 2, 9, 10, 20, 30, 123).getTime(),
    });
  });

  it('is said to be missing where it is not installed', async () => {
    const environment = { PATH: await temporaryDirectory() };
    const credential = new AzureCliCredential({}, identityTools({ clock: new ManualClock(), environment }));
    expect(await rejection(credential.getToken(storageScope))).toMatchObject({
      code: 'MissingCredentials',
      message: expect.stringContaining('not installed'),
    });
  });

  it('is said to have nobody logged in', async () => {
    const { credential } = await setUp(
      'echo "WARNING: x" >&2; echo "ERROR: Please run \'az login\' to setup account." >&2; exit 1',
    );
    expect(await rejection(credential.getToken(storageScope))).toMatchObject({
      code: 'MissingCredentials',
      message: "Azure CLI: nobody is logged in (ERROR: Please run 'az login' to setup account.)",
    });
  });

  it.each([
    [
      'what it said',
      'echo secret.token; echo "ERROR: no subscription found" >&2; exit 3',
      'code 3: ERROR: no sub',
    ],
    ['that it said nothing', 'exit 4', 'code 4: it said nothing'],
    ['that it was ended', 'kill -9 $$', 'code null'],
    ['that its answer is none', 'echo secret.token', 'without a token'],
    ['that its token has no end', answer({ accessToken: 'secret.token' }), 'without a token'],
    [
      'that its end is no time',
      answer({ accessToken: 'secret.token', expiresOn: 'soon' }),
      'without a token',
    ],
    ['that it printed far too much', 'yes secret.token | head -c 400000', 'far more than a token'],
  ])('tells %s when it fails, and nothing of a token', async (_name, script, message) => {
    const { credential, clock } = await setUp(script);
    const error = await rejection<Error>(credential.getToken(storageScope));
    expect(error).toMatchObject({
      code: 'AuthorizationFailure',
      message: expect.stringContaining(message),
    });
    expect(error.message).not.toContain('secret');
    expect(clock.timerCount).toBe(0);
  });

  it('is ended when it takes too long', async () => {
    const { credential, clock } = await setUp('sleep 60');
    const failed = rejection(credential.getToken(storageScope));
    await passWait(clock, 20_000);
    expect(await failed).toMatchObject({
      code: 'AuthorizationFailure',
      message: expect.stringContaining('20000 ms'),
    });
  });

  it('is ended with the call', async () => {
    const { credential, clock } = await setUp('sleep 60');
    const controller = new AbortController();
    const failed = rejection(credential.getToken(storageScope, { abortSignal: controller.signal }));
    while (clock.timerCount === 0) await settle();
    controller.abort('enough');
    expect(await failed).toBe('enough');
    expect(clock.timerCount).toBe(0);
  });

  it('leaves no process behind that was ended', async () => {
    const file = join(await temporaryDirectory(), 'pid');
    const { credential } = await setUp(`sleep 60 & echo $! > '${file}'; wait`);
    const controller = new AbortController();
    const failed = rejection(credential.getToken(storageScope, { abortSignal: controller.signal }));
    const pid = await untilTrue(async () => Number((await readFile(file, 'utf8').catch(() => '')) || 0));
    controller.abort('enough');
    await failed;
    expect(await untilTrue(async () => !isRunning(pid))).toBe(true);
  });

  it('is not begun for a call that has ended', async () => {
    const { credential } = await setUp(token);
    const abortSignal = AbortSignal.abort('enough');
    expect(await rejection(credential.getToken(storageScope, { abortSignal }))).toBe('enough');
  });

  it('cannot meet claims, and says which login can', async () => {
    const { credential } = await setUp(token, { tenantId: 't-1' });
    const claims = '{"access_token":{}}';
    expect(await rejection(credential.getToken(storageScope, { claims }))).toMatchObject({
      message: `Azure CLI: the service asks for a new login: az login --tenant t-1 --scope https://storage.azure.com/.default --claims-challenge ${Buffer.from(claims).toString('base64')}`,
    });
  });
});
