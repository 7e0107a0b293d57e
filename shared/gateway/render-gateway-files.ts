/** Which files lie on a gateway? All of them, secrets excluded. */
import { agentFiles } from './agent-files.js';
import type { GatewayConfig, GatewayFile } from './gateway-config.js';
import { path } from './paths.js';
import { renderEdgeNames } from './render-edge-names.js';
import { renderFailClosed } from './render-fail-closed.js';
import { renderForwarding } from './render-forwarding.js';
import { renderIpsecConf } from './render-ipsec-conf.js';
import { renderSysctl } from './render-sysctl.js';
import {
  agentUnit,
  aptConf,
  diagnosisPath,
  diagnosisUnit,
  edgeNamesDropIn,
  edgeNamesTimer,
  edgeNamesUnit,
  failClosedUnit,
  forwardingUnit,
  ipsecDropIn,
  needrestartConf,
  networkdConf,
} from './render-units.js';
import { nudgeMark, tunnelDevice } from './tunnel-device.js';

/** Renders every file in the order in which it should land: what fails closed comes first. */
export function renderGatewayFiles(config: GatewayConfig): readonly GatewayFile[] {
  return [
    ...renderFailClosedFiles(config),
    file(path.networkdConf, networkdConf),
    file(path.aptConf, aptConf),
    file(path.needrestart, needrestartConf),
    file(path.edgeNames, renderEdgeNames(config), '0755'),
    file(path.edgeNamesDropIn, edgeNamesDropIn),
    file(path.edgeNamesUnit, edgeNamesUnit),
    file(path.edgeNamesTimer, edgeNamesTimer),
    file(path.connections, renderIpsecConf(config)),
    file(path.forwarding, renderForwarding(config), '0755'),
    file(path.forwardingUnit, forwardingUnit),
    file(path.config, renderAgentConfig(config), '0600'), // the URL of reports may hold a key
    ...Object.entries(agentFiles).map(([name, content]) => file(`${path.agent}/${name}`, content)),
    file(path.agentUnit, agentUnit),
    file(path.command, operatorCommand, '0755'),
    file(path.diagnosisUnit, diagnosisUnit),
    file(path.diagnosisPath, diagnosisPath),
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

/** What an operator types on a gateway. */
const operatorCommand = `#!/bin/sh
# Says how this gateway does: tk-gateway status, or all that there is to look at: tk-gateway diagnose
exec /usr/bin/python3 -IB ${path.agent} "$@"
`;

function file(where: string, content: string, mode = '0644'): GatewayFile {
  return { path: where, mode, content };
}

/** Cadence of the checks (architecture.md, Cadence on the gateway): 3 s each, 3 down, 3 up, back after 5 min. */
const cadence = { everySeconds: 3, timeoutSeconds: 3, failuresDown: 3, successesUp: 3, stableSeconds: 300 };

/**
 * What is mended on the spot (architecture.md, Cadence on the gateway). A child SA is asked for at the second look that
 * misses it; a mend has `settleSeconds` to work before the next one; the pause between two of a kind begins with
 * `pauseSeconds` and doubles. In the first `afterStartSeconds` pluto brings its tunnels up itself: it takes up to 8 s
 * to start in the lab, and 16 s for an attempt at a silent edge.
 */
const mend = {
  ...{ initiateAfterSeconds: 3, reconnectAfterSeconds: 20, restartAfterSeconds: 40 },
  ...{ settleSeconds: 15, afterStartSeconds: 30, perHour: 3, pauseSeconds: 60 },
};

function renderAgentConfig(config: GatewayConfig): string {
  const { site, slot, routing, probePort, proxy, checkHost, reports } = config;
  const tunnels = config.tunnels.map(({ role, edge }) => {
    const { device, table, flowMark, rulePreference } = tunnelDevice(role);
    return routing === 'route-based'
      ? { role, edge, device, table, flowMark, rulePreference }
      : { role, edge };
  });
  const check = { host: checkHost, ...cadence };
  const told = { site, slot, routing, probePort, nudgeMark, proxy, check, mend, reports, tunnels };
  return `${JSON.stringify(told, null, 2)}\n`;
}
