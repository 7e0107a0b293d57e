/** Who keeps the far side by hand? The operator: reads the API, and registers each gateway's credential at Zscaler. */
import type { Credential } from '../gateways/service-edges.js';
import type { SiteApi, SiteView } from './site-api.js';

/** What the operator has at hand. */
export interface OperatorTools {
  readonly api: SiteApi;
  /** Newest value of a secret that is enabled. */
  readonly secret: (name: string) => string | undefined;
  /** Whether Zscaler has a credential of this identity. */
  readonly isRegistered: (identity: string) => boolean;
  readonly register: (credential: Credential) => void;
  /** Seconds between two looks; a person would be slower, and is not what is shown here. */
  readonly everySeconds: number;
}

/** Where all sites serve there is hardly anything to register: so many pauses are one. */
const quietPauses = 5;

interface Wanted extends Credential {
  /** The app changes the PSK itself, by Zscaler's API. */
  readonly isKeptByApp: boolean;
}

/** Looks at the sites for ever; ends with the answer's call. */
export function startOperator(tools: OperatorTools): { stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const registered = new Map<string, string>();
  const look = async () => {
    const sites = await tools.api.sites().catch(() => []);
    let isQuiet = sites.every(({ phase }) => phase === 'serving');
    for (const { isKeptByApp, ...credential } of sites.flatMap((site) => credentialsOf(site, tools.secret))) {
      if (registered.get(credential.identity) === credential.psk) continue;
      if (isKeptByApp && tools.isRegistered(credential.identity)) continue;
      isQuiet = false;
      registered.set(credential.identity, credential.psk);
      tools.register(credential);
    }
    const pauseSeconds = tools.everySeconds * (isQuiet ? quietPauses : 1);
    if (!isStopped) timer = setTimeout(() => void look(), pauseSeconds * 1000);
  };
  void look();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

function credentialsOf(site: SiteView, secret: OperatorTools['secret']): readonly Wanted[] {
  const { farSide, tunnel } = site.desired;
  const { identity, psk, edges } = tunnel;
  const prefix = psk.secretPrefix ?? `psk-${site.name}`;
  const roles = edges.secondary === undefined ? ['primary'] : ['primary', 'secondary'];
  return site.observed.gateways.flatMap(({ slot, publicIp }) => {
    const place = slot.slice(site.name.length + 1);
    return (identity.type === 'ufqdn' ? roles : ['primary']).flatMap((role): readonly Wanted[] => {
      const name = { site: prefix, gateway: `${prefix}-${place}`, tunnel: `${prefix}-${place}-${role}` }[
        psk.scope
      ];
      const value = secret(name);
      const known = identity.type === 'ufqdn' ? `${slot}-${role}@${identity.domain}` : publicIp;
      return value === undefined || known === undefined
        ? []
        : [{ identity: known, psk: value, isKeptByApp: farSide === 'zia' }];
    });
  });
}
