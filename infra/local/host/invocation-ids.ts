/** Which ids are given out? From the seeded source that the host was given, or ones that never were before. */
import { randomUUID } from 'node:crypto';

/** Makes one id after another, in the form of a UUID. */
export type NextId = () => string;

/** @param random from 0 up to 1; without it the ids are unique, and no run is like another */
export function makeIds(random?: () => number): NextId {
  if (random === undefined) return randomUUID;
  const digits = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  return () => `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`;
}
