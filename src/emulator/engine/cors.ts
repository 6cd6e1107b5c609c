import { HttpHeaders } from '../../core/http/headers.js';
import type { CorsRule } from '../store/store.js';
import { emptyReply, type Reply } from './reply.js';
import { Refusal } from './service-errors.js';

const allowOrigin = 'Access-Control-Allow-Origin';
const allowCredentials = 'Access-Control-Allow-Credentials';
/** Headers that every answer gets on its way out. */
const transportHeaders = ['Content-Length', 'Date', 'Transfer-Encoding'];

/**
 * Answers a preflight request (Preflight File Request) by the first rule that allows origin, method and headers.
 * @throws {Refusal} `InvalidHeaderValue` without the headers it takes, `CorsPreflightFailure` without such a rule.
 */
export function preflight(rules: readonly CorsRule[], headers: HttpHeaders): Reply {
  const origin = required(headers, 'Origin');
  const method = required(headers, 'Access-Control-Request-Method');
  const asked = headers.get('Access-Control-Request-Headers');
  const rule = rules.find(
    (each) =>
      allowsOrigin(each, origin) && allowsMethod(each, method) && allowsHeaders(each, splitList(asked ?? '')),
  );
  if (rule === undefined) throw new Refusal('CorsPreflightFailure');
  const answer = new HttpHeaders().set(allowOrigin, origin).set('Access-Control-Allow-Methods', method);
  answer.setOptional('Access-Control-Allow-Headers', asked);
  answer.set('Access-Control-Max-Age', String(rule.maxAgeInSeconds)).set(allowCredentials, 'true');
  return emptyReply(200, answer);
}

function required(headers: HttpHeaders, name: string): string {
  const value = headers.get(name);
  if (value !== undefined && value !== '') return value;
  throw new Refusal('InvalidHeaderValue', {
    message: 'A required CORS header is not present.',
    extras: { MessageDetails: `Invalid required CORS header ${name}` },
  });
}

/** The part of a request that decides which headers its answer gets. */
export interface CorsRequest {
  readonly method: string;
  readonly headers: HttpHeaders;
}

/**
 * Adds to an answer what the rules of its service grant to scripts of other origins.
 * An answer to GET or HEAD can be cached: unless everybody gets the same, it says that it depends on the origin.
 */
export function addCorsHeaders(answer: HttpHeaders, rules: readonly CorsRule[], request: CorsRequest): void {
  if (rules.length === 0) return;
  const origin = request.headers.get('origin');
  const isCacheable = request.method === 'GET' || request.method === 'HEAD';
  if (origin === undefined && !isCacheable) return;
  const rule = rules.find(
    (each) =>
      (origin === undefined ? isForAll(each) : allowsOrigin(each, origin)) &&
      allowsMethod(each, request.method),
  );
  if (rule === undefined || !isForAll(rule)) {
    if (isCacheable) answer.set('Vary', 'Origin');
    if (rule === undefined) return;
    answer.set(allowCredentials, 'true');
  }
  answer.setOptional('Access-Control-Expose-Headers', exposedNames(rule, answer));
  answer.set(allowOrigin, isForAll(rule) ? '*' : (origin ?? '*'));
}

function isForAll({ allowedOrigins }: CorsRule): boolean {
  return splitList(allowedOrigins).includes('*');
}

/** Origins are compared as they are spelled; `https://*.example.com` stands for every name below. */
function allowsOrigin(rule: CorsRule, origin: string): boolean {
  return splitList(rule.allowedOrigins).some((allowed) => {
    if (allowed === '*' || allowed === origin) return true;
    const star = allowed.indexOf('//*.');
    if (star < 0) return false;
    const scheme = allowed.slice(0, star + 2);
    const domain = allowed.slice(star + 3);
    return (
      origin.startsWith(scheme) && origin.endsWith(domain) && origin.length > scheme.length + domain.length
    );
  });
}

function allowsMethod({ allowedMethods }: CorsRule, method: string): boolean {
  return splitList(allowedMethods).includes(method.toUpperCase());
}

function allowsHeaders({ allowedHeaders }: CorsRule, names: readonly string[]): boolean {
  const allowed = splitList(allowedHeaders.toLowerCase());
  return names.every((name) => allowed.some((pattern) => matches(pattern, name.toLowerCase())));
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** The names a script may see: those the rule spells out, and of the answer those that a star stands for. */
function exposedNames({ exposedHeaders }: CorsRule, answer: HttpHeaders): string | undefined {
  const patterns = splitList(exposedHeaders);
  const literal = patterns.filter((pattern) => !pattern.endsWith('*'));
  const stars = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.toLowerCase());
  const present = [...answer].map(([name]) => name).filter((name) => !transportHeaders.includes(name));
  const matched = [...present, ...transportHeaders].filter((name) =>
    stars.some((pattern) => matches(pattern, name.toLowerCase())),
  );
  const names = [...new Set([...literal, ...matched])];
  return names.length === 0 ? undefined : names.join(',');
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
