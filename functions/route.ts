/** How is a route registered? With its role, and the key or token that it asks for. */
import {
  app,
  type HttpMethod,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions';
import * as df from 'durable-functions';
import { asksForTokens } from '../shared/azure/settings.js';
import { answering, problemAnswer, type Handler } from './answer.js';
import { authorize } from './authorize.js';
import type { Role } from './caller.js';
import type { Asker } from './site-requests.js';

/** Answers one route for somebody who may ask. */
export type AskedHandler = (
  request: HttpRequest,
  context: InvocationContext,
  asker: Asker,
) => Promise<HttpResponseInit>;

/** One route of the API. */
export interface Route {
  readonly name: string;
  readonly method: HttpMethod;
  readonly route: string;
  readonly role: Role;
  readonly handler: AskedHandler;
}

/** Registers a route. Where tokens are asked for, the app checks them itself, and no function key is needed. */
export function registerRoute({ name, method, route, role, handler }: Route): void {
  app.http(name, {
    authLevel: asksForTokens(process.env) ? 'anonymous' : 'function',
    methods: [method],
    route,
    extraInputs: method === 'GET' ? [] : [df.input.durableClient()],
    handler: answering(asked(role, handler)),
  });
}

/** Lets a handler answer only those who have the role. */
export function asked(role: Role, handler: AskedHandler): Handler {
  return async (request, context) => {
    const asker = await authorize(request, role);
    if (asker.ok) return handler(request, context, asker.value);
    return problemAnswer(asker.problem, asker.problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {});
  };
}
