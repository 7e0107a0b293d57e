/** Where does a secret stand in a text, in whatever encoding it may have got there? */

/** Every way in which a value is looked for. */
export function encodingsOf(secret: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(secret);
  const base64At = (shift: number) => {
    // Letters that hold bits of neighbours too are left out at both ends.
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  };
  return new Map([
    ['plain', secret],
    ['base64', base64At(0)],
    ['base64 after one byte', base64At(1)],
    ['base64 after two bytes', base64At(2)],
    ['hex', bytes.toString('hex')],
    ['percent', [...bytes].map((byte) => `%${byte.toString(16)}`).join('')],
    ['UTF-16', Array.from(secret).join('\u0000')],
    [
      'JSON escapes',
      Array.from(secret)
        .map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join(''),
    ],
    ['reversed', Array.from(secret).reverse().join('')],
  ]);
}

/** Names of the encodings in which a secret stands in a text; upper and lower case count as one. */
export function sightings(text: string, secret: string): readonly string[] {
  const lower = text.toLowerCase();
  return [...encodingsOf(secret)].flatMap(([name, encoded]) =>
    lower.includes(encoded.toLowerCase()) ? [name] : [],
  );
}
