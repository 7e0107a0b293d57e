/** What is drawn by chance? */

/** Gives numbers from 0 to below 1. */
export type Random = () => number;

/** So many hexadecimal digits. */
export function hexadecimal(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
}
