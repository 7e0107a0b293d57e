/** What does an operator publish to browsers? A PAC file that names the balancer, and never DIRECT. */

/**
 * Renders `proxy.pac`: the balancer's address with the site's ports in their order. Without `DIRECT`, a browser
 * that reaches no gateway fails instead of going round Zscaler.
 *
 * @param frontendIp private address of the balancer
 */
export function proxyPac(frontendIp: string, ports: readonly number[]): string {
  const answer = ports.map((port) => `PROXY ${frontendIp}:${port}`).join('; ');
  return `function FindProxyForURL(url, host) {\n  return '${answer}';\n}\n`;
}
