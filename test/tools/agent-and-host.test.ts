/** Does the running agent prepare for what Azure's host announces? */
import { expect, test } from '@jest/globals';
import { hostServices } from './host-services.js';
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
});
