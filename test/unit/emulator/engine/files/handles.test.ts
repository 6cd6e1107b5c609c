import { describe, expect, it } from 'vitest';
import { ShareRequests } from '../../../../support/share-requests.js';

async function shareRequests(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  await requests.createDirectory('d');
  await requests.createFile('d/a');
  return requests;
}

const places = ['/share', '/share/', '/share/d', '/share/d/a', '/share/D/A'];
const empty =
  '\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Entries /><NextMarker /></EnumerationResults>';

describe('List Handles', () => {
  it.each(places)('finds none at %s', async (place) => {
    const answer = await (await shareRequests()).get(`${place}?comp=listhandles`, {
      'x-ms-recursive': 'True',
    });
    expect([answer.status, answer.text, answer.headers.has('ETag')]).toEqual([200, empty, false]);
  });

  it('repeats the page size', async () => {
    const answer = await (await shareRequests()).get('/share/d?comp=listhandles&maxresults=7');
    expect(answer.text).toContain('<MaxResults>7</MaxResults><Entries />');
  });

  it('looks into snapshots', async () => {
    const requests = await shareRequests();
    const snapshot = await requests.put('/share?restype=share&comp=snapshot');
    const at = `sharesnapshot=${snapshot.headers.get('x-ms-snapshot')}`;
    expect((await requests.get(`/share/d?comp=listhandles&${at}`)).status).toBe(200);
  });

  it.each([
    ['/share/none?comp=listhandles', {}, 404, 'ResourceNotFound'],
    ['/share/none/a?comp=listhandles', {}, 404, 'ParentNotFound'],
    ['/other?comp=listhandles', {}, 404, 'ShareNotFound'],
    ['/share?comp=listhandles&maxresults=0', {}, 400, 'OutOfRangeQueryParameterValue'],
    ['/share?comp=listhandles&marker=next', {}, 400, 'InvalidQueryParameterValue'],
    ['/share?comp=listhandles', { 'x-ms-recursive': 'maybe' }, 400, 'InvalidHeaderValue'],
  ])('refuses %s %o', async (target, headers, status, code) => {
    const answer = await (await shareRequests()).get(target, headers as Record<string, string>);
    expect([answer.status, answer.code]).toEqual([status, code]);
  });
});

describe('Force Close Handles', () => {
  const counts = ['closed', 'failed'].map((name) => `x-ms-number-of-handles-${name}`);

  it.each(places)('closes none at %s', async (place) => {
    const requests = await shareRequests();
    for (const id of ['*', '21129680188', '18446744073709551615']) {
      const answer = await requests.put(`${place}?comp=forceclosehandles`, { 'x-ms-handle-id': id });
      expect([answer.status, ...counts.map((name) => answer.headers.get(name))]).toEqual([200, '0', '0']);
    }
  });

  it('counts failures since 2019-07-07 only', async () => {
    const requests = await shareRequests();
    const answer = await requests.send({
      method: 'PUT',
      target: '/share/d?comp=forceclosehandles',
      headers: { 'x-ms-handle-id': '*', 'x-ms-recursive': 'true' },
      version: '2018-11-09',
    });
    expect(counts.map((name) => answer.headers.has(name))).toEqual([true, false]);
  });

  it.each([
    [{}, 'MissingRequiredHeader'],
    [{ 'x-ms-handle-id': 'all' }, 'InvalidHeaderValue'],
    [{ 'x-ms-handle-id': '' }, 'InvalidHeaderValue'],
    [{ 'x-ms-handle-id': '18446744073709551616' }, 'InvalidHeaderValue'],
    [{ 'x-ms-handle-id': '*', 'x-ms-recursive': '1' }, 'InvalidHeaderValue'],
  ])('refuses %o', async (headers, code) => {
    const requests = await shareRequests();
    const answer = await requests.put('/share/d?comp=forceclosehandles', headers as Record<string, string>);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });
});
