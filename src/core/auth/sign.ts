import type { Call } from '../call.js';
import type { Clock } from '../clock.js';
import type { HttpHeaders } from '../http/headers.js';
import type { HttpRequest, HttpResponse, Layer } from '../http/message.js';
import { type ApiVersion, versionFor } from '../version.js';
import { formatRfc1123 } from '../wire/dates.js';
import type { AttemptCredential, CredentialSource } from './credentials.js';
import type { ServiceKind } from './endpoint.js';
import { sharedKeyAuthorization } from './shared-key.js';

/** What the signing layer knows. */
export interface SignSettings {
  readonly source: CredentialSource;
  readonly accountName: string;
  readonly service: ServiceKind;
  readonly api: ApiVersion;
  readonly clock: Clock;
}

/** Headers that name another resource of the account, which a SAS must authorize too. */
const sourceHeaders = ['x-ms-copy-source', 'x-ms-file-rename-source'] as const;

/**
 * Innermost layer: date, version, ids and the credential, fresh on every attempt. Changes the headers in place: the
 * retry layer hands a copy to every later attempt.
 */
export function signLayer(settings: SignSettings): Layer {
  const { source } = settings;
  return (next) => (request, call) => {
    const send = (credential: AttemptCredential): Promise<HttpResponse> => {
      const signed = sign(request, call, { settings, credential });
      return signed === request ? next(request, call) : next(signed, call).then(withRequest(signed));
    };
    const credential = source.get(call.cancellation);
    return credential instanceof Promise ? credential.then(send) : send(credential);
  };
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
      headers.set('Authorization', sharedKeyAuthorization(settings.accountName, credential.key, request));
      return request;
    case 'token':
      headers.set('Authorization', `Bearer ${credential.token}`);
      if (settings.service === 'file') headers.set('x-ms-file-request-intent', 'backup');
      return request;
    case 'sas':
      return {
        ...request,
        target: withQuery(request.target, credential.query),
        headers: withSources(request, credential.query),
      };
  }
}

function setContentLength({ method, headers, body }: HttpRequest): void {
  if (body instanceof Uint8Array) headers.set('Content-Length', String(body.length));
  else if (method === 'PUT' || method === 'POST') headers.set('Content-Length', '0');
}

function withQuery(target: string, query: string): string {
  return `${target}${target.includes('?') ? '&' : '?'}${query}`;
}

/**
 * A source below the same origin that carries no signature of its own gets the client's SAS. In a copy of the headers:
 * the next attempt may have another SAS.
 */
function withSources({ origin, headers }: HttpRequest, query: string): HttpHeaders {
  let authorized = headers;
  for (const name of sourceHeaders) {
    const value = headers.get(name);
    if (value === undefined || !value.startsWith(`${origin}/`) || /[?&]sig=/.test(value)) continue;
    if (authorized === headers) authorized = headers.clone();
    authorized.set(name, withQuery(value, query));
  }
  return authorized;
}
