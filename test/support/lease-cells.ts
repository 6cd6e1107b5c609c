import type { RestError } from '@azure/storage-file-share';

/**
 * What an expected answer of the service rests on.
 *
 * - `recorded`: a recorded answer of the service, for this kind of lease.
 * - `documents`: the tables of the REST reference give status and code.
 * - `blob tests`: the reference gives the status alone; the code is what Microsoft's tests of an earlier client demand of
 *   leases on blobs in that state.
 * - `analogy`: the reference gives the status alone, or contradicts itself; the code is that of the nearest case.
 */
export type Basis = 'recorded' | 'documents' | 'blob tests' | 'analogy';

/** Status of an answer, and its error code when it is a refusal. */
export type Outcome = readonly [status: number, code?: string];

/** What an answer of the official client comes with. */
interface Answered {
  /** Get Share Stats comes without; 200 is its only success. */
  readonly _response?: { readonly status: number };
}

/** Status and code of a call of the official client, or of a request sent by hand. */
export async function outcome(call: Promise<Response | Answered>): Promise<Outcome> {
  try {
    const answer = await call;
    if (!(answer instanceof Response)) return [answer._response?.status ?? 200];
    const code = answer.headers.get('x-ms-error-code');
    return code === null ? [answer.status] : [answer.status, code];
  } catch (error) {
    const { statusCode, response } = error as RestError;
    if (statusCode === undefined) throw error;
    return [statusCode, response?.headers.get('x-ms-error-code') ?? ''];
  }
}
