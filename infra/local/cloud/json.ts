/** How is JSON read whose shape nobody has checked yet? */

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one when it is something else. */
export function asRecord(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}; // a plain object is one
}

/** The value as a list; an empty one when it is something else. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []; // `isArray` leaves any
}

/** The value as text; empty when it is something else. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The `properties` of an ARM resource or of one of its children. */
export function propertiesOf(resource: unknown): Json {
  return asRecord(asRecord(resource)['properties']);
}

/** The `id` of a reference such as `{ "id": "/subscriptions/…" }`, empty when there is none. */
export function referenceOf(value: unknown): string {
  return asText(asRecord(value)['id']);
}

/** A copy without one key. */
export function without(object: Json, key: string): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}
