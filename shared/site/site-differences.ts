/** In which fields do two sites differ? */
import type { Site } from './site.js';

/**
 * Lists the paths of the fields that differ, such as `proxy.ports`, in alphabetical order.
 * An array counts as one field.
 */
export function siteDifferences(a: Site, b: Site): readonly string[] {
  return differences(a, b, '').sort();
}

function differences(a: unknown, b: unknown, path: string): string[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (!isRecord(a) || !isRecord(b)) return [path];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) => differences(a[key], b[key], path === '' ? key : `${path}.${key}`));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
