/** Which IPv4 address lies where? */

/** An address as a number. */
export function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** A number as an address. */
export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** First address and size of a prefix; an address alone counts as its /32. */
export function prefixRange(prefix: string): { readonly first: number; readonly size: number } {
  const [address = '', bits = '32'] = prefix.split('/');
  const size = 2 ** (32 - Number(bits));
  return { first: Math.floor(addressNumber(address) / size) * size, size };
}

/** Says whether a prefix holds an address. */
export function contains(prefix: string, address: string): boolean {
  const { first, size } = prefixRange(prefix);
  const value = addressNumber(address);
  return first <= value && value < first + size;
}
