/** Which addresses does an IPv4 prefix hold? */

/** Reads `a.b.c.d` as an unsigned number; the text is a valid address already. */
function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** First and last address of a valid prefix or single address. */
function rangeOf(prefix: string): Range {
  const [address = '', length = '32'] = prefix.split('/');
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(toNumber(address) / size) * size;
  return { first, last: first + size - 1 };
}

/** Says whether two valid prefixes or addresses share an address. */
export function prefixesOverlap(a: string, b: string): boolean {
  const [left, right] = [rangeOf(a), rangeOf(b)];
  return left.first <= right.last && right.first <= left.last;
}

/** Says whether a valid prefix has host bits set, as 10.0.0.1/8 has. */
export function hasHostBits(prefix: string): boolean {
  const [address = ''] = prefix.split('/');
  return toNumber(address) !== rangeOf(prefix).first;
}

/** Number of addresses in a valid prefix. */
export function addressCount(prefix: string): number {
  const { first, last } = rangeOf(prefix);
  return last - first + 1;
}
