import { type AzureFilesClient, systemClock } from '../../files/index.js';
import { examineAccess } from './access.js';
import { examineClock, skewOf } from './clock-skew.js';
import { type Asked, examineCredentials, examineMissing, openClient, openUnsigned } from './credentials.js';
import { type Finding, ok } from './finding.js';
import { examineNetwork } from './network.js';
import { examineProxies } from './proxies.js';
import { examineClaims } from './sas-claims.js';
import type { WatchedTransport } from './watched-transport.js';
import { examineWriting } from './write-trial.js';

/**
 * All checks in their order; what cannot be looked at because of an earlier failure is left out.
 * @param named - Whether the location was named, and is not only where to begin.
 */
export function examine(asked: Asked, named: boolean): AsyncGenerator<Finding> {
  return withVersion(examineAll(asked, named), asked.transport);
}

async function* examineAll(asked: Asked, named: boolean): AsyncGenerator<Finding> {
  const { invocation, location, transport, signal } = asked;
  let client: AzureFilesClient;
  try {
    client = openClient(asked);
  } catch (error) {
    yield examineMissing(error);
    const unsigned = openUnsigned(asked);
    if (unsigned !== undefined) yield* examineReach(asked, unsigned);
    return;
  }
  const identity = yield* examineCredentials(asked, client);
  const skewMs = yield* examineReach(asked, client);
  if (identity === undefined || skewMs === undefined) return;
  if (identity.claims !== undefined) {
    const use = { location, named, url: urlOf(client), now: systemClock.now() - skewMs };
    const finding = examineClaims(identity.claims, use);
    yield finding;
    if (finding.status === 'fail') return;
  }
  transport.release();
  const access = { client, identity, location, named, signal, interruption: invocation.signal };
  const place = yield* examineAccess(access);
  if (place === undefined || location.kind === 'account' || !invocation.flags.on('write')) return;
  yield* examineWriting(access, location, place);
}

/** @returns how far the clock of this machine is ahead; `undefined` when the service cannot be reached. */
async function* examineReach(
  asked: Asked,
  client: AzureFilesClient,
): AsyncGenerator<Finding, number | undefined> {
  const { invocation, limits, signal } = asked;
  const { accountName, apiVersion } = client.toJSON();
  const url = urlOf(client);
  const message = `account ${accountName} at ${url.href}, service version ${apiVersion}`;
  yield ok('endpoint', { message, facts: { accountName, endpoint: url.href, apiVersion } });
  yield examineProxies(url, invocation.io.env);
  const { env } = invocation.io;
  const answer = yield* examineNetwork({
    url,
    apiVersion: String(apiVersion),
    env,
    stepMs: limits.stepMs,
    signal,
    interruption: invocation.signal,
  });
  if (answer === undefined) return undefined;
  const skewMs = skewOf(answer.date, answer.at);
  yield examineClock(skewMs);
  return skewMs ?? 0;
}

function urlOf(client: AzureFilesClient): URL {
  return new URL(String(client.toJSON().endpoint));
}

/** Puts in what is known of the service version as soon as the service has answered by it. */
async function* withVersion(
  findings: AsyncIterable<Finding>,
  transport: WatchedTransport,
): AsyncGenerator<Finding> {
  let told = false;
  for await (const finding of findings) {
    if (!told && transport.echoed) {
      told = true;
      const { versions } = transport;
      yield ok('version', { message: `the service takes ${versions.join(', ')}`, facts: { versions } });
    }
    yield finding;
  }
}
