import type { Answer, ShareRequests } from './share-requests.js';

/** Two ids of leases. */
export const a = 'aaaaaaaa-0000-4000-8000-000000000001';
export const b = 'bbbbbbbb-0000-4000-8000-000000000002';

/** Headers of Lease File and Lease Share, as {@link lease} takes them. */
export const acquire = { 'lease-action': 'acquire', 'lease-duration': '-1' };
export const acquireA = { ...acquire, 'proposed-lease-id': a };

/** Sends a lease action; the names of the headers go without `x-ms-`. */
export function lease(
  requests: ShareRequests,
  target: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  return requests.put(`${target}${target.includes('?') ? '&' : '?'}comp=lease`, prefixed(headers));
}

export function prefixed(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [`x-ms-${name}`, value]));
}

/** State, status and duration of a lease as properties tell them. */
export function leaseHeaders({ headers }: Answer): (string | undefined)[] {
  return ['state', 'status', 'duration'].map((name) => headers.get(`x-ms-lease-${name}`));
}
