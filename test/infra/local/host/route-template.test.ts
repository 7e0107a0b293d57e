/** Which paths fit which templates, and which templates are refused? */
import { expect, test } from '@jest/globals';
import { isNarrower, matchTemplate, readTemplate } from '../../../../infra/local/host/route-template.js';

test.each([
  { when: 'a literal differs in case alone', template: 'api/Sites', path: '/api/sites', params: {} },
  { when: 'the path ends in a slash', template: 'api/sites', path: '/api/sites/', params: {} },
  { when: 'a segment is empty', template: 'api/{name}', path: '/api//', params: undefined },
  { when: 'a literal differs', template: 'api/sites', path: '/api/site', params: undefined },
  { when: 'a parameter is given', template: 'a/{name}', path: '/a/hq', params: { name: 'hq' } },
  { when: 'a parameter is missing', template: 'a/{name}', path: '/a', params: undefined },
  { when: 'the path is longer', template: 'a/{name}', path: '/a/hq/b', params: undefined },
  { when: 'a value is encoded', template: 'a/{name}', path: '/a/h%20q%C3%A9', params: { name: 'h qé' } },
  { when: 'a slash is encoded', template: 'a/{name}', path: '/a/h%2fq', params: { name: 'h%2fq' } },
  { when: 'an optional one is given', template: 'a/{name?}', path: '/a/hq', params: { name: 'hq' } },
  { when: 'an optional one is missing', template: 'a/{name?}', path: '/a', params: {} },
  { when: 'a default stands in', template: 'a/{name=hq}', path: '/a', params: { name: 'hq' } },
  { when: 'the rest is several segments', template: 'a/{*rest}', path: '/a/b/c', params: { rest: 'b/c' } },
  { when: 'the rest is nothing', template: 'a/{*rest}', path: '/a', params: {} },
  { when: 'the rest has two stars', template: 'a/{**rest}', path: '/a/b/c', params: { rest: 'b/c' } },
  { when: 'there is nothing at all', template: '', path: '/', params: {} },
])('matchTemplate answers as ASP.NET Core when $when', ({ template, path, params }) => {
  expect(matchTemplate(readTemplate(template), path)).toEqual(params);
});

test.each([
  { constraint: 'int', fits: ['0', '-12', '2147483647'], not: ['a', '1.5', '2147483648', '1e3'] },
  { constraint: 'long', fits: ['9223372036854775807'], not: ['9223372036854775808'] },
  { constraint: 'bool', fits: ['true', 'FALSE'], not: ['yes', '1'] },
  { constraint: 'datetime', fits: ['2026-03-01'], not: ['someday'] },
  { constraint: 'decimal', fits: ['49.99'], not: ['4e2', 'x'] },
  { constraint: 'double', fits: ['1.5', '4e2'], not: ['x'] },
  { constraint: 'float', fits: ['-1.5'], not: ['x'] },
  {
    constraint: 'guid',
    fits: ['CD2C1638-1638-72D5-1638-DEADBEEF1638', 'cd2c1638163872d51638deadbeef1638'],
    not: ['cd2c1638'],
  },
  { constraint: 'alpha', fits: ['Rick'], not: ['r1', 'é'] },
  { constraint: 'required', fits: ['x'], not: [] },
  { constraint: 'minlength(4)', fits: ['abcd'], not: ['abc'] },
  { constraint: 'maxlength(3)', fits: ['abc'], not: ['abcd'] },
  { constraint: 'length(3)', fits: ['abc'], not: ['ab', 'abcd'] },
  { constraint: 'length(2,3)', fits: ['ab', 'abc'], not: ['a', 'abcd'] },
  { constraint: 'min(18)', fits: ['18'], not: ['17', 'x'] },
  { constraint: 'max(120)', fits: ['120'], not: ['121'] },
  { constraint: 'range(18,120)', fits: ['18', '120'], not: ['17', '121'] },
  { constraint: 'regex(^\\d{{3}}-[a-z]+$)', fits: ['123-ab', '123-AB'], not: ['12-ab'] },
  { constraint: 'alpha:maxlength(2)', fits: ['ab'], not: ['abc', 'a1'] },
  { constraint: 'int?', fits: ['1', ''], not: ['x'] },
])('matchTemplate lets $constraint take what it allows', ({ constraint, fits, not }) => {
  const template = readTemplate(`a/{x:${constraint}}`);
  const matches = (value: string) => matchTemplate(template, `/a/${encodeURIComponent(value)}`) !== undefined;
  expect(fits.map((value) => [value, matches(value)])).toEqual(fits.map((value) => [value, true]));
  expect(not.map((value) => [value, matches(value)])).toEqual(not.map((value) => [value, false]));
});

test.each([
  { template: 'a/{x:postcode}', why: 'the constraint "postcode" isn\'t known; known are alpha, bool' },
  { template: 'a/{x:toString}', why: 'the constraint "toString" isn\'t known' },
  { template: 'a/{x:length(1,2,3)}', why: 'it takes 1 or 2 whole numbers' },
  { template: 'a/{x:int(3)}', why: 'it takes no arguments' },
  { template: 'a/{x:regex([)}', why: 'Invalid regular expression' },
  { template: 'a/{x}/{X}', why: 'the parameter "X" stands twice' },
  { template: 'a/{*x}/b', why: 'has to be the last segment' },
  { template: 'a/{x?}/b', why: 'is followed by something that may not be absent' },
  { template: 'a/{x}-{y}', why: "segments of several parts aren't served locally" },
  { template: 'a//b', why: 'it has an empty segment' },
  { template: 'a/{}', why: "isn't one parameter" },
  { template: 'a/{x y}', why: 'has no name' },
  { template: 'a/{x=1?}', why: 'has a default' },
])('readTemplate refuses "$template" with the reason', ({ template, why }) => {
  expect(() => readTemplate(template)).toThrow(why);
});

test.each([
  { narrow: 'a/recent', wide: 'a/{id}', is: true },
  { narrow: 'a/recent', wide: 'a/{id:int}', is: false },
  { narrow: 'a/7', wide: 'a/{id:int}', is: true },
  { narrow: 'a/{id}', wide: '{*rest}', is: true },
  { narrow: 'a/b/c', wide: 'a/{*rest}', is: true },
  { narrow: 'a/{id}', wide: 'a/recent', is: false },
  { narrow: 'a/{id}', wide: 'a/{name}', is: false },
  { narrow: 'a/recent', wide: 'b/{id}', is: false },
  { narrow: 'a/recent/x', wide: 'a/{id}', is: false },
])('isNarrower says $is of "$narrow" beside "$wide"', ({ narrow, wide, is }) => {
  expect(isNarrower(readTemplate(narrow), readTemplate(wide))).toBe(is);
});
