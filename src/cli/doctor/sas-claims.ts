import { AuthenticationError } from '../../files/index.js';
import { formatTime } from '../format.js';
import type { RemoteLocation } from '../locations.js';
import { spanOf } from './clock-skew.js';
import { type Finding, fail, ok, type Telling, warn } from './finding.js';

/** What a SAS says of itself; all of it is public but its signature. */
export interface SasClaims {
  readonly kind: 'account' | 'service' | 'user_delegation';
  /** Of a service SAS: a share with everything in it, or one file. */
  readonly level: 'share' | 'file' | undefined;
  /** Letters; `undefined` where a stored policy has them. */
  readonly permissions: string | undefined;
  readonly policyId: string | undefined;
  /** Letters, of an account SAS. */
  readonly services: string | undefined;
  readonly resourceTypes: string | undefined;
  readonly startsOn: Date | undefined;
  readonly expiresOn: Date | undefined;
  readonly ipRange: string | undefined;
  /** The object id of the only user who may use it, with a token of theirs beside it. */
  readonly delegatedUser: string | undefined;
  readonly protocol: string;
  readonly version: string | undefined;
}

/** Reads the query of a SAS. */
export function readClaims(query: string): SasClaims {
  const fields = new URLSearchParams(query);
  const text = (name: string) => fields.get(name) ?? undefined;
  const service = fields.has('skoid') ? 'user_delegation' : 'service';
  return {
    kind: fields.has('srt') || fields.has('ss') ? 'account' : service,
    level: levelOf(text('sr')),
    permissions: text('sp'),
    policyId: text('si'),
    services: text('ss'),
    resourceTypes: text('srt'),
    startsOn: dateOf(text('st')),
    expiresOn: dateOf(text('se')),
    ipRange: text('sip'),
    delegatedUser: text('sduoid'),
    protocol: text('spr') ?? 'https,http',
    version: text('sv'),
  };
}

function levelOf(sr: string | undefined): SasClaims['level'] {
  if (sr === 's') return 'share';
  return sr === 'f' ? 'file' : undefined;
}

function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Whether a SAS says that it allows something; `unknown` where its policy does. */
export function allows(claims: SasClaims | undefined, letter: string): 'yes' | 'no' | 'unknown' {
  // A key may do everything, and what an identity may do its roles say.
  if (claims === undefined) return 'unknown';
  if (claims.permissions === undefined) return 'unknown';
  return claims.permissions.includes(letter) ? 'yes' : 'no';
}

/** Names of the letters that mean something in the File service. */
export const letterNames: Readonly<Record<string, string>> = {
  r: 'read',
  c: 'create',
  w: 'write',
  d: 'delete',
  l: 'list',
};

/** Where a SAS is to be used. */
export interface SasUse {
  readonly location: RemoteLocation;
  /** Whether the location was named, and is not only where to begin. */
  readonly named: boolean;
  readonly url: URL;
  /** By the clock of the service. */
  readonly now: number;
}

/** What a SAS says, and whether it can be of use here at all. */
export function examineClaims(claims: SasClaims, use: SasUse): Finding {
  const message = describe(claims, use.now);
  const facts = { ...claims };
  const obstacle = obstacleTo(claims, use);
  if (obstacle !== undefined) {
    const error = new AuthenticationError(obstacle.code, obstacle.message);
    return fail('sas', error, { ...obstacle, message: `${obstacle.message}; it ${message}`, facts });
  }
  const left = (claims.expiresOn?.getTime() ?? Number.POSITIVE_INFINITY) - use.now;
  if (left < 5 * 60_000) return warn('sas', { message, cure: 'get another one in time', facts });
  return ok('sas', { message, facts });
}

function describe(claims: SasClaims, now: number): string {
  const { permissions, policyId, ipRange, delegatedUser, protocol, version, startsOn, expiresOn } = claims;
  const names = [...(permissions ?? '')].map((letter) => letterNames[letter] ?? letter).join(', ');
  const rights =
    permissions === undefined ? `what its policy '${policyId}' says` : `${names} (sp=${permissions})`;
  const parts = [
    `allows ${rights} on ${placeOf(claims)}`,
    startsOn !== undefined && startsOn.getTime() > now ? `from ${formatTime(startsOn)} UTC` : '',
    expiresOn === undefined ? '' : `until ${formatTime(expiresOn)} UTC${leftOf(expiresOn, now)}`,
    ipRange === undefined ? '' : `for ${ipRange} alone`,
    delegatedUser === undefined ? '' : `for the user ${delegatedUser} alone`,
    protocol === 'https' ? 'over https' : '',
    version === undefined ? '' : `version ${version}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function leftOf(expiresOn: Date, now: number): string {
  const seconds = Math.round((expiresOn.getTime() - now) / 1000);
  return seconds > 0 ? `, in ${spanOf(seconds)}` : '';
}

function placeOf({ kind, level, services, resourceTypes }: SasClaims): string {
  if (kind === 'account') return `the account (services ${services}, levels ${resourceTypes})`;
  if (level === 'file') return 'one file';
  return level === 'share' ? 'one share with everything in it' : 'what no SAS of the File service is for';
}

type Obstacle = Telling & { readonly code: 'ExpiredSas' | 'PermissionDenied' | 'AuthorizationFailure' };

const another = '`azstore sas` makes another one, with an account key or an identity';

function obstacleTo(claims: SasClaims, { location, named, url, now }: SasUse): Obstacle | undefined {
  const { kind, level, services, startsOn, expiresOn, protocol, delegatedUser } = claims;
  const denied = (message: string, cure = another): Obstacle => ({ code: 'PermissionDenied', message, cure });
  if (expiresOn !== undefined && expiresOn.getTime() <= now) {
    return { code: 'ExpiredSas', message: 'the SAS has expired', cure: another };
  }
  if (startsOn !== undefined && startsOn.getTime() > now) {
    return { code: 'AuthorizationFailure', message: 'the SAS is not valid yet', cure: `wait, or ${another}` };
  }
  if (protocol === 'https' && url.protocol === 'http:') {
    return denied('the SAS is for https alone, and the endpoint is of plain http');
  }
  if (delegatedUser !== undefined) {
    const message = 'the SAS is for one user, who must send a token beside it, and azstore sends none';
    return denied(message, 'get one that is for nobody in particular, or use the token without it');
  }
  if (services?.includes('f') === false) return denied('the SAS is not for the File service (ss has no f)');
  if (kind !== 'account' && level === undefined) return denied('the SAS is not for the File service (sr)');
  if (level === 'file' && location.kind === 'share' && (location.path === '' || location.directory)) {
    return denied('the SAS is for one file, and no directory or share', 'name that file as the location');
  }
  if (kind !== 'account' && location.kind === 'account' && named) {
    return denied('the SAS is for one share or file, not for the account', 'name a share as the location');
  }
  return undefined;
}
