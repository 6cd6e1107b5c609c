import type { AccessToken } from '../token-cache.js';
import type { IdentityTools } from './identity-tools.js';
import { jsonObject } from './json-answer.js';

/** From half of its life on a token that lives so long is fetched anew, in milliseconds. */
const longLifeMs = 2 * 3_600_000;

/**
 * Reads an answer `{ access_token, expires_on | expires_in }`, whose numbers may be texts.
 * @param who - What messages call the one who answered.
 * @throws {AuthenticationError} `AuthorizationFailure` when there is no token in it; nothing of the answer is repeated.
 */
export function readTokenAnswer(text: string, who: string, tools: IdentityTools): AccessToken {
  const now = tools.clock.now();
  const fields = jsonObject(text);
  const token = fields?.access_token;
  const expiresOnTimestamp = endOf(fields, now);
  if (typeof token !== 'string' || token === '' || expiresOnTimestamp === undefined) {
    throw tools.refused(`${who} gave an answer without a token or without the time of its end`);
  }
  const lifeMs = expiresOnTimestamp - now;
  return {
    token,
    expiresOnTimestamp,
    ...(lifeMs > longLifeMs && { refreshAfterTimestamp: now + lifeMs / 2 }),
  };
}

function endOf(fields: Readonly<Record<string, unknown>> | undefined, now: number): number | undefined {
  const on = secondsOf(fields?.expires_on);
  if (on !== undefined) return on * 1000;
  const within = secondsOf(fields?.expires_in);
  return within === undefined ? undefined : now + within * 1000;
}

/** A count of seconds, as a number or as a text. */
export function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/** The resource whose scope it is: what the endpoints that know no scopes are asked for. */
export function resourceOf(scopes: string | string[]): string {
  return firstScope(scopes).replace(/\/\.default$/, '');
}

export function firstScope(scopes: string | string[]): string {
  return (typeof scopes === 'string' ? scopes : scopes[0]) ?? '';
}
