/** Which function answers a path? Route templates of HTTP triggers. */
import type { Binding, RegisteredFunction } from './functions-core.js';

/** A function that answers a request, and what its template took from the path. */
export interface Match {
  readonly called: RegisteredFunction;
  readonly trigger: Binding;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the function for a method and path; fixed segments win over parameters. */
export function findRoute(
  functions: Iterable<RegisteredFunction>,
  prefix: string,
  method: string,
  path: string,
): Match | undefined {
  const matches = [...functions].flatMap((called) => {
    const trigger = Object.values(called.bindings).find(({ type }) => type === 'httpTrigger');
    if (trigger === undefined || !(trigger.methods ?? []).includes(method)) return [];
    const params = matchTemplate(`${prefix}/${trigger.route ?? called.name}`, path);
    return params === undefined ? [] : [{ called, trigger, params }];
  });
  return matches.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)[0];
}

/** Matches a path against a template such as `api/sites/{name}`; `{name?}` may be absent. */
export function matchTemplate(template: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = template.split('/').filter((part) => part !== '');
  const given = path.split('/').filter((part) => part !== '');
  if (given.length > wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const [, name, optional] = /^\{(\w+)(\?)?\}$/.exec(part) ?? [];
    const value = given[index];
    if (value === undefined) {
      if (optional === undefined) return undefined;
    } else if (name !== undefined) params[name] = decodeURIComponent(value);
    else if (part.toLowerCase() !== value.toLowerCase()) return undefined;
  }
  return params;
}
