import { describe, expect, it } from 'vitest';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';

async function withEntries(version?: string): Promise<ShareRequests> {
  const requests = new ShareRequests(version);
  await requests.createShare();
  for (const name of ['b.txt', 'C.txt', 'd.txt']) await requests.createFile(name, 10);
  for (const name of ['A', 'e']) await requests.createDirectory(name);
  return requests;
}

function names({ text }: Answer): string[] {
  return [...text.matchAll(/<Name[^>]*>([^<]*)/g)].map((match) => match[1] ?? '');
}

function element({ text }: Answer, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
}

const list = '/share?restype=directory&comp=list';

describe('List Directories and Files', () => {
  it('mixes files and directories in the order of their names without regard to case', async () => {
    const requests = await withEntries();
    expect(names(await requests.get(list))).toEqual(['A', 'b.txt', 'C.txt', 'd.txt', 'e']);
  });

  it('writes an empty list, byte by byte', async () => {
    const requests = new ShareRequests();
    await requests.createShare();
    const answer = await requests.get(list);
    expect(answer.text).toBe(
      '\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1:10003/devstoreaccount1/" ShareName="share" DirectoryPath=""><DirectoryId>0</DirectoryId><Entries /><NextMarker /></EnumerationResults>',
    );
    expect(answer.headers.get('content-type')).toBe('application/xml');
  });

  it('writes entries as the service does, with everything it is asked to include', async () => {
    const requests = new ShareRequests();
    await requests.createShare();
    await requests.createDirectory('d');
    const made = await requests.createFile('d/f', 3);
    const answer = await requests.get(
      '/share/d?restype=directory&comp=list&include=Timestamps%2CEtag%2CAttributes%2CPermissionKey',
    );
    const { headers } = made;
    const time = headers.get('x-ms-file-creation-time');
    expect(answer.text).toContain(
      'DirectoryPath="d"><DirectoryId>13835128424026341376</DirectoryId><Entries><File><Name>f</Name>' +
        `<FileId>${headers.get('x-ms-file-id')}</FileId><Properties><Content-Length>3</Content-Length>` +
        `<CreationTime>${time}</CreationTime><LastAccessTime>${time}</LastAccessTime><LastWriteTime>${time}</LastWriteTime>` +
        `<ChangeTime>${time}</ChangeTime><Last-Modified>${headers.get('last-modified')}</Last-Modified>` +
        `<Etag>${headers.get('etag')}</Etag></Properties><Attributes>Archive</Attributes>` +
        `<PermissionKey>${headers.get('x-ms-file-permission-key')}</PermissionKey></File></Entries><NextMarker />`,
    );
  });

  it('leaves ids and times out unless they are asked for or the version always has them', async () => {
    const requests = await withEntries('2019-02-02');
    const entry = '<Directory><Name>A</Name><Properties /></Directory>';
    expect((await requests.get(list)).text).toContain(`DirectoryPath=""><Entries>${entry}`);
    const extended = await requests.send({
      method: 'GET',
      target: list,
      headers: { 'x-ms-file-extended-info': 'true' },
      version: '2020-04-08',
    });
    expect(extended.text).toContain('<DirectoryId>0</DirectoryId>');
  });

  it('goes on with the next page where the last one ended', async () => {
    const requests = await withEntries();
    const first = await requests.get(`${list}&maxresults=2`);
    const marker = element(first, 'NextMarker') ?? '';
    const second = await requests.get(`${list}&maxresults=3&marker=${encodeURIComponent(marker)}`);
    expect(marker).toBe('1!8!Qy50eHQ=');
    expect([names(first), names(second)]).toEqual([
      ['A', 'b.txt'],
      ['C.txt', 'd.txt', 'e'],
    ]);
    expect(second.text).toContain(`<Marker>${marker}</Marker><MaxResults>3</MaxResults>`);
    expect(second.text).toContain('</Entries><NextMarker /></EnumerationResults>');
  });

  it('finds its place again when the entry it was to begin with is gone', async () => {
    const requests = await withEntries();
    const marker = element(await requests.get(`${list}&maxresults=2`), 'NextMarker') ?? '';
    await requests.delete('/share/C.txt');
    const rest = await requests.get(`${list}&marker=${encodeURIComponent(marker)}`);
    expect(names(rest)).toEqual(['d.txt', 'e']);
  });

  it('lists names that begin with a prefix, without regard to case', async () => {
    const requests = await withEntries();
    const answer = await requests.get(`${list}&prefix=c`);
    expect(names(answer)).toEqual(['C.txt']);
    expect(answer.text).toContain('<Prefix>c</Prefix>');
    expect(names(await requests.get(`${list}&prefix=x`))).toEqual([]);
  });

  it('encodes names that XML cannot carry', async () => {
    const requests = new ShareRequests();
    await requests.createShare();
    await requests.createDirectory('d%EF%BF%BE');
    await requests.createFile('d%EF%BF%BE/f%EF%BF%BE1');
    const answer = await requests.get('/share/d%EF%BF%BE?restype=directory&comp=list&prefix=f%EF%BF%BE');
    expect(answer.text).toContain('Encoded="true" DirectoryPath="d%EF%BF%BE">');
    expect(answer.text).toContain('<Prefix Encoded="true">f%EF%BF%BE</Prefix>');
    expect(answer.text).toContain('<Name Encoded="true">f%EF%BF%BE1</Name>');
  });

  it.each(['0', '-1', 'all', '1.5', ''])('refuses %j results', async (maxresults) => {
    const requests = await withEntries();
    const answer = await requests.get(`${list}&maxresults=${maxresults}`);
    expect(`${answer.status} ${answer.code}`).toBe('400 OutOfRangeQueryParameterValue');
  });

  it('gives 5000 results at most', async () => {
    const requests = new ShareRequests();
    await requests.createShare();
    for (let index = 0; index < 5001; index++) await requests.createFile(`f${index}`);
    const answer = await requests.get(`${list}&maxresults=9999999`);
    expect(names(answer)).toHaveLength(5000);
    expect(element(answer, 'NextMarker')).toBeTruthy();
  });

  it.each(['nonsense', '1!3!abcd', '2!4!YWJj', '1!4!****'])('refuses the marker %s', async (marker) => {
    const requests = await withEntries();
    const answer = await requests.get(`${list}&marker=${encodeURIComponent(marker)}`);
    expect(`${answer.status} ${answer.code}`).toBe('400 InvalidContinuationToken');
  });

  it('lists a snapshot as it was', async () => {
    const requests = await withEntries();
    const snapshot =
      (await requests.put('/share?restype=share&comp=snapshot')).headers.get('x-ms-snapshot') ?? '';
    await requests.delete('/share/b.txt');
    const answer = await requests.get(`${list}&sharesnapshot=${encodeURIComponent(snapshot)}`);
    expect(names(answer)).toEqual(['A', 'b.txt', 'C.txt', 'd.txt', 'e']);
    expect(answer.text).toContain(`ShareName="share" ShareSnapshot="${snapshot}" DirectoryPath=""`);
  });
});
