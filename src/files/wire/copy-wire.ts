import { ConfigurationError } from '../../core/errors.js';
import type { HttpHeaders } from '../../core/http/headers.js';
import type { HttpResponse } from '../../core/http/message.js';
import { shown } from '../../core/option-checks.js';
import { redactUrl } from '../../core/redact.js';
import { parseRfc1123 } from '../../core/wire/dates.js';
import { headersFor, headersForPair, type Location, type WireRequest } from '../context.js';
import { operations } from '../operations.js';
import { checkGuid, query, setLeaseId } from '../request-checks.js';
import type { AbortCopyRequest, CopyFileRequest, CopyFromUrlRequest } from '../requests.js';
import type { CopyStatus, FileCopyState } from '../types.js';
import { requiredHeader, unexpected } from './answers.js';
import { setMetadataHeaders } from './metadata.js';

const maxSourceLength = 2048;

/** Where a copy comes from. */
export interface CopySource {
  readonly url: string;
  /** Absent when the source is no file of this account, as far as anybody knows. */
  readonly share?: string;
  readonly path?: string;
}

export function copyFileRequest(
  to: Location,
  request: CopyFileRequest | CopyFromUrlRequest,
  source: CopySource,
): WireRequest {
  if (source.url.length > maxSourceLength) {
    const rule = `the URL of the source must have at most ${maxSourceLength} characters`;
    throw new ConfigurationError('InvalidRequest', `${rule}, got ${source.url.length}`);
  }
  const headers = headersForPair(to).set('x-ms-copy-source', source.url);
  setMetadataHeaders(headers, request.metadata);
  setLeaseId(headers, request.leaseId);
  if (request.ignoreReadOnly === true) headers.set('x-ms-file-copy-ignore-readonly', 'true');
  if (request.keepSmbProperties === true) keepSmbProperties(headers, to.version);
  const resource = {
    share: to.share,
    path: to.path,
    ...(source.path !== undefined && { sourceShare: source.share ?? to.share, sourcePath: source.path }),
  };
  return { operation: operations.copyFile, method: 'PUT', target: to.target, headers, resource };
}

function keepSmbProperties(headers: HttpHeaders, version: string): void {
  headers
    .set('x-ms-file-permission-copy-mode', 'source')
    .set('x-ms-file-attributes', 'source')
    .set('x-ms-file-creation-time', 'source')
    .set('x-ms-file-last-write-time', 'source');
  if (version >= '2021-06-08') headers.set('x-ms-file-change-time', 'source');
}

/** Checks the URL of a source without repeating it in errors: it may carry a signature. */
export function checkSourceUrl(url: unknown): asserts url is string {
  const valid = typeof url === 'string' && /^https?:\/\/[!-~]+$/.test(url) && URL.canParse(url);
  if (!valid) {
    throw new ConfigurationError('InvalidRequest', 'sourceUrl must be a percent-encoded http or https URL');
  }
}

export function startedCopy(response: HttpResponse): CopyStatus {
  const copyId = requiredHeader(response, 'x-ms-copy-id');
  return statusOf(response, copyId);
}

export function abortCopyRequest(at: Location, request: AbortCopyRequest): WireRequest {
  checkGuid('copyId', request.copyId);
  const headers = headersFor(at).set('x-ms-copy-action', 'abort');
  setLeaseId(headers, request.leaseId);
  return {
    operation: operations.abortCopyFile,
    method: 'PUT',
    target: at.target + query({ comp: 'copy', copyid: request.copyId }),
    headers,
    resource: { share: at.share, path: at.path },
  };
}

/** The copy that an answer tells of; `undefined` when it tells of none. */
export function copyState(response: HttpResponse): FileCopyState | undefined {
  const { headers } = response;
  const copyId = headers.get('x-ms-copy-id');
  if (copyId === undefined) return undefined;
  const source = headers.get('x-ms-copy-source');
  const completedAt = parseRfc1123(headers.get('x-ms-copy-completion-time') ?? '');
  return {
    ...statusOf(response, copyId),
    ...(source !== undefined && { source: redactUrl('', source) }),
    ...(completedAt !== undefined && { completedAt: new Date(completedAt) }),
  };
}

function statusOf(response: HttpResponse, copyId: string): CopyStatus {
  const { headers } = response;
  const status = requiredHeader(response, 'x-ms-copy-status');
  switch (status) {
    case 'success':
    case 'pending':
      return { status, copyId, ...progressOf(headers) };
    case 'aborted':
      return { status, copyId };
    case 'failed':
      return { status, copyId, reason: headers.get('x-ms-copy-status-description') ?? 'no reason was given' };
    default:
      throw unexpected(`the copy status ${shown(status)} is unknown`, response);
  }
}

function progressOf(headers: HttpHeaders): { bytesCopied: number; bytesTotal: number } | undefined {
  const match = /^(\d{1,15})\/(\d{1,15})$/.exec(headers.get('x-ms-copy-progress') ?? '');
  return match === null ? undefined : { bytesCopied: Number(match[1]), bytesTotal: Number(match[2]) };
}
