/** Are the limits of an hour and of the gateway where they are said to be? */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RateLimits } from '../../../../infra/local/zscaler/rate-limits.js';
import { JumpClock } from '../../../shared/zscaler/jump-clock.js';

let clock: JumpClock;
beforeEach(() => {
  clock = new JumpClock();
});
afterEach(() => clock.putBack());

test.each([
  { verb: 'read', perHour: 1000 },
  { verb: 'write', perHour: 400 },
] as const)('RateLimits takes $perHour calls an hour when the verb is $verb', ({ verb, perHour }) => {
  const limits = new RateLimits();
  for (let call = 0; call < perHour; call++) {
    limits.take(verb);
    clock.advance(1000);
  }
  expect(() => limits.take(verb)).toThrow('429');
  clock.advance(3_600_000 - perHour * 1000);
  expect(() => limits.take(verb)).not.toThrow();
});

test('RateLimits counts down to the end of the minute when calls of OneAPI come', () => {
  const limits = new RateLimits();
  clock.advance(16_000);
  limits.gatewayHeaders();
  clock.advance(3000);
  expect(limits.gatewayHeaders()).toEqual({
    'x-ratelimit-limit': '5000, 5000;w=60',
    'x-ratelimit-remaining': '4998',
    'x-ratelimit-reset': '41',
  });
  clock.advance(41_000);
  expect(limits.gatewayHeaders()['x-ratelimit-remaining']).toBe('4999');
});
