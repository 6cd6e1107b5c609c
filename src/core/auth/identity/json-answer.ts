import type { IdentityAnswer } from './identity-request.js';

/** What an answer says of a failure, in one line. */
export function failureText({ status, text }: IdentityAnswer): string {
  const fields = jsonObject(text);
  const code = textOf(fields?.error) ?? textOf(fields?.statusCode);
  const message = textOf(fields?.error_description) ?? textOf(fields?.message) ?? textOf(fields?.Message);
  const parts = [code, message?.split(/\r?\n/, 1)[0]].filter((part) => part !== undefined && part !== '');
  return `status ${status}${parts.length === 0 ? '' : `: ${parts.join(': ').slice(0, 300)}`}`;
}

/** The object that a text is in JSON; `undefined` when it is none. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
