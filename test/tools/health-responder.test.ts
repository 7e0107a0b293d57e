/** Does the health responder judge, choose and answer as it should, by its functions and as a running program? */
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import type { GatewayFile } from '../../shared/gateway/gateway-config.js';
import { healthResponder } from '../../shared/gateway/health-responder.js';
import { path } from '../../shared/gateway/paths.js';
import { renderGatewayFiles } from '../../shared/gateway/render-gateway-files.js';
import { aGatewayConfig } from '../shared/gateway/gateway-cases.js';
import { inSandbox } from './sandbox.js';
import { smallNetwork } from './small-network.js';
import { describeWith } from './tools.js';

/** Reads the program as a module, without its main, and evaluates an expression in it. */
const evaluator = `import json, sys
space = {"__name__": "responder"}
exec(sys.stdin.read(), space)
print(json.dumps(eval(sys.argv[1], space)))`;

function evaluate(expression: string): unknown {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', evaluator, expression], {
    input: healthResponder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const up = '{"up": True, "checked": True, "successes": 9, "failures": 0, "since": 100}';
const failedOnce = '{"up": False, "checked": False, "successes": 0, "failures": 1, "since": 0}';
const down = '{"up": False, "checked": True, "successes": 0, "failures": 3, "since": 100}';

describeWith('health responder', { tools: ['python3'], needsRoot: false }, () => {
  test.each([
    { when: 'its very first check succeeds', checks: 'y', isUp: true },
    { when: 'nothing has succeeded yet', checks: 'nnnn', isUp: false },
    { when: 'two checks in a row fail', checks: 'ynn', isUp: true },
    { when: 'three checks in a row fail', checks: 'ynnn', isUp: false },
    { when: 'a success interrupts the failures', checks: 'ynnynn', isUp: true },
    { when: 'two checks succeed after it was down', checks: 'ynnnyy', isUp: false },
    { when: 'three checks succeed after it was down', checks: 'ynnnyyy', isUp: true },
    { when: 'a failure interrupts the successes', checks: 'ynnnyyny', isUp: false },
  ])('judge says up: $isUp when $when', ({ checks, isUp }) => {
    const fold = `__import__("functools").reduce(lambda state, check: judge(state, check == "y", 3, 3, 0), "${checks}", NEW)`;
    expect(evaluate(`(${fold})["up"]`)).toBe(isUp);
  });

  test.each([
    { when: 'both are up and the first is in use', states: [up, up], current: 'a', now: 0, chosen: 'a' },
    { when: 'the first is down', states: [down, up], current: 'a', now: 0, chosen: 'b' },
    {
      when: 'no route stands and the second alone is up',
      states: [down, up],
      current: 'x',
      now: 0,
      chosen: 'b',
    },
    { when: 'all are down', states: [down, down], current: 'b', now: 0, chosen: 'b' },
    { when: 'no check of the first has ended yet', states: ['NEW', up], current: 'a', now: 0, chosen: 'a' },
    { when: 'the very first check failed', states: [failedOnce, up], current: 'a', now: 0, chosen: 'b' },
    { when: 'the first is back since 299 s', states: [up, up], current: 'b', now: 399, chosen: 'b' },
    { when: 'the first is back since 300 s', states: [up, up], current: 'b', now: 400, chosen: 'a' },
    {
      when: 'the second fails and the first is just back',
      states: [up, down],
      current: 'b',
      now: 101,
      chosen: 'a',
    },
  ])('new connections take $chosen when $when', ({ states: [a, b], current, now, chosen }) => {
    expect(evaluate(`choose({"a": ${a ?? ''}, "b": ${b ?? ''}}, "${current}", ${now}, 300)`)).toBe(chosen);
  });

  test.each([
    { when: 'the tunnel in use is up', states: [up, down], current: 'a', status: 200 },
    { when: 'only the idle tunnel is up', states: [down, up], current: 'a', status: 503 },
    { when: 'no route stands', states: [up, up], current: 'x', status: 503 },
    { when: 'all are down', states: [down, down], current: 'a', status: 503 },
  ])('the probe gets $status when $when', ({ states: [a, b], current, status }) => {
    const [answered] = evaluate(
      `answer({"a": ${a ?? ''}, "b": ${b ?? ''}}, "${current}")`,
    ) as readonly unknown[]; // a pair
    expect(answered).toBe(status);
  });
});

/** The rendered files, with a cadence that doesn't hold up a test. */
function filesInAHurry(): readonly GatewayFile[] {
  return renderGatewayFiles(aGatewayConfig()).map((file) =>
    file.path === path.config
      ? { ...file, content: file.content.replace('"everySeconds": 3', '"everySeconds": 0.1') }
      : file,
  );
}

const tools = ['python3', 'ip', 'iptables', 'curl', 'setpriv'];

describeWith('running health responder', { tools, needsRoot: true }, () => {
  /** As its unit runs it: another user, with these two capabilities. */
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
setpriv --no-new-privs --reuid nobody --regid nogroup --clear-groups --inh-caps -all,+net_raw,+net_admin \\
  --ambient-caps -all,+net_raw,+net_admin --bounding-set -all,+net_raw,+net_admin \\
  python3 ${path.responder} ${path.config} >"$SANDBOX/own/said" 2>&1 &
`;

  test('the probe is answered, and new connections leave a tunnel whose proxy is silent', () => {
    const { stdout, stderr } = inSandbox(
      filesInAHurry(),
      `${smallNetwork}${started}
      becomes 'ok: primary 200'; ask
      kill "\${EDGES[0]}"; becomes 'ok: secondary 200'; ask; cat "$SANDBOX/own/said"
      kill "\${EDGES[1]}"; until probe | grep 503; do sleep 0.1; done`,
    );
    expect(stderr).not.toContain('Traceback');
    const [first, fromFirst, second, fromSecond, said, last] = stdout.trim().split('\n');
    expect([first, fromFirst]).toEqual(['ok: primary 200', 'edge0']);
    expect([second, fromSecond, said]).toEqual([
      'ok: secondary 200',
      'edge1',
      'New connections take secondary.',
    ]);
    expect(last).toMatch(/^down: primary failed \d+ times, secondary failed \d+ times 503$/);
  });
});
