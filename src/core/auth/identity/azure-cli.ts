import { invalidOption } from '../../option-checks.js';
import { redact } from '../../redact.js';
import type { AccessToken, GetTokenOptions } from '../token-cache.js';
import type { AzureCliOptions, BuiltInCredential, IdentityContext } from './built-in.js';
import { jsonObject, refused, unavailable } from './identity-request.js';
import { type CommandOutcome, runCommand } from './run-command.js';
import { resourceOf, secondsOf } from './token-answer.js';

/** Starting the command takes a second or two, on slow machines more. */
const commandMs = 20_000;

/**
 * Whoever is logged in with `az login` on this machine: asks `az account get-access-token`.
 * @see https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
 */
export class AzureCliCredential implements BuiltInCredential {
  readonly #options: AzureCliOptions;
  readonly #context: IdentityContext;

  constructor(options: AzureCliOptions, context: IdentityContext) {
    this.#options = options;
    this.#context = context;
  }

  /**
   * @throws {ConfigurationError} `MissingCredentials` when `az` is not installed, or nobody is logged in.
   * @throws {AuthenticationError} `AuthorizationFailure` when it fails, or claims are asked for.
   */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    const { clock, environment } = this.#context;
    const tenantId = this.#options.tenantId ?? options.tenantId;
    if (options.claims !== undefined) throw claimsAsked(options.claims, resourceOf(scopes), tenantId);
    const outcome = await runCommand('az', this.#arguments(resourceOf(scopes), tenantId), {
      clock,
      environment,
      signal: options.abortSignal,
      timeoutMs: commandMs,
    });
    if (outcome.ended !== 'exit' || outcome.code !== 0) throw failure(outcome);
    return readAnswer(outcome.stdout);
  }

  #arguments(resource: string, tenantId: string | undefined): string[] {
    const { subscription } = this.#options;
    return [
      ...['account', 'get-access-token', '--output', 'json', '--resource', resource],
      ...(tenantId === undefined ? [] : ['--tenant', checkTenant(tenantId)]),
      ...(subscription === undefined ? [] : ['--subscription', subscription]),
    ];
  }
}

/** One may have come from a server's refusal. */
function checkTenant(tenantId: string): string {
  if (/^[0-9A-Za-z][0-9A-Za-z.-]*$/.test(tenantId)) return tenantId;
  throw invalidOption('Azure CLI: the tenant is neither an id nor a domain');
}

function claimsAsked(claims: string, resource: string, tenantId: string | undefined): Error {
  const challenge = Buffer.from(claims).toString('base64');
  const tenant = tenantId === undefined ? '' : ` --tenant ${tenantId}`;
  return refused(
    `Azure CLI: the service asks for a new login: az login${tenant} --scope ${resource}/.default --claims-challenge ${challenge}`,
  );
}

function failure(outcome: CommandOutcome): Error {
  if (outcome.ended === 'not_found' || /is not recognized/.test(outcome.stderr)) {
    return unavailable('Azure CLI: az is not installed, or not on the PATH');
  }
  if (outcome.ended === 'timeout') return refused(`Azure CLI: az did not end within ${commandMs} ms`);
  if (outcome.ended === 'overflow') return refused('Azure CLI: az printed far more than a token');
  // What is printed on stdout may be a token; what is printed for people is not.
  const said = redact(firstLine(outcome.stderr));
  if (/az login/.test(outcome.stderr)) return unavailable(`Azure CLI: nobody is logged in (${said})`);
  return refused(`Azure CLI: az ended with code ${outcome.code}: ${said}`);
}

function firstLine(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const line = lines.find((one) => one.startsWith('ERROR')) ?? lines.find((one) => one !== '');
  return (line ?? 'it said nothing').slice(0, 300);
}

function readAnswer(stdout: string): AccessToken {
  const fields = jsonObject(stdout);
  const token = fields?.accessToken;
  const expiresOnTimestamp = endOf(fields);
  if (typeof token === 'string' && expiresOnTimestamp !== undefined) return { token, expiresOnTimestamp };
  throw refused('Azure CLI: az gave an answer without a token or without the time of its end');
}

/** Seconds since 1970 from version 2.54 on; before, the local time as `2026-03-09 10:20:30.000000`. */
function endOf(fields: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const seconds = secondsOf(fields?.expires_on);
  if (seconds !== undefined) return seconds * 1000;
  const local = fields?.expiresOn;
  if (typeof local !== 'string') return undefined;
  const time = Date.parse(local.trim().replace(' ', 'T').slice(0, 23));
  return Number.isNaN(time) ? undefined : time;
}
