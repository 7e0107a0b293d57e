/** Which function answers a path? Route templates of HTTP triggers, tried in the order of the functions' names. */
import type { Binding, RegisteredFunction } from './functions-core.js';
import { isNarrower, matchTemplate, readTemplate, type Template } from './route-template.js';

/** A function that answers requests. */
export interface Route {
  readonly called: RegisteredFunction;
  readonly trigger: Binding;
  readonly template: Template;
}

/** A function that answers a request, and what its template took from the path. */
export interface Match extends Route {
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Reads the routes of all HTTP triggers, in the order in which the real host tries them: by the functions' names, without
 * regard to case, whatever their templates are (azure-functions-host, FunctionMetadataManager.cs and
 * WebScriptHostHttpRoutesManager.cs; its issues 3153 and 9876 ask for another order).
 *
 * @param prefix `extensions.http.routePrefix`; may be empty
 * @throws Error that names a route which can't be read
 */
export function readRoutes(functions: Iterable<RegisteredFunction>, prefix: string): readonly Route[] {
  return [...functions]
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .flatMap((called) => {
      const trigger = httpTriggerOf(called);
      if (trigger === undefined) return [];
      return [{ called, trigger, template: readTemplate(joined(prefix, routeOf(called, trigger))) }];
    });
}

/** Finds the function for a method and path; none for a method that its trigger doesn't name, which is answered 404 too. */
export function findRoute(routes: readonly Route[], method: string, path: string): Match | undefined {
  for (const route of routes) {
    if (!takesMethod(route.trigger, method)) continue;
    const params = matchTemplate(route.template, path);
    if (params !== undefined) return { ...route, params };
  }
  return undefined;
}

/** The HTTP trigger of a function, if it has one. */
export function httpTriggerOf({ bindings }: RegisteredFunction): Binding | undefined {
  return Object.values(bindings).find(({ type }) => type === 'httpTrigger');
}

/** A function's route without the prefix; its name unless it says another. */
export function routeOf({ name }: RegisteredFunction, { route }: Binding): string {
  return route === undefined || route.trim() === '' ? name : route;
}

/** A trigger without methods takes all. */
export function takesMethod({ methods }: Binding, method: string): boolean {
  return methods === undefined || methods.length === 0 || methods.includes(method);
}

/** Tells of routes that never answer, because a wider one of a function with an earlier name takes their paths. */
export function shadowedRoutes(routes: readonly Route[]): readonly string[] {
  return routes.flatMap((narrow, index) => {
    const wide = routes
      .slice(0, index)
      .find(
        ({ template, trigger }) =>
          isNarrower(narrow.template, template) && sharesMethod(trigger, narrow.trigger),
      );
    if (wide === undefined) return [];
    return [
      `The route "${routeOf(narrow.called, narrow.trigger)}" of ${narrow.called.name} is taken by "${routeOf(wide.called, wide.trigger)}" of ${wide.called.name}: functions are tried in the order of their names, here as in Azure. Give the wider one a constraint, or ${narrow.called.name} a name that comes first.`,
    ];
  });
}

/** Says whether two triggers take a method in common. */
export function sharesMethod(one: Binding, other: Binding): boolean {
  if (one.methods === undefined || one.methods.length === 0) return true;
  return one.methods.some((method) => takesMethod(other, method));
}

function joined(prefix: string, route: string): string {
  const trimmed = route.replace(/^\//, '');
  return prefix === '' ? trimmed : `${prefix}/${trimmed}`;
}
