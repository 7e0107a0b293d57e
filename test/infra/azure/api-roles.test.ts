/** Are the app roles of the registration those that the API asks for? */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { textOfFile } from './review-copy.js';

const roles = z
  .array(z.object({ id: z.guid(), value: z.string(), allowedMemberTypes: z.array(z.string()) }))
  .parse(JSON.parse(textOfFile('api-roles.json')));

test('the registration has the roles that the API asks for', () => {
  const asked = /export type Role = ([^;]+);/.exec(readFileSync('functions/caller.ts', 'utf8'))?.[1] ?? '';

  expect(roles.map(({ value }) => value)).toEqual([...asked.matchAll(/'(\w+)'/g)].map(([, name]) => name));
});

test('no two roles have one id', () => {
  expect(new Set(roles.map(({ id }) => id)).size).toBe(roles.length);
});

test.each(['AlertSender', 'GatewayReporter'])('no person can be given the role %s', (name) => {
  expect(roles.find(({ value }) => value === name)?.allowedMemberTypes).toEqual(['Application']);
});
