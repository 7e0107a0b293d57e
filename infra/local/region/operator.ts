/** Who keeps the far side by hand? The operator: reads the API, and registers each gateway's credential at Zscaler. */
import type { Credential } from '../gateways/service-edges.js';
import type { SiteApi, SiteView } from './site-api.js';

/** What the operator has at hand. */
export interface OperatorTools {
  readonly api: SiteApi;
  /** Value of a secret of the vault. */
  readonly secret: (name: string) => string | undefined;
  readonly register: (credential: Credential) => void;
  /** Seconds between two looks; a person would be slower, and is not what is shown here. */
  readonly everySeconds: number;
}

/** Looks at the sites for ever; ends with the answer's call. */
export function startOperator(tools: OperatorTools): { stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const registered = new Map<string, string>();
  const look = async () => {
    const sites = await tools.api.sites().catch(() => []);
    for (const credential of sites.flatMap((site) => credentialsOf(site, tools.secret))) {
      if (registered.get(credential.identity) === credential.psk) continue;
      registered.set(credential.identity, credential.psk);
      tools.register(credential);
    }
    if (!isStopped) timer = setTimeout(() => void look(), tools.everySeconds * 1000);
  };
  void look();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

function credentialsOf(site: SiteView, secret: OperatorTools['secret']): readonly Credential[] {
  const { identity, psk } = site.desired.tunnel;
  const prefix = psk.secretPrefix ?? `psk-${site.name}`;
  return site.observed.gateways.flatMap(({ slot, publicIp }) => {
    const place = slot.slice(site.name.length + 1);
    const value = secret(
      { site: prefix, gateway: `${prefix}-${place}`, tunnel: `${prefix}-${place}-primary` }[psk.scope],
    );
    if (value === undefined) return [];
    if (identity.type === 'ufqdn') return [{ identity: `${slot}-primary@${identity.domain}`, psk: value }];
    return publicIp === undefined ? [] : [{ identity: publicIp, psk: value }];
  });
}
