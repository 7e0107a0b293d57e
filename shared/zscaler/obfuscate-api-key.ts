/** How is the tenant's API key sent at a legacy sign-in? Its characters, picked by the digits of the time. */

/** Digits of the timestamp that pick characters. */
const digits = 6;
/** The second half picks two places further. */
const shift = 2;
/** The key must reach to the highest place that can be picked: 9 + 2. */
export const minApiKeyLength = 9 + shift + 1;

/**
 * Obfuscates an API key for one moment.
 *
 * @param apiKey the key as the tenant's administrator sees it, at least 12 characters
 * @param timestamp the same milliseconds since the epoch that the request carries
 * @returns 12 characters; `undefined` for a key that is too short to be one
 *
 * Source: Zscaler, 'Getting Started', the obfuscation that its samples show.
 */
export function obfuscateApiKey(apiKey: string, timestamp: number): string | undefined {
  if (apiKey.length < minApiKeyLength) return undefined;
  const high = String(timestamp).slice(-digits);
  const low = String(Number(high) >> 1).padStart(digits, '0');
  const first = Array.from(high, (digit) => apiKey.charAt(Number(digit)));
  const second = Array.from(low, (digit) => apiKey.charAt(Number(digit) + shift));
  return [...first, ...second].join('');
}
