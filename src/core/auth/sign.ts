import type { Call } from '../call.js';
import type { Clock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import type { HttpHeaders } from '../http/headers.js';
import {
  bufferedBody,
  type HttpRequest,
  type HttpResponse,
  isClientBody,
  type Layer,
} from '../http/message.js';
import { refusalBody } from '../http/refusal-body.js';
import { type ApiVersion, versionFor } from '../version.js';
import { formatRfc1123 } from '../wire/dates.js';
import { readServiceError } from '../wire/service-error.js';
import { parseChallenge } from './challenge.js';
import type { AttemptCredential, CredentialSource } from './credentials.js';
import type { Endpoint, ServiceKind } from './endpoint.js';
import { sharedKeyAuthorization } from './shared-key.js';

/** What the signing layer knows. */
export interface SignSettings {
  readonly source: CredentialSource;
  readonly endpoint: Endpoint;
  readonly service: ServiceKind;
  readonly api: ApiVersion;
  readonly clock: Clock;
  /** Told when a refused credential was replaced, before the request is sent again. */
  readonly onRenewed?: ((call: Call, status: number) => void) | undefined;
}

/** Headers that name another resource of the account, which a SAS must authorize too. */
const sourceHeaders = ['x-ms-copy-source', 'x-ms-file-rename-source'] as const;
/** What the services take in such a header. */
const longestSource = 2048;

/**
 * Innermost layer: date, version, ids and the credential, fresh on every attempt. Changes the headers in place: the
 * retry layer hands a copy to every later attempt.
 *
 * Where the service refuses who asks, the source may have another credential by now: a new token, a rotated key. Then the
 * request is sent once more within the same attempt, since a refused one was certainly not carried out.
 */
export function signLayer(settings: SignSettings): Layer {
  const { source } = settings;
  return (next) => (request, call) => {
    const send = (credential: AttemptCredential): Promise<HttpResponse> => {
      const signed = sign(request, call, { settings, credential });
      return signed === request ? next(request, call) : next(signed, call).then(withRequest(signed));
    };
    const first =
      source.renew === undefined
        ? send
        : (credential: AttemptCredential) =>
            send(credential).then((response) =>
              mayBeRefusal(response.status)
                ? sendRenewed({ response, credential, send }, call, settings)
                : response,
            );
    const credential = source.get(call.cancellation);
    return credential instanceof Promise ? credential.then(first) : first(credential);
  };
}

function mayBeRefusal(status: number): boolean {
  return status === 401 || status === 403;
}

/** What came of the first try. */
interface Refused {
  readonly response: HttpResponse;
  readonly credential: AttemptCredential;
  readonly send: (credential: AttemptCredential) => Promise<HttpResponse>;
}

async function sendRenewed(refused: Refused, call: Call, settings: SignSettings): Promise<HttpResponse> {
  const { credential, send } = refused;
  // Read whole first, so that its connection is free and the answer can still be handed on.
  const bytes = await refusalBody(refused.response.body);
  const response: HttpResponse = { ...refused.response, body: bufferedBody(bytes) };
  if (!isRefusal(response, bytes)) return response;
  const challenge = parseChallenge(response.headers.get('www-authenticate'));
  const next = await settings.source.renew?.(credential, challenge, call.cancellation);
  call.cancellation.throwIfCancelled();
  if (next === undefined) return response;
  settings.onRenewed?.(call, response.status);
  return send(next);
}

/** Whether it is about who asks. What an identity may not do, no other token of the same identity may do. */
function isRefusal(response: HttpResponse, bytes: Uint8Array): boolean {
  return response.status === 401 || readServiceError(response.headers, bytes).code === 'AuthenticationFailed';
}

/** Lets a refusal be explained by what was really sent. */
function withRequest(signed: HttpRequest): (response: HttpResponse) => HttpResponse {
  return (response) => (response.status < 400 ? response : { ...response, sentAs: signed });
}

interface Signing {
  readonly settings: SignSettings;
  readonly credential: AttemptCredential;
}

function sign(request: HttpRequest, call: Call, signing: Signing): HttpRequest {
  const { settings, credential } = signing;
  const { headers } = request;
  headers.set('x-ms-version', versionFor(call.operation, credential.kind, settings.api));
  headers.set('x-ms-date', formatRfc1123(settings.clock.now()));
  if (!headers.has('x-ms-client-request-id')) headers.set('x-ms-client-request-id', settings.clock.uuid());
  setContentLength(request);
  switch (credential.kind) {
    case 'shared_key':
      headers.set(
        'Authorization',
        sharedKeyAuthorization(settings.endpoint.accountName, credential.key, request),
      );
      return request;
    case 'token':
      headers.set('Authorization', `Bearer ${credential.token}`);
      if (settings.service === 'file' && call.operation.withoutIntent !== true)
        headers.set('x-ms-file-request-intent', 'backup');
      return request;
    case 'sas':
      // A connection string may have been one with a key before.
      headers.delete('Authorization');
      return {
        ...request,
        target: withQuery(request.target, credential.query),
        headers: withSources(headers, credential.query, settings.endpoint),
      };
  }
}

function setContentLength({ method, headers, body }: HttpRequest): void {
  if (isClientBody(body)) headers.set('Content-Length', String(body.length));
  else if (method === 'PUT' || method === 'POST') headers.set('Content-Length', '0');
}

function withQuery(target: string, query: string): string {
  return `${target}${target.includes('?') ? '&' : '?'}${query}`;
}

/**
 * A source in the same account that carries no signature of its own gets the client's SAS, which authorizes the destination
 * alone. In a copy of the headers: the next attempt may have another SAS.
 */
function withSources(headers: HttpHeaders, query: string, endpoint: Endpoint): HttpHeaders {
  let authorized = headers;
  for (const name of sourceHeaders) {
    const value = headers.get(name);
    if (value === undefined || !isWithin(value, endpoint) || /[?&]sig=/.test(value)) continue;
    if (authorized === headers) authorized = headers.clone();
    authorized.set(name, checkLength(withQuery(value, query)));
  }
  return authorized;
}

/** Whether a URL is of the account, however its host is written: to no other place a SAS may go. */
function isWithin(source: string, { origin, basePath }: Endpoint): boolean {
  if (!URL.canParse(source)) return false;
  const url = new URL(source);
  return url.origin === origin && url.pathname.startsWith(`${basePath}/`);
}

function checkLength(source: string): string {
  if (source.length <= longestSource) return source;
  throw new ConfigurationError(
    'InvalidRequest',
    `the URL of the source has ${source.length} characters with the SAS in it, and the service takes ${longestSource}: use an account key or a token`,
  );
}
