import { describe, expect, it } from 'vitest';
import { Canary, overheard } from './canary.js';
import { Evidence } from './evidence.js';
import { type Secret, Secrets } from './secrets.js';

const key = 'Y2FuYXJ5LXNlY3JldC1vZi1zb21lYm9keS93aXRoK3NsYXNoZXM/Pz8+Pj4=';
const secret: Secret = { name: 'key', value: key };

function leaksOf(value: unknown): string[] {
  const evidence = new Evidence();
  evidence.add('somewhere', value);
  return evidence.leaks([secret]);
}

/** Every way of letting a secret out that the canary must notice. */
const slips: readonly (readonly [where: string, value: () => unknown])[] = [
  ['a text', () => `the key is ${key}`],
  ['a text in lower case', () => key.toLowerCase()],
  ['the beginning of it', () => `key ${key.slice(0, 16)}...`],
  ['percent-encoding', () => `?a=${encodeURIComponent(key)}`],
  [
    'percent-encoding of every character',
    () => [...key].map((c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
  ],
  ['base64 of it', () => Buffer.from(key).toString('base64')],
  ['what it decodes to', () => Buffer.from(key, 'base64').toString()],
  ['bytes', () => Buffer.from(key, 'base64')],
  ['a Buffer within an object', () => ({ key: Buffer.from(key, 'base64') })],
  ['the message of an error', () => new Error(`failed with ${key}`)],
  ['a cause, five deep', () => nested(5)],
  [
    'a property that is not enumerable',
    () => Object.defineProperty(new Error('x'), 'request', { value: { key } }),
  ],
  ['a property under a symbol', () => Object.assign(new Error('x'), { [Symbol('request')]: { key } })],
  ['a map in a list in an object', () => ({ a: [new Map([['b', new Set([key])]])] })],
  ['what JSON alone shows', () => ({ toJSON: () => ({ key }) })],
  ['what a template alone shows', () => ({ toString: () => key })],
  ['the name of a field', () => ({ [key]: 1 })],
  ['errors within an error', () => new AggregateError([new Error(key)], 'several')],
  [
    'a getter',
    () => ({
      get key() {
        return key;
      },
    }),
  ],
];

function nested(depth: number): Error {
  return depth === 0 ? new Error(key) : new Error('outer', { cause: nested(depth - 1) });
}

describe('evidence', () => {
  it.each(slips)('shows a secret in %s', (_where, value) => {
    expect(leaksOf(value())).not.toEqual([]);
  });

  it.each([
    ['a digest of it', 'sha256 of the key: 9f86d081884c7d659a2feaa0c55ad015'],
    ['another secret', Buffer.from('another secret of somebody else').toString('base64')],
    ['nothing', ''],
    ['something hidden', { sig: 'REDACTED' }],
  ])('shows none in %s', (_where, value) => {
    expect(leaksOf(value)).toEqual([]);
  });

  it.each(['log', 'error', 'warn'] as const)('shows what is written by console.%s', async (level) => {
    const evidence = new Evidence();
    // biome-ignore lint/suspicious/noConsole: it is what is overheard.
    await overheard(evidence, async () => console[level]('key', { key }));
    expect(evidence.leaks([secret])).not.toEqual([]);
  });

  it('shows what telemetry is told', () => {
    for (const tell of [
      ({ telemetry }: Canary) => telemetry.log?.('info', 'a', { b: key }),
      ({ telemetry }: Canary) => telemetry.count?.(key, 1, {}),
      ({ telemetry }: Canary) => telemetry.startSpan?.('a', {}).setAttributes({ b: key }),
      ({ telemetry }: Canary) => telemetry.startSpan?.('a', {}).end(new Error(key)),
    ]) {
      const canary = new Canary();
      canary.secrets.add('key', key);
      tell(canary);
      expect(canary.leaks()).not.toEqual([]);
    }
  });
});

describe('secrets', () => {
  it('are each like nothing else', () => {
    const secrets = new Secrets();
    for (let count = 0; count < 20; count++) {
      secrets.accountKey();
      secrets.sasToken();
      secrets.accessToken();
      secrets.leaseId();
    }
    const values = secrets.all();
    expect(values).toHaveLength(80);
    for (const { value } of values) {
      const evidence = new Evidence();
      evidence.add('one', value);
      expect(evidence.leaks(values.filter((other) => other.value !== value))).toEqual([]);
    }
  });
});
