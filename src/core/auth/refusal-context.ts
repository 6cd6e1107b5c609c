import type { AuthenticationErrorCode } from '../errors.js';
import type { HttpRequest } from '../http/message.js';
import { redactAnswerTo } from '../redact.js';
import type { ServiceFailure } from '../resilience/answer-check.js';
import { parseRfc1123 } from '../wire/dates.js';

/** What a refusal probably means. */
export interface Refusal {
  readonly code: AuthenticationErrorCode | undefined;
  /** What is likely and what to do, in one sentence without a full stop; without secrets. */
  readonly hint: string;
}

/** What is known where a refusal is explained. */
export interface RefusalContext {
  /** The request as it was sent: signed, with the SAS in its target. */
  readonly request: HttpRequest;
  readonly accountName: string;
  /** The wall clock in milliseconds since 1970. */
  readonly now: number;
}

/** What the service said in detail, cut and without secrets; in parentheses, as the end of a hint. */
export function detailSaid({ extras }: ServiceFailure, { request }: RefusalContext): string {
  const detail = extras.AuthenticationErrorDetail?.trim();
  return detail ? ` (${redactAnswerTo(request, detail).slice(0, 200)})` : '';
}

/** The services accept a date up to 15 minutes off; a few minutes are worth a word before that. */
const noticeableSkewMs = 5 * 60_000;

/** How far this machine's clock is off, by the answer's `Date`; `undefined` when it is close enough. */
export function describeSkew(failure: ServiceFailure, now: number): string | undefined {
  const date = parseRfc1123(failure.headers.get('date') ?? '');
  if (date === undefined || Math.abs(now - date) < noticeableSkewMs) return undefined;
  const seconds = Math.round(Math.abs(now - date) / 1000);
  return `the clock of this machine is ${seconds} seconds ${now > date ? 'ahead of' : 'behind'} the service's`;
}
