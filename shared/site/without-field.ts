/** What is an object without one of its fields? */

/** A copy without the field: absent is absent, never `undefined`. */
export function withoutField<T extends object, Field extends keyof T>(
  value: T,
  field: Field,
): Omit<T, Field> {
  const kept = Object.entries(value).filter(([name]) => name !== field);
  return Object.fromEntries(kept) as unknown as Omit<T, Field>; // all other fields, taken from the value itself
}
