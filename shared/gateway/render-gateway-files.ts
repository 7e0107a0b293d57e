/** Which files lie on a gateway? All of them, secrets excluded. */
import type { GatewayConfig, GatewayFile } from './gateway-config.js';
import { healthResponder } from './health-responder.js';
import { path } from './paths.js';
import { renderFailClosed } from './render-fail-closed.js';
import { renderForwarding } from './render-forwarding.js';
import { renderIpsecConf } from './render-ipsec-conf.js';
import { renderSysctl } from './render-sysctl.js';
import {
  aptConf,
  failClosedUnit,
  forwardingUnit,
  ipsecDropIn,
  needrestartConf,
  networkdConf,
  responderUnit,
} from './render-units.js';
import { tunnelDevice } from './tunnel-device.js';

/** Renders every file in the order in which it should land: what fails closed comes first. */
export function renderGatewayFiles(config: GatewayConfig): readonly GatewayFile[] {
  return [
    ...renderFailClosedFiles(config),
    file(path.networkdConf, networkdConf),
    file(path.aptConf, aptConf),
    file(path.needrestart, needrestartConf),
    file(path.connections, renderIpsecConf(config)),
    file(path.forwarding, renderForwarding(config), '0755'),
    file(path.forwardingUnit, forwardingUnit),
    file(path.config, renderResponderConfig(config)),
    file(path.responder, healthResponder, '0755'),
    file(path.responderUnit, responderUnit),
  ];
}

/** The files that must stand before the first packet: cloud-init writes these, the setup script again. */
export function renderFailClosedFiles(config: GatewayConfig): readonly GatewayFile[] {
  return [
    file(path.sysctl, renderSysctl(config)),
    file(path.failClosed, renderFailClosed(config), '0755'),
    file(path.failClosedUnit, failClosedUnit),
    file(path.ipsecDropIn, ipsecDropIn),
  ];
}

function file(where: string, content: string, mode = '0644'): GatewayFile {
  return { path: where, mode, content };
}

/** Cadence of the checks (architecture.md, Cadence on the gateway): 3 s each, 3 down, 3 up, back after 5 min. */
const cadence = { everySeconds: 3, timeoutSeconds: 3, failuresDown: 3, successesUp: 3, stableSeconds: 300 };

function renderResponderConfig(config: GatewayConfig): string {
  const { site, slot, routing, probePort, proxy, checkHost } = config;
  const tunnels = config.tunnels.map(({ role, edge }) =>
    routing === 'route-based' ? { role, edge, device: tunnelDevice(role).device } : { role, edge },
  );
  const check = { host: checkHost, ...cadence };
  return `${JSON.stringify({ site, slot, routing, probePort, proxy, check, tunnels }, null, 2)}\n`;
}
