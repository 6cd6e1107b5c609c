import { hash } from 'node:crypto';
import { Refusal } from '../service-errors.js';

/**
 * The MD5 of a body, base64.
 * @param given - what the request says it is, if it does.
 * @throws {Refusal} `Md5Mismatch`; `InvalidMd5` when what was given is no MD5.
 */
export function checkedMd5(body: Uint8Array, given: string | undefined): string {
  if (given !== undefined && !/^[A-Za-z0-9+/]{21}[AQgw]==$/.test(given)) throw new Refusal('InvalidMd5');
  const computed = hash('md5', body, 'base64');
  if (given !== undefined && given !== computed) throw new Refusal('Md5Mismatch');
  return computed;
}
