import type { HttpHeaders } from '../../../core/http/headers.js';
import type { LeaseRecord } from '../../store/store.js';
import { shareKey } from '../../store/store.js';
import type { FileContext, RequestContext, ShareContext } from '../context.js';
import { type Leasable, leaseRefusal, readLeaseId } from '../lease-checks.js';
import { decideLease, type LeaseRequest, secondsLeft } from '../lease-state.js';
import { emptyReply, type Reply } from '../reply.js';
import { invalidHeader, missingHeader } from '../service-errors.js';
import { modifiedHeaders } from './entry-headers.js';

type Action = LeaseRequest['action'];

const statuses: Readonly<Record<Action, number>> = {
  acquire: 201,
  renew: 200,
  change: 200,
  release: 200,
  break: 202,
};

/** What a request can ask of a lease depends on what the lease is on. */
interface LeaseRules {
  readonly actions: readonly Action[];
  /** Seconds that a lease can be taken for, beside for ever. */
  readonly durations: { readonly least: number; readonly most: number } | undefined;
  readonly mostBreakSeconds: number;
}

const rules: Readonly<Record<Leasable, LeaseRules>> = {
  file: { actions: ['acquire', 'change', 'release', 'break'], durations: undefined, mostBreakSeconds: 0 },
  share: {
    actions: ['acquire', 'renew', 'change', 'release', 'break'],
    durations: { least: 15, most: 60 },
    mostBreakSeconds: 60,
  },
};

/** Lease File. */
export function leaseFile(context: FileContext): Reply {
  const { store, share, file } = context;
  const { request, lease } = act(context, 'file', file.lease);
  store.putEntry(share.volume, { ...file, lease });
  const headers = answer(request, lease, file.etag);
  if (request.action === 'break') headers.set('x-ms-lease-time', '0');
  return emptyReply(statuses[request.action], headers);
}

/** Lease Share: of the share, or of one of its snapshots, which have leases of their own. */
export function leaseShare(context: ShareContext): Reply {
  const { store, account, share, now } = context;
  const { request, lease } = act(context, 'share', share.lease);
  store.putShare(account, shareKey(share.name, share.snapshot), { ...share, lease });
  const headers = answer(request, lease, share.etag);
  if (request.action === 'break') headers.set('x-ms-lease-time', String(secondsLeft(lease, now)));
  if (request.action === 'release') headers.set('x-ms-lease-time', '0');
  return emptyReply(statuses[request.action], headers);
}

/** Reads the action of a request and decides it. @throws {Refusal} for a bad header, and where the state forbids it. */
function act(context: RequestContext, of: Leasable, current: LeaseRecord | undefined) {
  const request = readRequest(context, rules[of]);
  const decision = decideLease(current, request, context.now);
  if (decision.refused !== undefined) throw leaseRefusal(decision.refused, of);
  return { request, lease: decision.lease };
}

/** Lease actions never move ETag and Last-Modified. */
function answer({ action }: LeaseRequest, lease: LeaseRecord | undefined, etag: bigint): HttpHeaders {
  const tellsId = action === 'acquire' || action === 'renew' || action === 'change';
  return modifiedHeaders(etag).setOptional('x-ms-lease-id', tellsId ? lease?.id : undefined);
}

function readRequest({ headers, identity }: RequestContext, allowed: LeaseRules): LeaseRequest {
  const action = readAction(headers, allowed);
  const id = readLeaseId(headers);
  const proposedId = readLeaseId(headers, 'x-ms-proposed-lease-id');
  switch (action) {
    case 'acquire':
      return {
        action,
        id: proposedId,
        newId: proposedId ?? identity.uuid(),
        durationSeconds: readDuration(headers, allowed),
      };
    case 'change':
      return {
        action,
        id: id ?? missing('x-ms-lease-id'),
        newId: proposedId ?? missing('x-ms-proposed-lease-id'),
      };
    case 'break':
      return { action, id, breakSeconds: readBreakPeriod(headers, allowed) };
    default:
      return { action, id: id ?? missing('x-ms-lease-id') };
  }
}

function missing(name: string): never {
  throw missingHeader(name);
}

function readAction(headers: HttpHeaders, { actions }: LeaseRules): Action {
  const name = 'x-ms-lease-action';
  const text = headers.get(name) ?? missing(name);
  const action = actions.find((each) => each === text.toLowerCase());
  if (action === undefined) throw invalidHeader(name, text);
  return action;
}

/** Seconds; `undefined` = for ever, which is written -1. */
function readDuration(headers: HttpHeaders, { durations }: LeaseRules): number | undefined {
  const name = 'x-ms-lease-duration';
  const text = headers.get(name) ?? missing(name);
  if (text === '-1') return undefined;
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (durations === undefined || seconds < durations.least || seconds > durations.most) {
    throw invalidHeader(name, text);
  }
  return seconds;
}

function readBreakPeriod(headers: HttpHeaders, { mostBreakSeconds }: LeaseRules): number | undefined {
  const name = 'x-ms-lease-break-period';
  const text = headers.get(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,3}$/.test(text) || Number(text) > mostBreakSeconds) throw invalidHeader(name, text);
  return Number(text);
}
