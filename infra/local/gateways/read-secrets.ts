/** Which PSK does pluto find for a connection? */

/** One line of a secrets file. */
interface Secret {
  readonly ids: readonly string[];
  readonly psk: string;
}

/** Secrets as pluto keeps them in its memory. */
export type Secrets = readonly Secret[];

/** Reads secrets: `: PSK "…"` and `id id : PSK "…"`. */
export function readSecrets(text: string): Secrets {
  return text.split('\n').flatMap((line) => {
    const [, ids, psk] = /^([^#:]*):\s*PSK\s+"([^"]*)"/.exec(line) ?? [];
    if (ids === undefined || psk === undefined) return [];
    return [{ ids: ids.split(/\s+/).filter((id) => id !== ''), psk }];
  });
}

/**
 * Finds the PSK for our id and the peer's: the entry that names more of the two wins, a later one among equals
 * never. An entry that names the peer alone is not found (measured with Libreswan 4.10); one without ids is for all.
 */
export function pskFor(secrets: Secrets, localId: string, remoteId: string): string | undefined {
  let best: { score: number; psk: string } | undefined;
  for (const { ids, psk } of secrets) {
    const score = scoreOf(ids, localId, remoteId);
    if (score !== undefined && score > (best?.score ?? -1)) best = { score, psk };
  }
  return best?.psk;
}

function scoreOf(ids: readonly string[], localId: string, remoteId: string): number | undefined {
  if (ids.length === 0) return 0;
  if (!ids.includes(localId)) return undefined;
  const others = ids.filter((id) => id !== localId);
  if (others.length === 0) return 2;
  if (others.includes(remoteId)) return 4;
  return others.includes('%any') ? 3 : undefined;
}
