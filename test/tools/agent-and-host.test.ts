/** Does the running agent prepare for what Azure's host announces? */
import { expect, test } from '@jest/globals';
import type { GatewayFile } from '../../shared/gateway/gateway-config.js';
import { path } from '../../shared/gateway/paths.js';
import { controlPlane, hostServices, monitor } from './host-services.js';
import { agentTools, runWithAgent } from './running-agent.js';
import { describeWith } from './tools.js';

describeWith('agent and its host', { tools: agentTools, needsRoot: true }, () => {
  test('it leaves the pool for a redeploy, acknowledges in time, and comes back when that is over', () => {
    const said = runWithAgent(
      `becomes 'ok: primary 200'
      announce Redeploy 10; until probe | grep -q 503; do sleep 0.1; done; probe; echo; ask
      until [ -e "$SANDBOX/own/host/posted" ]; do sleep 0.1; done; cat "$SANDBOX/own/host/posted"
      echo '[]' >"$SANDBOX/own/host/events"; becomes 'ok: primary 200'
      wc -l <"$SANDBOX/own/host/posted"; grep '^Drain' "$SANDBOX/own/said"`,
      {},
      undefined,
      hostServices,
    );
    const at = /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/.source;
    expect(said.split('\n')).toEqual([
      'ok: primary 200',
      expect.stringMatching(new RegExp(`^drains: Redeploy at ${at} 503$`)),
      'edge0', // only the balancer keeps connections away
      '{"StartRequests": [{"EventId": "A-1"}]}',
      'ok: primary 200',
      '1',
      expect.stringMatching(new RegExp(`^Drain begun: Redeploy at ${at}\\.$`)),
      'Drain ended: Redeploy is over.',
    ]);
  });

  test('a host that takes a question and never answers changes nothing', () => {
    const said = runWithAgent(
      `becomes 'ok: primary 200'; sleep 2; kill "\${EDGES[0]}"; becomes 'ok: secondary 200'; ask`,
      {},
      undefined,
      `${hostServices}touch "$SANDBOX/own/host/silent"\n`,
    );
    expect(said.split('\n')).toEqual(['ok: primary 200', 'ok: secondary 200', 'edge1']);
  });

  const reports = { url: 'http://127.0.0.1:8200/api/reports?code=a-key', audience: 'api://keeper' };

  test('it reports what has changed, as the machine’s identity', () => {
    const said = runWithAgent(
      `reported 1; kill "\${EDGES[0]}"; becomes 'ok: secondary 200'; reported 2; cat "$SANDBOX/own/reports"
      grep -c 'a-key\\|secret-token' "$SANDBOX/own/said" || true`,
      { reports },
      undefined,
      hostServices + controlPlane,
    );
    const lines = said.split('\n').slice(1);
    expect(lines.at(-1)).toBe('0');
    const prefix = '/api/reports?code=a-key Bearer secret-token-of-the-machine ';
    const told = lines.slice(0, -1).map((line) => {
      expect(line.startsWith(prefix)).toBe(true);
      return JSON.parse(line.slice(prefix.length)) as Record<string, unknown>; // the stand-in wrote it down
    });
    expect(told[0]).toMatchObject({ site: 'berlin', slot: 'berlin-z1-1', probe: 200, route: 'primary' });
    expect(told[0]?.['changes']).toContain('probe gets 200');
    expect(told.at(-1)).toMatchObject({
      route: 'secondary',
      tunnels: [
        { role: 'primary', isUp: false, trouble: 'refused' },
        { role: 'secondary', isUp: true, trouble: null },
      ],
      changes: expect.arrayContaining(['primary is down: refused', 'moved to secondary']),
    });
  });

  test('what is refused is said and not sent again, and a control plane that is dead changes nothing', () => {
    const said = runWithAgent(
      `reported 1; sleep 3; wc -l <"$SANDBOX/own/reports"; kill "$CONTROL"
      kill "\${EDGES[0]}"; becomes 'ok: secondary 200'; ask
      until grep -q "doesn't answer" "$SANDBOX/own/said"; do sleep 0.1; done; grep '^Reports' "$SANDBOX/own/said"`,
      { reports },
      undefined,
      `${hostServices}${controlPlane}echo 403 >"$SANDBOX/own/control"\n`,
    );
    expect(said.split('\n')).toEqual([
      '1',
      'ok: secondary 200',
      'edge1',
      'Reports: the control plane refuses them: 403.',
      expect.stringMatching(/^Reports: the control plane doesn't answer: curl ended with 7: .*\.$/),
    ]);
  });

  /** Its minute lasts two seconds. */
  const hurried = ({ content }: GatewayFile) => content.replace('EVERY_SECONDS = 60', 'EVERY_SECONDS = 2');

  test('Monitor gets each minute’s metrics by TLS, and the token is nowhere but there', () => {
    const said = runWithAgent(
      `becomes 'ok: primary 200'; until [ "$(wc -l <"$SANDBOX/own/metrics")" -gt 8 ]; do sleep 0.1; done
      cat "$SANDBOX/own/metrics"; grep -c 'secret-token' "$SANDBOX/own/said" || true; grep VmRSS "/proc/$AGENT/status"`,
      {},
      hurried,
      hostServices + monitor,
    ).split('\n');
    expect(Number(/VmRSS:\s+(\d+) kB/.exec(said.at(-1) ?? '')?.[1])).toBeLessThan(15 * 1024);
    expect(said.at(-2)).toBe('0');
    const taken = said.slice(1, -2).map((line) => JSON.parse(line) as [string, string, MetricBody]); // the stand-in wrote it
    const machine = 'virtualMachines/vm-berlin-z1-1-g1';
    for (const [path, token] of taken) {
      expect(path).toBe(
        `/subscriptions/0-1/resourceGroups/rg/providers/Microsoft.Compute/${machine}/metrics`,
      );
      expect(token).toBe('Bearer secret-token-of-the-machine');
    }
    const bodies = taken.map(([, , body]) => body.data.baseData);
    expect(bodies.map(({ metric }) => metric)).toEqual(
      expect.arrayContaining(['RequestAnswered', 'RequestMilliseconds', 'TunnelUp', 'Moves', 'Mends']),
    );
    expect(bodies.find(({ metric }) => metric === 'TunnelUp')).toMatchObject({
      namespace: 'Tunnelkeeper',
      dimNames: ['Tunnel'],
      series: [{ dimValues: ['primary'] }, { dimValues: ['secondary'] }],
    });
  });

  test('a Monitor that nobody can reach is said once and changes nothing', () => {
    const said = runWithAgent(
      `becomes 'ok: primary 200'; until grep -q ^Metrics "$SANDBOX/own/said"; do sleep 0.1; done; sleep 4
      kill "\${EDGES[0]}"; becomes 'ok: secondary 200'; ask; grep ^Metrics "$SANDBOX/own/said"`,
      {},
      hurried,
      hostServices,
    );
    expect(said.split('\n')).toEqual([
      'ok: primary 200',
      'ok: secondary 200',
      'edge1',
      expect.stringMatching(/^Metrics: Monitor doesn't answer: curl ended with (6|28): /),
    ]);
  });

  test('a diagnosis is asked for when nothing has been served for a while', () => {
    const soon = ({ content }: GatewayFile) => content.replace('DOWN_SECONDS = 300', 'DOWN_SECONDS = 2');
    const said = runWithAgent(
      `mkdir -p /run/tunnelkeeper; becomes 'ok: primary 200'; [ -e ${path.diagnosisWanted} ] || echo 'not yet'
      kill "\${EDGES[0]}" "\${EDGES[1]}"; until [ -e ${path.diagnosisWanted} ]; do sleep 0.1; done
      rm ${path.diagnosisWanted}; sleep 4; [ -e ${path.diagnosisWanted} ] || echo once`,
      {},
      soon,
    );
    expect(said.split('\n')).toEqual(['ok: primary 200', 'not yet', 'once']);
  });
});

/** As much of a posted metric as is looked at. */
interface MetricBody {
  readonly data: { readonly baseData: { readonly metric: string } };
}
