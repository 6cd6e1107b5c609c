import type { AccessToken, GetTokenOptions } from '../token-cache.js';
import type { AzureCliOptions, BuiltInCredential } from './built-in.js';
import type { IdentityTools } from './identity-tools.js';
import { jsonObject } from './json-answer.js';
import { type CommandOutcome, runCommand } from './run-command.js';
import { resourceOf, secondsOf } from './token-answer.js';

const who = 'Azure CLI';
/** Starting the command takes a second or two, on slow machines more. */
const commandMs = 20_000;

/**
 * Whoever is logged in with `az login` on this machine: asks `az account get-access-token`.
 * @see https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
 */
export class AzureCliCredential implements BuiltInCredential {
  readonly #options: AzureCliOptions;
  readonly #tools: IdentityTools;

  constructor(options: AzureCliOptions, tools: IdentityTools) {
    this.#options = options;
    this.#tools = tools;
  }

  /**
   * @throws {ConfigurationError} `MissingCredentials` when `az` is not installed, or nobody is logged in.
   * @throws {AuthenticationError} `AuthorizationFailure` when it fails, or claims are asked for.
   */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    const { clock, environment } = this.#tools;
    const resource = resourceOf(scopes);
    const tenantId = this.#options.tenantId ?? options.tenantId;
    const tenant = tenantId === undefined ? [] : ['--tenant', this.#checkedTenant(tenantId)];
    if (options.claims !== undefined)
      throw this.#claimsAsked(options.claims, [...tenant, '--scope', `${resource}/.default`]);
    const outcome = await runCommand('az', this.#arguments(resource, tenant), {
      clock,
      environment,
      signal: options.abortSignal,
      timeoutMs: commandMs,
    });
    if (outcome.ended !== 'exit' || outcome.code !== 0) throw this.#failure(outcome);
    return this.#token(outcome.stdout);
  }

  #arguments(resource: string, tenant: readonly string[]): string[] {
    const { subscription } = this.#options;
    return [
      ...['account', 'get-access-token', '--output', 'json', '--resource', resource],
      ...tenant,
      ...(subscription === undefined ? [] : ['--subscription', subscription]),
    ];
  }

  /** It may have come from a server's refusal. */
  #checkedTenant(tenantId: string): string {
    if (/^[0-9A-Za-z][0-9A-Za-z.-]*$/.test(tenantId)) return tenantId;
    throw this.#tools.invalid(`${who}: the tenant is neither an id nor a domain`);
  }

  #claimsAsked(claims: string, more: readonly string[]): Error {
    const login = ['az', 'login', ...more, '--claims-challenge', Buffer.from(claims).toString('base64')];
    return this.#tools.refused(`${who}: the service asks for a new login: ${login.join(' ')}`);
  }

  #failure(outcome: CommandOutcome): Error {
    const { refused, unavailable } = this.#tools;
    if (outcome.ended === 'not_found' || /is not recognized/.test(outcome.stderr)) {
      return unavailable(`${who}: az is not installed, or not on the PATH`);
    }
    if (outcome.ended === 'timeout') return refused(`${who}: az did not end within ${commandMs} ms`);
    if (outcome.ended === 'overflow') return refused(`${who}: az printed far more than a token`);
    // What is printed on stdout may be a token; what is printed for people is not.
    const said = firstLine(outcome.stderr);
    if (/az login/.test(outcome.stderr)) return unavailable(`${who}: nobody is logged in (${said})`);
    return refused(`${who}: az ended with code ${outcome.code}: ${said}`);
  }

  #token(stdout: string): AccessToken {
    const fields = jsonObject(stdout);
    const token = fields?.accessToken;
    const expiresOnTimestamp = endOf(fields);
    if (typeof token === 'string' && expiresOnTimestamp !== undefined) return { token, expiresOnTimestamp };
    throw this.#tools.refused(`${who}: az gave an answer without a token or without the time of its end`);
  }
}

function firstLine(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const line = lines.find((one) => one.startsWith('ERROR')) ?? lines.find((one) => one !== '');
  return (line ?? 'it said nothing').slice(0, 300);
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
