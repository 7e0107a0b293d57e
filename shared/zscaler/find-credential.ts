/** Which of the tenant's credentials has this identity? */
import type { AskZia } from './ask-zia.js';
import { isSameIdentity, nameOf, readCredential } from './vpn-credential.js';
import type { VpnCredential, VpnIdentity } from './vpn-credential.js';
import { maxPages, pageSize } from './zia-limits.js';
import { failed, succeeded, type ZiaOutcome } from './zia-outcome.js';

/**
 * Finds a credential: by ZIA's search first, and if that gives nothing, in all of the type, page by page.
 * The search is documented but not recorded, and 'missing' must not come from a search that works otherwise.
 *
 * @returns the credential, or `credential-missing` when the tenant has none of this identity
 */
export async function findCredential(
  ask: AskZia,
  identity: VpnIdentity,
  signal: AbortSignal | undefined,
): Promise<ZiaOutcome<VpnCredential>> {
  const found = await findInPages(ask, identity, { search: nameOf(identity) }, signal);
  if (!found.ok || found.value !== undefined) return orMissing(identity, found);
  return orMissing(identity, await findInPages(ask, identity, {}, signal));
}

function orMissing(
  identity: VpnIdentity,
  found: ZiaOutcome<VpnCredential | undefined>,
): ZiaOutcome<VpnCredential> {
  if (!found.ok) return found;
  if (found.value !== undefined) return succeeded(found.value);
  const detail = `The tenant has no VPN credential of type ${identity.type} for ${nameOf(identity)}.`;
  return failed({ kind: 'credential-missing', detail, isRetryable: false });
}

async function findInPages(
  ask: AskZia,
  identity: VpnIdentity,
  filter: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<ZiaOutcome<VpnCredential | undefined>> {
  for (let page = 1; page <= maxPages; page++) {
    const query = new URLSearchParams({
      type: identity.type,
      ...filter,
      page: String(page),
      pageSize: String(pageSize),
    });
    const outcome = await ask({ method: 'GET', path: `/vpnCredentials?${query.toString()}`, signal });
    if (!outcome.ok) return outcome;
    if (!Array.isArray(outcome.value)) {
      const detail = 'GET /vpnCredentials was answered with something else than a list.';
      return failed({ kind: 'refused', detail, isRetryable: true });
    }
    const rows: readonly unknown[] = outcome.value;
    const match = rows.map(readCredential).find((one) => one && isSameIdentity(one.identity, identity));
    if (match !== undefined) return succeeded(match);
    if (rows.length < pageSize) break; // no total is told: a page that isn't full is the last (recorded)
  }
  return succeeded(undefined);
}
