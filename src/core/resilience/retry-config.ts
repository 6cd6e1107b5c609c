import { checkChoice, checkKeys, checkNumber } from '../option-checks.js';
import {
  defaultRetryConfig,
  type ResolvedRetryConfig,
  type RetryCode,
  type RetryConfig,
  type RetryPolicy,
} from './retry-decision.js';

const attempts = { least: 1, most: 100, integer: true } as const;
const delay = { least: 0, most: 3_600_000 } as const;
const codes = Object.keys(defaultRetryConfig.policies) as RetryCode[];

/** Fills in the defaults. @throws {ConfigurationError} `InvalidOption` */
export function resolveRetryConfig(user: RetryConfig | undefined): ResolvedRetryConfig {
  if (user === undefined) return defaultRetryConfig;
  checkKeys(user, 'retryConfig', ['maxAttempts', 'maxDelayMs', 'jitter', 'policies']);
  const policies = user.policies ?? {};
  checkKeys(policies, 'retryConfig.policies', codes);
  if (user.maxAttempts !== undefined) checkNumber(user.maxAttempts, 'retryConfig.maxAttempts', attempts);
  return Object.freeze({
    maxDelayMs: checkNumber(
      user.maxDelayMs ?? defaultRetryConfig.maxDelayMs,
      'retryConfig.maxDelayMs',
      delay,
    ),
    jitter: checkNumber(user.jitter ?? defaultRetryConfig.jitter, 'retryConfig.jitter', {
      least: 0,
      most: 1,
    }),
    policies: Object.freeze(
      Object.fromEntries(codes.map((code) => [code, resolvePolicy(code, policies[code], user.maxAttempts)])),
    ) as ResolvedRetryConfig['policies'],
  });
}

function resolvePolicy(
  code: RetryCode,
  user: Partial<RetryPolicy> | undefined,
  maxAttempts: number | undefined,
): RetryPolicy {
  const name = `retryConfig.policies.${code}`;
  const usual = defaultRetryConfig.policies[code];
  const given = user ?? {};
  checkKeys(given, name, ['maxAttempts', 'backoff', 'baseDelayMs']);
  return Object.freeze({
    maxAttempts: checkNumber(
      given.maxAttempts ?? maxAttempts ?? usual.maxAttempts,
      `${name}.maxAttempts`,
      attempts,
    ),
    backoff: checkChoice(given.backoff ?? usual.backoff, `${name}.backoff`, ['exponential', 'fixed']),
    baseDelayMs: checkNumber(given.baseDelayMs ?? usual.baseDelayMs, `${name}.baseDelayMs`, delay),
  });
}
