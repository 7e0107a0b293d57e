/** How long is a time span of .NET, such as `00:05:00` or `1.12:00:00`? */

/**
 * Reads `[-][d.]hh:mm[:ss[.fffffff]]`, the forms that settings use; a bare number means days, as in .NET.
 *
 * @returns milliseconds; `undefined` when the text is no time span
 */
export function readTimeSpan(text: string): number | undefined {
  const [, sign, days = '0', hours, minutes = '0', seconds = '0'] =
    /^(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2}(?:\.\d{1,7})?))?$/.exec(text.trim()) ?? [];
  const [, onlySign, onlyDays] = /^(-)?(\d+)$/.exec(text.trim()) ?? [];
  if (onlyDays !== undefined) return (onlySign === undefined ? 1 : -1) * Number(onlyDays) * dayMs;
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) >= 60)
    return undefined;
  const ms = Number(days) * dayMs + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return (sign === undefined ? 1 : -1) * ms;
}

/** Writes it as .NET does: `00:05:00`, `1.00:00:00`. */
export function writeTimeSpan(ms: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  const days = Math.floor(seconds / 86400);
  const rest = ms % 1000;
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map(two)
    .join(':');
  return `${days === 0 ? '' : `${days}.`}${clock}${rest === 0 ? '' : `.${String(rest).padStart(3, '0')}0000`}`;
}

const dayMs = 24 * 3600 * 1000;
