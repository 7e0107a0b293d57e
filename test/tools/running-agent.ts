/** How does a test watch the real agent at work? In a small network of its own, as its unit starts it. */
import { expect } from '@jest/globals';
import type { GatewayConfig, GatewayFile } from '../../shared/gateway/gateway-config.js';
import { path } from '../../shared/gateway/paths.js';
import { renderGatewayFiles } from '../../shared/gateway/render-gateway-files.js';
import { aGatewayConfig } from '../shared/gateway/gateway-cases.js';
import { inSandbox } from './sandbox.js';
import { smallNetwork } from './small-network.js';

/** What it needs on the machine. */
export const agentTools = ['python3', 'ip', 'iptables', 'curl', 'setpriv'];

/** Debian's, wherever another one stands before it in the PATH. */
export const python = '/usr/bin/python3';

/** The rendered files, with a cadence that doesn't hold up a test. */
function filesInAHurry(difference: Partial<GatewayConfig>): readonly GatewayFile[] {
  return renderGatewayFiles(aGatewayConfig(difference)).map((file) =>
    file.path === path.config
      ? {
          ...file,
          content: file.content
            .replace('"everySeconds": 3', '"everySeconds": 0.1')
            .replace('"timeoutSeconds": 3', '"timeoutSeconds": 0.3')
            .replace('"initiateAfterSeconds": 3', '"initiateAfterSeconds": 0.2')
            .replace('"reconnectAfterSeconds": 20', '"reconnectAfterSeconds": 2')
            .replace('"restartAfterSeconds": 40', '"restartAfterSeconds": 4')
            .replace('"settleSeconds": 15', '"settleSeconds": 1')
            .replace('"afterStartSeconds": 30', '"afterStartSeconds": 1'),
        }
      : file,
  );
}

/** Shell: the scripts have run, and the agent runs as its unit has it: root with two capabilities. */
const started = `add_edge 0; add_edge 1; ${path.failClosed}; ${path.forwarding}
probe() { curl -s -m 5 -w ' %{http_code}' http://127.0.0.1:8100/ | tr -d '\\n'; }
becomes() { # <answer>
  local _
  for _ in $(seq 200); do
    [ "$(probe)" = "$1" ] && { echo "$1"; return 0; }
    sleep 0.1
  done
  probe; echo " instead of $1"
}
export PATH="$SANDBOX/own/bin:$PATH"
setpriv --no-new-privs --inh-caps -all --bounding-set -all,+net_raw,+net_admin \\
  ${python} -IB ${path.agent} ${path.config} >"$SANDBOX/own/said" 2>&1 &
AGENT=$!
`;

/**
 * Gives what a script says that runs after the agent was started; `before` runs before that. `plant` changes files, so
 * that a test can show that it finds what is missing.
 */
export function runWithAgent(
  script: string,
  difference: Partial<GatewayConfig> = {},
  plant = (file: GatewayFile) => file.content,
  before = '',
): string {
  const files = filesInAHurry(difference).map((file) => ({ ...file, content: plant(file) }));
  const { status, stdout, stderr } = inSandbox(files, smallNetwork + before + started + script);
  if (status !== 0) throw new Error(`The script ended with ${String(status)}.\n${stdout}\n${stderr}`);
  expect(stdout + stderr).not.toContain('Traceback');
  return stdout.trim();
}
