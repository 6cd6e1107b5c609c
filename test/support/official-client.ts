import {
  type RestError,
  type ShareClient,
  type ShareClientOptions,
  type ShareFileClient,
  ShareServiceClient,
  StorageSharedKeyCredential,
} from '@azure/storage-file-share';
import { expect, onTestFinished } from 'vitest';
import { sharedKeyAuthorization } from '../../src/core/auth/shared-key.js';
import { systemClock } from '../../src/core/clock.js';
import { HttpHeaders } from '../../src/core/http/headers.js';
import { formatRfc1123 } from '../../src/core/wire/dates.js';
import { type EmulatorOptions, startEmulator, wellKnownAccount } from '../../src/emulator/index.js';

const { name: account } = wellKnownAccount;
const key = wellKnownAccount.keys[0] ?? '';
/** Two ids of leases. */
export const a = 'e9890485-bf47-4d9a-b3d0-aceb18506124';
export const b = '6291baf2-9d1c-4f64-aa20-c16d8e8ac666';

/** A clock that can be put forward a little: signed dates may be off by minutes. */
class ShiftedClock {
  #shiftMs = 0;
  readonly clock = { ...systemClock, now: () => systemClock.now() + this.#shiftMs };

  advance(ms: number): void {
    this.#shiftMs += ms;
  }
}

/** An emulator of its own on a free port, and the official client of its service. */
export async function start(options: EmulatorOptions = {}) {
  const shifted = new ShiftedClock();
  const failures: unknown[] = [];
  const emulator = await startEmulator({
    filesPort: 0,
    clock: shifted.clock,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  onTestFinished(async () => {
    await emulator.close();
    expect(failures).toEqual([]);
  });
  const credential = new StorageSharedKeyCredential(account, key);
  const connect = (options: ShareClientOptions = {}, endpoint = emulator.filesEndpoint) =>
    new ShareServiceClient(endpoint, credential, { retryOptions: { maxTries: 1 }, ...options });
  return { service: connect(), connect, endpoint: emulator.filesEndpoint, clock: shifted };
}

/** The same, with a share. */
export async function startShare(options: EmulatorOptions = {}) {
  const started = await start(options);
  const share = started.service.getShareClient('share');
  await share.create();
  return { ...started, share };
}

/** The same, with a file of 11 bytes (or another size) in the share. */
export async function startFile(size = 11) {
  const started = await startShare();
  const file = started.share.rootDirectoryClient.getFileClient('a.txt');
  await file.create(size);
  return { ...started, file };
}

/** Status and code of the refusal that a call ends with. */
export async function refusal(call: Promise<unknown>): Promise<[number | undefined, string | undefined]> {
  try {
    await call;
  } catch (error) {
    const { statusCode, code, details } = error as RestError & { details?: { errorCode?: string } };
    return [statusCode, details?.errorCode ?? code];
  }
  throw new Error('the call was not refused');
}

/** The options of a call under a lease. */
export const leaseOf = (leaseId: string) => ({ leaseAccessConditions: { leaseId } });

/** State, status and duration of a lease as the official client reads them. */
export async function leaseState(target: ShareClient | ShareFileClient): Promise<(string | undefined)[]> {
  const { leaseState: state, leaseStatus, leaseDuration } = await target.getProperties();
  return [state, leaseStatus, leaseDuration];
}

/** Sends what the official client cannot. */
export async function send(endpoint: string, path: string, more: Record<string, string>): Promise<Response> {
  const url = new URL(endpoint + path);
  const target = url.pathname + url.search;
  const headers = HttpHeaders.of({
    'x-ms-date': formatRfc1123(systemClock.now()),
    'x-ms-version': '2020-02-10',
    ...more,
  });
  const authorization = sharedKeyAuthorization(account, key, { method: 'PUT', target, headers });
  return fetch(url, { method: 'PUT', headers: [...headers.set('Authorization', authorization)] });
}
