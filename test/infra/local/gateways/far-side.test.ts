/** What does the far side accept, which PSK does pluto find, and what does the agent need? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { isWithin } from '../../../../infra/local/gateways/firewall.js';
import { readCloudInit } from '../../../../infra/local/gateways/read-cloud-init.js';
import { readRule } from '../../../../infra/local/gateways/read-rule.js';
import { pskFor, readSecrets } from '../../../../infra/local/gateways/read-secrets.js';
import { ServiceEdges, type EdgeSpec } from '../../../../infra/local/gateways/service-edges.js';
import type { GatewayConfig } from '../../../../shared/gateway/gateway-config.js';
import { parseSetupResult } from '../../../../shared/gateway/parse-setup-result.js';
import { aWorld, edgeOne, edgeTwo, pass, twoTunnels } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

test.each<{
  when: string;
  edge: Partial<EdgeSpec>;
  config: Partial<GatewayConfig>;
  reason: string | undefined;
}>([
  {
    when: 'the edge takes 0.0.0.0/0 alone and the gateway is policy-based',
    edge: { selectors: 'everything' },
    config: { routing: 'policy-based' },
    reason: 'selectors-refused',
  },
  {
    when: 'the edge takes 0.0.0.0/0 alone and the gateway is route-based',
    edge: { selectors: 'everything' },
    config: {},
    reason: undefined,
  },
  {
    when: 'AES is not subscribed to',
    edge: {},
    config: { esp: 'aes256-sha2_256' },
    reason: 'esp-proposal-refused',
  },
  {
    when: 'AES is subscribed to',
    edge: { esp: ['null-md5', 'aes256-sha2_256'] },
    config: { esp: 'aes256-sha2_256' },
    reason: undefined,
  },
  {
    when: 'the edge has another IKE list',
    edge: { ike: ['aes256-sha1;dh14'] },
    config: {},
    reason: 'ike-proposal-refused',
  },
])('setup ends with reason $reason when $when', async ({ edge, config, reason }) => {
  const world = aWorld({ config, edges: [{ name: 'one', address: edgeOne, ...edge }] });
  const result = parseSetupResult((await world.setUp()).stdout);
  expect(result?.reason).toBe(reason);
  expect(result?.ok).toBe(reason === undefined);
});

test.each([
  { secrets: ': PSK "forall"', local: 'a', remote: 'b', found: 'forall' },
  { secrets: 'a b : PSK "both"\n: PSK "forall"', local: 'a', remote: 'b', found: 'both' },
  { secrets: ': PSK "forall"\na b : PSK "both"', local: 'a', remote: 'b', found: 'both' },
  { secrets: 'b : PSK "peeralone"', local: 'a', remote: 'b', found: undefined },
  { secrets: 'a : PSK "ouralone"', local: 'a', remote: 'b', found: 'ouralone' },
  { secrets: 'a %any : PSK "any"\na c : PSK "other"', local: 'a', remote: 'b', found: 'any' },
  { secrets: 'a c : PSK "other"', local: 'a', remote: 'b', found: undefined },
  { secrets: '# : PSK "comment"', local: 'a', remote: 'b', found: undefined },
])('pluto finds $found among: $secrets', ({ secrets, local, remote, found }) => {
  expect(pskFor(readSecrets(secrets), local, remote)).toBe(found);
});

test.each([
  { address: '10.0.255.255', prefix: '10.0.0.0/16', within: true },
  { address: '10.1.0.0', prefix: '10.0.0.0/16', within: false },
  { address: '203.0.113.5', prefix: '203.0.113.5', within: true },
  { address: '203.0.113.6', prefix: '203.0.113.5/32', within: false },
  { address: '255.255.255.255', prefix: '0.0.0.0/0', within: true },
])('$address is within $prefix: $within', ({ address, prefix, within }) => {
  expect(isWithin(address, prefix)).toBe(within);
});

test('a rule with an option that the model does not know is refused', () => {
  expect(() => readRule(['-m', 'time', '--timestart', '10:00', '-j', 'DROP'])).toThrow('--timestart');
  expect(() => readRule(['!', '-s', '10.0.0.0/8', '-j', 'DROP'])).toThrow('! -s');
});

test('custom data that is not cloud-config asks for nothing, and an unknown key is refused', () => {
  expect(readCloudInit('#!/bin/sh\nreboot\n')).toEqual({ files: [], packages: [], commands: [] });
  expect(() => readCloudInit('#cloud-config\nbootcmd:\n  - [ls]\n')).toThrow('bootcmd');
});

test('an edge that nobody knows cannot be troubled', () => {
  expect(() => new ServiceEdges([]).trouble('one', { down: true })).toThrow('no edge one');
});

test('the agent answers when only root may read what it is told', async () => {
  // An earlier unit had a user of its own, whom a umask of 077 closed the folder to.
  const world = aWorld({ spoilScript: (script) => script.replace(/^umask 022$/m, 'umask 077') });
  expect(world.script).toContain('umask 077');
  const end = await world.setUp();
  expect(parseSetupResult(end.stdout)).toMatchObject({ ok: true, probe: 200 });
});

test('the agent never answers when a module of it is missing', async () => {
  const spoil = (script: string) => script.replaceAll('agent/__main__.py', 'agent/__main__.pyc');
  const world = aWorld({ spoilScript: spoil });
  const end = await world.setUp();
  expect(parseSetupResult(end.stdout)).toMatchObject({ ok: false, reason: 'proxy-silent', probe: 0 });
  expect(await world.probe()).toBeUndefined();
});

test('new connections stay on a dead tunnel when the agent may not set routes', async () => {
  const world = aWorld({
    config: { tunnels: twoTunnels },
    edges: [
      { name: 'one', address: edgeOne },
      { name: 'two', address: edgeTwo },
    ],
    spoilScript: (script) => script.replaceAll(' CAP_NET_ADMIN', ''),
  });
  await world.setUp();
  world.edges.trouble('one', { down: true });
  await pass(60);
  expect(await world.ask()).toMatchObject({ kind: 'dropped' });
  expect(await world.probe()).toBe(503);
});
