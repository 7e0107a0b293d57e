/** Which versions of which secrets has a setup got? The text that its tag `tunnelkeeper-psk` holds. */
import type { SetupIntent } from './intent.js';

/** `<secret>/<version>`, a comma between two; each once, in the order of the tunnels. */
export function pskTag(psk: SetupIntent['psk']): string {
  const all = [psk.primary, psk.secondary].flatMap((secret) => secret ?? []);
  return [...new Set(all.map(({ name, version }) => `${name}/${version}`))].join(',');
}
