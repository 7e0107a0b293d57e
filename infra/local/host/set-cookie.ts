/** How is a cookie written into the header `set-cookie`? RFC 6265, from the worker's wire. */
import type { HttpCookie, Nullable } from './functions-core.js';

const sameSites: Readonly<Record<string, string>> = { lax: 'Lax', strict: 'Strict', explicitNone: 'None' };

/** Writes one cookie; name and value stand encoded, as ASP.NET Core appends them. */
export function cookieHeader(cookie: HttpCookie): string {
  const { name, value = '', sameSite } = cookie;
  const domain = valueOf(cookie.domain);
  const path = valueOf(cookie.path);
  const expires = valueOf(cookie.expires);
  const maxAge = valueOf(cookie.maxAge);
  const site = sameSites[sameSite ?? ''];
  return [
    `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
    ...(expires === undefined ? [] : [`expires=${new Date(expires.seconds * 1000).toUTCString()}`]),
    ...(maxAge === undefined ? [] : [`max-age=${Math.trunc(maxAge)}`]),
    ...(domain === undefined ? [] : [`domain=${domain}`]),
    `path=${path ?? '/'}`,
    ...(valueOf(cookie.secure) === true ? ['secure'] : []),
    ...(site === undefined ? [] : [`samesite=${site}`]),
    ...(valueOf(cookie.httpOnly) === true ? ['httponly'] : []),
  ].join('; ');
}

function valueOf<T>(nullable: Nullable<T> | null | undefined): T | undefined {
  return nullable?.value ?? undefined;
}
