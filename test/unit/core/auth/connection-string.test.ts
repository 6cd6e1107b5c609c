import { describe, expect, it } from 'vitest';
import { parseConnectionString } from '../../../../src/core/auth/connection-string.js';
import { accountKey } from '../../../support/core-pipeline.js';

const file = (text: string) => parseConnectionString(text, 'file');

describe('connection strings', () => {
  it('name an account, its key and a suffix', () => {
    expect(
      file(
        `DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=${accountKey};EndpointSuffix=core.chinacloudapi.cn;`,
      ),
    ).toEqual({
      endpoint: { origin: 'https://acct.file.core.chinacloudapi.cn', basePath: '', accountName: 'acct' },
      credential: { kind: 'shared_key', key: accountKey },
    });
  });

  it('fall back to the public cloud over https', () => {
    expect(file(`AccountName=acct;AccountKey=${accountKey}`).endpoint.origin).toBe(
      'https://acct.file.core.windows.net',
    );
  });

  it('prefer an explicit endpoint, whose final slash does not matter', () => {
    const text = `DefaultEndpointsProtocol=http;AccountName=acct;AccountKey=${accountKey};EndpointSuffix=x.y;FileEndpoint=http://127.0.0.1:7000/acct/;BlobEndpoint=http://127.0.0.1:8000/acct`;
    expect(file(text).endpoint).toEqual({
      origin: 'http://127.0.0.1:7000',
      basePath: '/acct',
      accountName: 'acct',
    });
    expect(parseConnectionString(text, 'blob').endpoint.origin).toBe('http://127.0.0.1:8000');
  });

  it('may hold a SAS with an endpoint that names the account', () => {
    const text = 'FileEndpoint=https://acct.file.core.windows.net/;SharedAccessSignature=?sv=1&sig=a%3D';
    expect(file(text)).toEqual({
      endpoint: { origin: 'https://acct.file.core.windows.net', basePath: '', accountName: 'acct' },
      credential: { kind: 'sas', token: '?sv=1&sig=a%3D' },
    });
  });

  it('prefer a key over a SAS', () => {
    const text = `AccountName=acct;SharedAccessSignature=sig=x;AccountKey=${accountKey}`;
    expect(file(text).credential.kind).toBe('shared_key');
  });

  it('take names in any case, white space, empty parts and keys of other services', () => {
    const text = ` accountname = acct ;; ACCOUNTKEY=${accountKey} ; QueueEndpoint=https://q.example.com;Unknown=1;`;
    expect(file(text).credential).toEqual({ kind: 'shared_key', key: accountKey });
  });

  it('mean the emulator on its own ports by UseDevelopmentStorage', () => {
    const { endpoint, credential } = file('UseDevelopmentStorage=true');
    expect(endpoint).toEqual({
      origin: 'http://127.0.0.1:10003',
      basePath: '/devstoreaccount1',
      accountName: 'devstoreaccount1',
    });
    expect(credential).toEqual({ kind: 'shared_key', key: accountKey });
    expect(parseConnectionString('UseDevelopmentStorage=true;', 'blob').endpoint.origin).toBe(
      'http://127.0.0.1:10000',
    );
  });

  it('may put the emulator on another loopback host', () => {
    const text = 'UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://localhost/';
    expect(file(text).endpoint.origin).toBe('http://localhost:10003');
  });

  it.each([
    ['', 'is empty'],
    [';;', 'is empty'],
    ['nonsense', 'no Key=Value pair'],
    ['=x', 'no Key=Value pair'],
    ['AccountName=a1b;AccountName=a2b', 'has AccountName twice'],
    ['AccountKey=secret', 'neither AccountName nor FileEndpoint'],
    ['AccountName=acct', 'neither AccountKey nor SharedAccessSignature'],
    ['AccountName=acct;AccountKey=secret;DefaultEndpointsProtocol=ftp', 'neither https nor http'],
    ['AccountName=acct;AccountKey=secret;DefaultEndpointsProtocol=http', 'loopback'],
    ['AccountName=acct;AccountKey=secret;FileEndpoint=http://example.com', 'https'],
    ['AccountName=UPPER;AccountKey=secret', 'accountName must be'],
    [
      'AccountName=acct;AccountKey=secret;FileEndpoint=https://other.file.core.windows.net',
      'belongs to the account "other"',
    ],
    ['UseDevelopmentStorage=false', 'another value than true'],
    ['UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://example.com', 'https'],
  ])('are refused as %j: %s', (text, why) => {
    expect(() => file(text)).toThrow(why);
    expect(() => file(text)).not.toThrow('secret');
  });
});
