import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenge } from '../../../../src/core/auth/challenge.js';

const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const claims = '{"access_token":{"nbf":{"essential":true,"value":"1603742800"}}}';
const encoded = Buffer.from(claims).toString('base64');
const nothing = { claims: undefined, tenantId: undefined };

describe('parseChallenge', () => {
  it('reads what the storage services send', () => {
    const header = `Bearer authorization_uri=https://login.microsoftonline.com/${tenantId}/oauth2/authorize resource_id=https://storage.azure.com`;
    expect(parseChallenge(header)).toEqual({ claims: undefined, tenantId });
  });

  it('reads claims, with commas, quotes and blanks in other values', () => {
    const header = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error_description="session, revoked = true", error="insufficient_claims", claims="${encoded}"`;
    expect(parseChallenge(header)).toEqual({ claims, tenantId: undefined });
  });

  it('reads claims in the alphabet of URLs, and without quotes', () => {
    const text = '{"access_token":{"a":"??>>"}}';
    const base64url = Buffer.from(text).toString('base64url');
    expect(parseChallenge(`bearer claims=${base64url}`).claims).toBe(text);
    expect(parseChallenge(`Bearer claims=${encoded}`).claims).toBe(claims);
  });

  it('takes the claims of a Bearer challenge among others', () => {
    const other = Buffer.from('{"other":{}}').toString('base64');
    expect(parseChallenge(`Pop claims="${other}", Bearer error="x", claims="${encoded}"`).claims).toBe(
      claims,
    );
    expect(parseChallenge(`Bearer error="x", Pop claims="${other}"`)).toEqual(nothing);
  });

  it.each([
    ['there is none', undefined],
    ['it is empty', ''],
    ['it is of another scheme', `Basic claims="${encoded}"`],
    ['the claims are no base64', 'Bearer claims="%%%"'],
    ['the claims are no JSON', `Bearer claims="${Buffer.from('claims').toString('base64')}"`],
    ['the claims are no object', `Bearer claims="${Buffer.from('[1]').toString('base64')}"`],
    ['the tenant is no GUID', 'Bearer authorization_uri=https://login.microsoftonline.com/common/x'],
    ['the address is not https', `Bearer authorization_uri=http://evil.example/${tenantId}/x`],
    ['it is far too long', `Bearer claims="${encoded}", x="${'y'.repeat(20_000)}"`],
  ])('finds nothing where %s', (_name, header) => {
    expect(parseChallenge(header)).toEqual(nothing);
  });

  it('never throws, whatever a server sends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(parseChallenge(`Bearer ${text}`)).toHaveProperty('claims');
      }),
      { numRuns: 2000, seed: Number(process.env.AZSTORE_TEST_SEED ?? Date.now() % 2 ** 31) },
    );
  });
});
