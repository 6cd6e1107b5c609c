import type { GeneratedSas } from './generated-sas.js';

const hourMs = 3_600_000;
/** What is valid longer deserves a second look, in milliseconds. */
const longMs = 24 * hourMs;

/**
 * What about a SAS deserves a second look, in a few words each: rights that reach far, a long life, no encryption. Empty for
 * one that is narrow and short.
 * @param origin - Where it is used: to a host that speaks http alone, it cannot be kept to https.
 */
export function sasConcerns(sas: GeneratedSas, now: number, origin: string): string[] {
  const concerns = [breadthOf(sas), lifeOf(sas, now), protocolOf(sas, origin)];
  return concerns.filter((text) => text !== undefined);
}

function breadthOf(sas: GeneratedSas): string | undefined {
  const query = new URLSearchParams(sas.token);
  const deletes = sas.permissions.includes('d');
  const replaces = deletes && sas.permissions.includes('w');
  if (sas.kind === 'account') {
    const levels = query.get('srt') ?? '';
    if (levels.length === 3 && /[wd]/.test(sas.permissions)) return 'changes everything in the account';
    if (replaces) return 'writes and deletes in every share';
    return deletes && levels.includes('c') ? 'deletes shares with everything in them' : undefined;
  }
  return query.get('sr') === 's' && replaces ? 'writes and deletes everything in the share' : undefined;
}

function lifeOf({ expiresOn }: GeneratedSas, now: number): string | undefined {
  if (expiresOn === undefined || expiresOn.getTime() - now <= longMs) return undefined;
  return `valid for ${Math.round((expiresOn.getTime() - now) / hourMs)} hours`;
}

function protocolOf({ protocol }: GeneratedSas, origin: string): string | undefined {
  return protocol === 'https' || origin.startsWith('http:') ? undefined : 'may be used without encryption';
}
