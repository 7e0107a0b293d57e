/** Does a request through one tunnel succeed? As the agent asks, from a script. */
import type { GatewayConfig } from './gateway-config.js';

/** Shorter than the agent's 3 s, so that a diagnosis of two dead tunnels ends within its time. */
const limitSeconds = 2;

/**
 * Shell: `carries_request <device>` succeeds when the proxy answers below 500. An empty device leaves the way to the
 * policy. The one that new connections don't take is asked too: curl binds its socket to the device.
 */
export function requestFunction({ proxy, checkHost }: GatewayConfig): string {
  const port = proxy.ports[0] ?? 0;
  return `
carries_request() {
  local bound=()
  [ -z "$1" ] || bound=(--interface "$1")
  case "$(curl -s -o /dev/null -m ${limitSeconds} -w '%{http_code}' --proxy http://${proxy.address}:${port} "\${bound[@]}" http://${checkHost}/vpntest)" in
    2* | 3* | 4*) return 0 ;;
  esac
  return 1
}
`;
}
