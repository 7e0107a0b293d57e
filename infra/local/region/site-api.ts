/** How does the region, as any client, speak to the app's API? */

/** A gateway as the API shows it. */
export interface GatewayView {
  readonly slot: string;
  readonly zone: string;
  readonly doing: string;
  readonly since: string;
  readonly because: string;
  readonly publicIp?: string;
  readonly privateIp?: string;
  readonly problem?: ProblemView;
}

/** A problem document. */
export interface ProblemView {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly field?: string;
  readonly mend?: string;
}

/** A site as the API shows it. */
export interface SiteView {
  readonly name: string;
  readonly phase: string;
  readonly phaseSince: string;
  readonly problem?: ProblemView;
  readonly desired: {
    readonly farSide: 'by-hand' | 'zia';
    readonly tunnel: {
      readonly edges: { readonly primary: string; readonly secondary?: string };
      readonly identity: { readonly type: 'ip' } | { readonly type: 'ufqdn'; readonly domain: string };
      readonly psk: { readonly scope: 'site' | 'gateway' | 'tunnel'; readonly secretPrefix?: string };
    };
    readonly proxy: { readonly ports: readonly number[] };
  };
  readonly observed: { readonly frontendIp?: string; readonly gateways: readonly GatewayView[] };
  readonly serving: string;
  /** A rotation in progress. */
  readonly rotation?: { readonly state: string };
  readonly requestedAt: string;
}

/** A line of a timeline. */
export interface TimelineLine {
  readonly at: string;
  readonly gateway?: string;
  readonly reason: string;
  readonly sentence: string;
}

/** The API at a base URL, such as `http://127.0.0.1:7071/api`. */
export class SiteApi {
  constructor(readonly base: string) {}

  /** Requests a site; the answer is what the API said. */
  async request(site: string): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await fetch(`${this.base}/sites`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: site,
    });
    return { status: answer.status, text: await answer.text() };
  }

  async sites(): Promise<readonly SiteView[]> {
    return (await this.#get<{ readonly sites: readonly SiteView[] }>('/sites')).sites;
  }

  site(name: string): Promise<SiteView> {
    return this.#get(`/sites/${name}`);
  }

  /** Oldest first. */
  async timeline(name: string): Promise<readonly TimelineLine[]> {
    const { entries } = await this.#get<{ readonly entries: readonly TimelineLine[] }>(
      `/sites/${name}/timeline`,
    );
    return [...entries].reverse();
  }

  pac(name: string): Promise<string> {
    return fetch(`${this.base}/sites/${name}/proxy.pac`).then((answer) => answer.text());
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.base}${path}`);
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T; // the app's own shapes, held by its tests
  }
}
