/** Does Netdata see and show what it is asked to, and to those alone who were named? */
import { basename } from 'node:path';
import { expect, test } from '@jest/globals';
import { path } from '../../../shared/gateway/paths.js';
import { renderFailClosed } from '../../../shared/gateway/render-fail-closed.js';
import { renderForwarding } from '../../../shared/gateway/render-forwarding.js';
import { renderGatewayFiles } from '../../../shared/gateway/render-gateway-files.js';
import {
  netdataPaths,
  netdataPort as ownPort,
  patternsOf,
  renderNetdataFiles,
} from '../../../shared/gateway/render-netdata.js';
import { renderSetupScript } from '../../../shared/gateway/render-setup-script.js';
import { netdataPort } from '../../../shared/site/netdata.js';
import { aGatewayConfig } from './gateway-cases.js';

const contentOf = (where: string, from: readonly string[]) =>
  renderNetdataFiles(aGatewayConfig({ netdata: { from } })).find((file) => file.path === where)?.content;

test.each([
  { prefix: '10.0.0.0/8', patterns: ['10.*'] },
  { prefix: '10.9.0.0/16', patterns: ['10.9.*'] },
  { prefix: '10.9.8.0/24', patterns: ['10.9.8.*'] },
  { prefix: '10.9.8.7/32', patterns: ['10.9.8.7'] },
  { prefix: '10.9.8.0/23', patterns: ['10.9.8.*', '10.9.9.*'] },
  { prefix: '10.9.8.6/31', patterns: ['10.9.8.6', '10.9.8.7'] },
  // Eight are written down; sixteen become the octet above, and systemd's filter is exact.
  { prefix: '10.9.8.0/29', patterns: [0, 1, 2, 3, 4, 5, 6, 7].map((last) => `10.9.8.${last}`) },
  { prefix: '10.9.8.0/28', patterns: ['10.9.8.*'] },
  { prefix: '10.16.0.0/12', patterns: ['10.*'] },
])('patternsOf $prefix are $patterns', ({ prefix, patterns }) => {
  expect(patternsOf(prefix)).toEqual(patterns);
});

test('what Netdata reads of a line has room for the most that a site may name', () => {
  const from = Array.from({ length: 8 }, (_, index) => `198.151.100.${100 + index * 8}/29`);
  const lines = contentOf(path.netdataConf, from)?.split('\n') ?? [];
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(2048);
});

test('on loopback alone Netdata takes nothing from elsewhere, and needs no NIC', () => {
  expect(contentOf(path.netdataConf, [])).toContain('\tallow connections from = localhost\n');
  expect(contentOf(path.netdataDropIn, [])).toContain('IPAddressDeny=any\nIPAddressAllow=localhost\n');
  expect(contentOf(path.netdataDropIn, [])).not.toContain('ExecStart');
  expect(contentOf(path.netdataAtNic, [])).toBeUndefined();
});

test('with viewers Netdata takes these alone', () => {
  const from = ['10.9.0.0/24', '10.10.0.0/15'];
  expect(contentOf(path.netdataConf, from)).toContain(
    '\tallow connections from = localhost 10.9.0.* 10.10.* 10.11.*\n',
  );
  expect(contentOf(path.netdataDropIn, from)).toContain(
    '\nIPAddressAllow=localhost 10.9.0.0/24 10.10.0.0/15\n',
  );
  expect(contentOf(path.netdataDropIn, from)).toContain(`\nExecStart=\nExecStart=${path.netdataAtNic}\n`);
});

test('everything that is written is taken away again, the drop-in first in and last out', () => {
  const written = renderNetdataFiles(aGatewayConfig({ netdata: { from: ['10.9.0.0/24'] } }));
  const paths = written.map((file) => file.path);
  expect([...paths].sort()).toEqual([...netdataPaths].sort());
  expect([paths[0], netdataPaths.at(-1)]).toEqual([path.netdataDropIn, path.netdataDropIn]);
});

test('no file of Netdata has the name of another, by which a setup tells what changed', () => {
  const names = [...renderGatewayFiles(aGatewayConfig()).map((file) => file.path), ...netdataPaths].map(
    (where) => basename(where),
  );
  expect(new Set(names).size).toBe(names.length);
});

test('a gateway without Netdata is set up with nothing of it but what takes it away', () => {
  expect(renderNetdataFiles(aGatewayConfig())).toEqual([]);
  expect(
    renderGatewayFiles(aGatewayConfig())
      .map((file) => file.path)
      .join(),
  ).not.toContain('netdata');
});

test('only a script that doesn’t bring Netdata takes it away', () => {
  expect(renderSetupScript(aGatewayConfig())).toContain('disable -q --now netdata.service');
  expect(renderSetupScript(aGatewayConfig({ netdata: { from: [] } }))).not.toContain('disable -q --now');
});

test('what leads packets is the same with and without Netdata', () => {
  const watched = aGatewayConfig({ netdata: { from: ['10.9.0.0/24'] } });
  expect(renderForwarding(watched)).toBe(renderForwarding(aGatewayConfig()));
  expect(renderFailClosed(watched)).toBe(renderFailClosed(aGatewayConfig()));
});

test('what is opened for Netdata is where it listens', () => {
  expect(netdataPort).toBe(ownPort);
});
