import { describe, expect, it } from 'vitest';
import { examineProxies } from '../../../../src/cli/doctor/proxies.js';

const azure = new URL('https://acct.file.core.windows.net/');
const proxy = 'http://user:secret@proxy.test:3128/';

describe('examineProxies', () => {
  it('says so where there is none', () => {
    expect(examineProxies(azure, { HTTPS_PROXY: '', HTTP_PROXY: proxy })).toMatchObject({
      status: 'ok',
      facts: { variables: [] },
    });
  });

  it.each([
    [{ HTTPS_PROXY: proxy }, 'HTTPS_PROXY (proxy.test:3128)'],
    [{ https_proxy: 'proxy.test:3128' }, 'https_proxy (proxy.test:3128)'],
    [{ ALL_PROXY: 'socks5://secret@proxy.test:1080' }, 'ALL_PROXY (proxy.test:1080)'],
    [{ HTTPS_PROXY: ':::' }, 'HTTPS_PROXY'],
    [{ HTTPS_PROXY: proxy, all_proxy: proxy }, 'HTTPS_PROXY (proxy.test:3128), all_proxy (proxy.test:3128)'],
    [{ HTTPS_PROXY: proxy, NO_PROXY: 'other.test, windows.net.evil' }, 'HTTPS_PROXY (proxy.test:3128)'],
  ])('warns of %j, and shows no password', (env, named) => {
    const finding = examineProxies(azure, env);
    expect(finding).toMatchObject({
      status: 'warn',
      message: `${named}: azstore uses no proxy and connects directly`,
      cure: 'this machine must reach acct.file.core.windows.net without the proxy',
    });
    expect(JSON.stringify(finding)).not.toContain('secret');
  });

  it.each([
    '*',
    'acct.file.core.windows.net',
    '.core.windows.net',
    '*.core.windows.net',
    'a.test windows.net:443',
  ])('is at ease where NO_PROXY is %j', (exempt) => {
    expect(examineProxies(azure, { HTTPS_PROXY: proxy, no_proxy: exempt })).toMatchObject({
      status: 'ok',
      message: 'HTTPS_PROXY (proxy.test:3128): not for acct.file.core.windows.net',
    });
  });

  it.each([
    'http://127.0.0.1:10003/a',
    'http://localhost:10003/a',
    'http://a.localhost:1/',
    'http://[::1]:10003/a',
  ])('is at ease with %s, which is this machine', (url) => {
    expect(examineProxies(new URL(url), { HTTP_PROXY: proxy })).toMatchObject({ status: 'ok' });
  });
});
