import { ConfigurationError } from '../core/errors.js';
import { HttpHeaders } from '../core/http/headers.js';
import type { ClientBody, HttpResponse } from '../core/http/message.js';
import type { Pipeline } from '../core/pipeline.js';
import type { Attributes } from '../core/telemetry.js';
import type { LeaseRegistry } from '../lease/lease-registry.js';
import { lockedOnce, whileLocked } from './locked-wait.js';
import type { FilesOperation } from './operations.js';
import { type CheckedPath, checkDirectoryPath, checkFilePath, checkShareName } from './paths.js';
import { checkWait } from './request-checks.js';
import type { CallOptions, LockPatience, ShareScope } from './requests.js';

/** What the services of one client share. */
export interface FilesContext {
  readonly pipeline: Pipeline;
  readonly defaultShare: string | undefined;
  /** What the client has leased; absent where nobody leases anything. */
  readonly leases?: LeaseRegistry | undefined;
}

/** Where something is: what a request needs to name it, and what a result or an error says of it. */
export interface Location {
  readonly share: string;
  /** From the root of the share; `''` for the root. */
  readonly path: string;
  /** Path of the URL, percent-encoded, from the root of the endpoint. */
  readonly target: string;
  /** Service version of the client. */
  readonly version: string;
}

/** A request before core takes it over. */
export interface WireRequest {
  readonly operation: FilesOperation;
  readonly method: string;
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly body?: ClientBody;
  /** For errors and spans. */
  readonly resource: Readonly<Record<string, string>>;
  /** What the answer adds to the span. */
  readonly attributesOf?: (response: HttpResponse) => Attributes;
}

/** How one call is to be carried out, beside what it asks for. */
export interface SendOptions extends CallOptions, LockPatience {
  /** A repeat is recognised here, so it may be sent again. */
  readonly idempotent?: boolean | undefined;
  readonly totalTimeoutMs?: number | undefined;
  /** Sent also while the circuit of the host is open. */
  readonly urgent?: boolean | undefined;
  /** Per error code, how often it is sent in total, instead of as configured. */
  readonly maxAttempts?: Readonly<Record<string, number>> | undefined;
}

/** The first version that keeps dots at the ends of names. */
const trailingDotVersion = '2022-11-02';

/** Headers of a request about a file or directory: the service is always told to keep dots at the ends of names. */
export function headersFor(at: Location): HttpHeaders {
  const headers = new HttpHeaders();
  return at.version >= trailingDotVersion ? headers.set('x-ms-allow-trailing-dot', 'true') : headers;
}

/** The same for a request that has a source. */
export function headersForPair(at: Location): HttpHeaders {
  const headers = headersFor(at);
  return at.version >= trailingDotVersion ? headers.set('x-ms-source-allow-trailing-dot', 'true') : headers;
}

/** The share of a request, or the client's own. */
export function shareOf(context: FilesContext, share: string | undefined): string {
  const name = share ?? context.defaultShare;
  if (name === undefined) {
    throw new ConfigurationError(
      'InvalidShareName',
      'a share must be given: in the request, or as defaultShare of the client',
    );
  }
  checkShareName(name);
  return name;
}

export function locateShare(context: FilesContext, scope: ShareScope): Location {
  return locate(context, shareOf(context, scope.share), root);
}

export function locateFile(context: FilesContext, share: string | undefined, path: string): Location {
  return locate(context, shareOf(context, share), checkFilePath(path));
}

export function locateDirectory(context: FilesContext, share: string | undefined, path: string): Location {
  return locate(context, shareOf(context, share), checkDirectoryPath(path));
}

const root: CheckedPath = { path: '', encoded: '', hasTrailingDot: false };

function locate(context: FilesContext, share: string, checked: CheckedPath): Location {
  const version = context.pipeline.options.apiVersion;
  if (checked.hasTrailingDot && version < trailingDotVersion) throw dropsDot(version, checked.path);
  const base = `${context.pipeline.endpoint.basePath}/${share}`;
  const target = checked.encoded === '' ? base : `${base}/${checked.encoded}`;
  return { share, path: checked.path, target, version };
}

function dropsDot(version: string, path: string): ConfigurationError {
  const name = JSON.stringify(path);
  return new ConfigurationError(
    'UnsupportedVersion',
    `the path ${name} has a name that ends with a dot: service version ${version} drops the dot silently, ${trailingDotVersion} or later keeps it`,
  );
}

const leaseHeaders = ['x-ms-lease-id', 'x-ms-source-lease-id', 'x-ms-destination-lease-id'] as const;

/**
 * Sends a request through the pipeline.
 * @throws {LeaseError} `LeaseLost` or `LeaseExpired` when it names a lease of this client that is over.
 */
export async function send(
  context: FilesContext,
  request: WireRequest,
  options: SendOptions,
): Promise<HttpResponse> {
  const { leases } = context;
  for (const name of leaseHeaders) {
    const id = request.headers.get(name);
    if (id !== undefined) leases?.check(id);
  }
  const { waitMs, signal } = options;
  if (waitMs === undefined) return sendUnchecked(context, request, options);
  checkWait(waitMs);
  const { clock } = context.pipeline.options;
  const once = { ...options, maxAttempts: { ...options.maxAttempts, ...lockedOnce } };
  return whileLocked(() => sendUnchecked(context, request, once), { clock, waitMs, signal });
}

/** The same without asking whether the lease is over: that is the business of the lock itself. */
export function sendUnchecked(
  context: FilesContext,
  request: WireRequest,
  options: SendOptions,
): Promise<HttpResponse> {
  const { operation, resource, attributesOf, ...message } = request;
  const { signal, timeoutMs, totalTimeoutMs, idempotent, maxAttempts, urgent } = options;
  return context.pipeline.send(message, {
    operation,
    resource,
    signal,
    timeoutMs,
    totalTimeoutMs,
    idempotent,
    maxAttempts,
    urgent,
    attributesOf,
  });
}
