/** Does a browser that evaluates the PAC file ever go round Zscaler? */
import { expect, test } from '@jest/globals';
import vm from 'node:vm';
import { proxyPac } from '../../../shared/site/proxy-pac.js';

/** Asks the file as a browser does: for a URL and its host. */
function ask(pac: string, url: string): unknown {
  const host = new URL(url).hostname;
  return vm.runInNewContext(`${pac}; FindProxyForURL(${JSON.stringify(url)}, ${JSON.stringify(host)})`);
}

test.each([
  'http://intranet/',
  'https://www.example.com/x?y',
  'http://127.0.0.1/',
  'ftp://10.0.0.1/',
  'http://[::1]/',
])('proxyPac sends %s to the balancer and never goes DIRECT', (url) => {
  expect(ask(proxyPac('10.0.1.4', [9400]), url)).toBe('PROXY 10.0.1.4:9400');
  expect(proxyPac('10.0.1.4', [9400])).not.toMatch(/direct/i);
});

test('proxyPac names the ports in the site’s order', () => {
  expect(ask(proxyPac('10.0.1.4', [10101, 9400]), 'https://example.com/')).toBe(
    'PROXY 10.0.1.4:10101; PROXY 10.0.1.4:9400',
  );
});
