/** How do reports of gateways reach the app? By a name that always is the same, which leads to wherever the host is. */

/** Name of the app among the gateways. The host's own port would be another in each run, and so the gateways' configuration. */
export const appName = 'app.tunnelkeeper.internal';

/** What gateways are told. */
export const reportsUrl = `http://${appName}/api/gateway-reports`;

/** The way from the gateways to the app. */
export interface WayOfReports {
  /** Says whether a report is over: taken, or refused for good. */
  readonly send: (url: string, report: object) => Promise<boolean>;
  /** Leads it to a host; until then nobody answers, and while reports are lost. */
  leadTo(hostUrl: string, areLost: () => boolean): void;
}

/** Makes it. */
export function wayOfReports(): WayOfReports {
  let base: string | undefined;
  let areLost = () => false;
  return {
    async send(url, report) {
      const { hostname, pathname } = new URL(url);
      if (base === undefined || hostname !== appName || areLost()) return false;
      try {
        const answer = await fetch(`${base}${pathname}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(report),
        });
        await answer.arrayBuffer();
        return answer.status < 500 && answer.status !== 429;
      } catch {
        return false; // a host that is away answers nothing: the agent sends the report again
      }
    },
    leadTo(hostUrl, lost) {
      base = hostUrl;
      areLost = lost;
    },
  };
}
