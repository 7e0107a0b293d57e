/** May this request call that? Keys by level, from the header `x-functions-key` or the query's `code`. */

/** The keys that a host knows. */
export interface HostKeys {
  /** Opens `function` routes. */
  readonly function: string;
  /** Opens everything: `function` and `admin` routes, and extensions' web hooks. */
  readonly master: string;
  /** Opens the web hooks of extensions: Event Grid's, and the management of instances. Without it they are open. */
  readonly system?: string;
}

/** What a caller has to show. */
export type AccessLevel = 'anonymous' | 'function' | 'admin' | 'system';

/** What of a request says who asks. */
export interface Caller {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query: URLSearchParams;
}

/** One key for every route; web hooks of extensions stay open, as on a developer's machine. */
export function routeKeys(key: string): HostKeys {
  return { function: key, master: key };
}

/**
 * Says whether a request may pass; without keys all may.
 *
 * The header wins over the query: a wrong one isn't mended by a right `code` (azure-functions-host,
 * AuthenticationLevelHandler.cs).
 */
export function isAllowed(
  level: AccessLevel,
  { headers, query }: Caller,
  keys: HostKeys | undefined,
): boolean {
  if (keys === undefined || level === 'anonymous') return true;
  if (level === 'system' && keys.system === undefined) return true;
  const header = headers['x-functions-key'];
  const shown = (typeof header === 'string' ? header : header?.[0]) ?? query.get('code') ?? '';
  if (shown === '') return false;
  if (shown === keys.master) return true;
  switch (level) {
    case 'function':
      return shown === keys.function;
    case 'system':
      return shown === keys.system;
    case 'admin':
      return false;
  }
}

/** Reads `authLevel` of an HTTP trigger; `function` unless it says another (the library's default is `anonymous`). */
export function readAccessLevel(text: string | undefined): AccessLevel | undefined {
  switch (text?.toLowerCase()) {
    case undefined:
    case 'function':
      return 'function';
    case 'anonymous':
      return 'anonymous';
    case 'admin':
      return 'admin';
    default:
      return undefined;
  }
}
