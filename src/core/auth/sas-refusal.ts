import { redact } from '../redact.js';
import type { ServiceFailure } from '../resilience/answer-check.js';
import { epochMsOf, parseTicks } from '../wire/dates.js';
import { describeSkew, detailSaid, type Refusal, type RefusalContext } from './refusal-context.js';

/** Explains why the service refused a SAS, by what the SAS itself says; `undefined` when nothing can be said. */
export function explainSas(failure: ServiceFailure, context: RefusalContext): Refusal | undefined {
  const fields = new URLSearchParams(context.request.target.split('?', 2)[1] ?? '');
  if (failure.serviceCode !== 'AuthenticationFailed') return explainMissingRight(failure, fields);
  return explainTime(failure, fields, context.now) ?? explainForm(failure, fields, context);
}

/** It was believed, but does not go as far as that. */
function explainMissingRight({ serviceCode }: ServiceFailure, fields: URLSearchParams): Refusal | undefined {
  const hint = (text: string): Refusal => ({ code: undefined, hint: text });
  switch (serviceCode) {
    case 'AuthorizationPermissionMismatch':
      return hint(`the SAS lacks a permission that this operation needs: it has ${permissionsOf(fields)}`);
    case 'AuthorizationProtocolMismatch':
      return hint('the SAS allows https alone (spr)');
    case 'AuthorizationResourceTypeMismatch':
      return hint(`the SAS is not for this kind of resource (srt=${fields.get('srt')})`);
    case 'AuthorizationServiceMismatch':
      return hint(`the SAS is not for this service (ss=${fields.get('ss')})`);
    case 'AuthorizationSourceIPMismatch':
      return hint(`the SAS does not allow the address of this machine (sip=${fields.get('sip')})`);
    case 'NoAuthenticationInformation':
      return fields.has('sduoid')
        ? hint('the SAS is for one user, who must send a token beside it; this client sends none')
        : undefined;
    case 'AuthorizationFailure':
      return hint(
        `no ${kindOf(fields)} allows this, or the network rules of the account do not let this machine in`,
      );
    default:
      return undefined;
  }
}

function permissionsOf(fields: URLSearchParams): string {
  const [letters, policy] = [fields.get('sp'), fields.get('si')];
  return letters === null && policy !== null
    ? `those of its policy (si=${redact(policy)})`
    : `sp=${letters ?? ''}`;
}

function kindOf(fields: URLSearchParams): string {
  if (fields.has('srt')) return 'account SAS';
  return fields.get('sr') === 'f' ? 'SAS for a file' : 'SAS for a share';
}

function explainTime(failure: ServiceFailure, fields: URLSearchParams, now: number): Refusal | undefined {
  const expiry = timeOf(fields.get('se'));
  if (expiry !== undefined && expiry <= now) {
    return { code: 'ExpiredSas', hint: `the SAS has expired (se=${fields.get('se')})` };
  }
  const start = timeOf(fields.get('st'));
  if (start !== undefined && start > now) {
    return { code: undefined, hint: `the SAS is not valid yet (st=${fields.get('st')})` };
  }
  if (!/time frame|expiry time/i.test(detailOf(failure))) return undefined;
  const skew = describeSkew(failure, now);
  const why = skew === undefined ? '' : `; ${skew}`;
  return { code: 'ExpiredSas', hint: `the service says the SAS is outside its time${why}` };
}

/** What the signature does not fit to, by its kind. */
const places: Readonly<Record<string, string>> = {
  f: 'is for another file (it opens one file, and nothing beside it, as a lock or an atomic write needs), ',
  s: 'is for another share, ',
};

function explainForm(failure: ServiceFailure, fields: URLSearchParams, context: RefusalContext): Refusal {
  const detail = detailOf(failure);
  const elsewhere = places[fields.get('sr') ?? ''] ?? '';
  if (/signature did not match/i.test(detail)) {
    const hint = `the SAS ${elsewhere}was changed after it was signed, or was signed with a key that is not (or no longer) one of the account`;
    return { code: 'InvalidKey', hint };
  }
  if (/resource level/i.test(detail)) {
    const reach = fields.get('sr') === 'f' ? 'one file, and no directory or share' : 'what is in one share';
    return { code: undefined, hint: `the SAS reaches ${reach}` };
  }
  const skew = describeSkew(failure, context.now);
  if (skew !== undefined) return { code: undefined, hint: skew };
  const said = detailSaid(failure, context);
  return { code: undefined, hint: `the SAS ${elsewhere}is malformed, or its policy or key is gone${said}` };
}

function detailOf({ extras }: ServiceFailure): string {
  return extras.AuthenticationErrorDetail?.trim() ?? '';
}

function timeOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ticks = parseTicks(text);
  return ticks === undefined ? undefined : epochMsOf(ticks);
}
