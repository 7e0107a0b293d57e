/** Which function answers where several could, and who is told that one never will? */
import { expect, test } from '@jest/globals';
import type { RegisteredFunction } from '../../../../infra/local/host/functions-core.js';
import { findRoute, readRoutes, shadowedRoutes } from '../../../../infra/local/host/http-routes.js';

function anHttpFunction(name: string, route: string, methods = ['GET']): RegisteredFunction {
  const trigger = { type: 'httpTrigger', direction: 'in', route, methods };
  return { name, bindings: { request: trigger }, callback: () => undefined };
}

test.each([
  { when: 'its name comes first', names: ['details', 'list'], answers: 'details' },
  { when: 'the literal’s name comes first', names: ['zDetails', 'list'], answers: 'list' },
  { when: 'names differ in case', names: ['Details', 'list'], answers: 'Details' },
])('findRoute takes $answers of a parameter and a literal when $when', ({ names, answers }) => {
  const [wide = '', narrow = ''] = names;
  const routes = readRoutes([anHttpFunction(narrow, 'p/list'), anHttpFunction(wide, 'p/{id}')], 'api');
  expect(findRoute(routes, 'GET', '/api/p/list')?.called.name).toBe(answers);
});

test.each([
  { when: 'the method is another’s', method: 'PUT', path: '/api/p/1', answers: 'write' },
  { when: 'the method is nobody’s', method: 'DELETE', path: '/api/p/1', answers: undefined },
  { when: 'HEAD is asked of a GET', method: 'HEAD', path: '/api/p/1', answers: undefined },
  { when: 'the prefix is missing', method: 'GET', path: '/p/1', answers: undefined },
  { when: 'the constraint isn’t met', method: 'GET', path: '/api/p/x', answers: undefined },
  { when: 'no methods are named', method: 'PATCH', path: '/api/any', answers: 'any' },
])('findRoute answers $answers when $when', ({ method, path, answers }) => {
  const functions = [
    anHttpFunction('read', 'p/{id:int}'),
    anHttpFunction('write', 'p/{id:int}', ['PUT']),
    anHttpFunction('any', '', []),
  ];
  expect(findRoute(readRoutes(functions, 'api'), method, path)?.called.name).toBe(answers);
});

test('readRoutes needs no prefix when host.json empties it', () => {
  const routes = readRoutes([anHttpFunction('read', '/p/{id}')], '');
  expect(findRoute(routes, 'GET', '/p/1')?.params).toEqual({ id: '1' });
});

test.each([
  { when: 'it comes later', names: ['details', 'list'], methods: ['GET'], told: 1 },
  { when: 'it comes first', names: ['zDetails', 'list'], methods: ['GET'], told: 0 },
  { when: 'methods differ', names: ['details', 'list'], methods: ['POST'], told: 0 },
])('shadowedRoutes tells of $told routes when $when', ({ names, methods, told }) => {
  const [wide = '', narrow = ''] = names;
  const routes = readRoutes(
    [anHttpFunction(narrow, 'p/list', methods), anHttpFunction(wide, 'p/{id}')],
    'api',
  );
  expect(shadowedRoutes(routes)).toHaveLength(told);
});
