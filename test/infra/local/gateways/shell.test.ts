/** Does the model's shell do what bash does? Every snippet is run by both. */
import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { parseShell } from '../../../../infra/local/gateways/shell/parse.js';
import { runShell } from '../../../../infra/local/gateways/shell/run-shell.js';
import { collector } from '../../../../infra/local/gateways/shell/streams.js';
import { ModelGap } from '../../../../infra/local/gateways/shell/syntax.js';
import type { World } from '../../../../infra/local/gateways/shell/world.js';
import { renderSetupScript } from '../../../../shared/gateway/render-setup-script.js';
import { aConfig, twoTunnels } from './a-world.js';

const environment = { NAME: 'leeds', EMPTY: '', LIST: 'one  two three' };

/** A world without a single command: what is left is the shell's own. */
const emptyWorld: World = {
  command: (name) => Promise.reject(new ModelGap(`The model knows no command ${name}.`)),
  hasCommand: () => false,
  readFile: () => undefined,
  openForWriting: () => () => undefined,
  setUmask: () => undefined,
  isFile: (path) => path === '/etc/passwd',
  complain: () => undefined,
};

async function model(script: string): Promise<{ exitCode: number; stdout: string }> {
  const out = collector();
  const exitCode = await runShell(script, environment, emptyWorld, { out: out.sink, err: () => undefined });
  return { exitCode, stdout: out.text() };
}

function bash(script: string): { exitCode: number; stdout: string } {
  const { status, stdout } = spawnSync('bash', ['-c', script], { env: environment, encoding: 'utf8' });
  return { exitCode: status ?? -1, stdout };
}

const show = `show() { printf '%d:' "$#"; printf '<%s>' "$@"; echo; }`;

test.each([
  // words and fields
  `${show}; show $LIST "$LIST" a"b c"d 'e  f' "" $EMPTY`,
  `${show}; show "$NAME-$LIST" \${NAME}x "a\\"b\\$c" 'it''s' a\\ b`,
  `${show}; show x$LIST y; show "$@" "\${1:-none}"`,
  // parameters
  `echo "\${EMPTY:-d}" "\${EMPTY-d}" "\${NONE:-d}" "\${NONE-$NAME}"`,
  `p=/etc/ipsec.d/tunnelkeeper.conf; echo "\${p##*/}" "\${p%/*}" "\${p#*/}" "\${p%%/ip*}" "\${#p}"`,
  `l='a @X@ b @X@'; v=9; echo "\${l//@X@/$v}" "\${l/@X@/\${NONE:-}}"`,
  `c='"a","b",'; echo "\${c%,}" "\${c:1:3}"`,
  // lists
  `${show}; a=(); a+=("x y"); a+=(z); show "\${a[@]}" ; show "\${a[*]}"; echo "\${#a[@]}"; show "\${a[@]:0:1}"`,
  `${show}; set -u; a=(); show "\${a[@]:0:20}"; echo "[\${a[*]-}]"`,
  `a=(x y z); echo "$(IFS=,; echo "\${a[*]}") \${a[*]}"`,
  `f() { local m=() n=$1; m+=("$n"); echo "\${#m[@]} \${m[*]}"; }; f "a  b"; echo "[\${m:-unset}]"`,
  // arithmetic
  `A=3; echo $((A + 1)) $((10#008)) $((A - 5)) "$((2 + 2))"`,
  // conditions
  `[ "$NAME" = leeds ] && echo yes; [ "$NAME" != leeds ] || echo no; [ -z "$EMPTY" ] && [ -n "$NAME" ] && echo both`,
  `[ 3 -gt 2 ] && [ ! 2 -ge 3 ] && echo numbers; [ -f /etc/passwd ] && echo file; [ -e /none ] || echo none`,
  `[[ "abc123" =~ ^[A-Za-z0-9]{3,8}$ ]] && echo matches; [[ "a b" =~ ^[a-z]$ ]] || echo not; [[ $NAME == l* ]] && echo glob`,
  // structures
  `if [ a = b ]; then echo 1; elif [ a = a ]; then echo 2; else echo 3; fi`,
  `for i in 1 $LIST "a b"; do [ "$i" = two ] && continue; [ "$i" = three ] && break; echo "$i"; done; echo "$i"`,
  `case "x y z" in *" y "*) echo mid ;; *) echo other ;; esac; case b in a | b) echo ab ;; esac`,
  `case "a*c" in "a*c") echo quoted ;; esac; case abc in "a*c") echo wrong ;; a*c) echo glob ;; esac`,
  `n=3; while [ "$n" -gt 0 ]; do echo "$n"; n=$((n - 1)); done; until [ "$n" -ge 2 ]; do n=$((n + 1)); done; echo "$n"`,
  `while IFS= read -r line; do echo "[$line]"; done <<'X'\n  one \\n\n\ntwo $NAME\nX\necho after`,
  `while read -r line; do echo "[$line]"; done <<X\n$NAME \\$5\nX`,
  `{ echo a; echo b; } | while read -r x; do echo "<$x>"; done; (exit 3); echo $?`,
  // functions and their ends
  `f() { return 4; echo never; }; f; echo $?; g() { [ a = b ]; }; g || echo "failed $?"`,
  `f() { local x=1; g; echo "$x"; }; g() { x=2; }; x=0; f; echo "$x"`,
  `f() { shift 2; echo "$# $1"; }; f a b c d`,
  // ends of scripts
  `set -e; false || echo asked; if false; then :; fi; false && echo never; echo here; false; echo never`,
  `set -e; f() { false; echo in; }; f || echo out; f; echo never`,
  `set -o pipefail; false | true; echo $?; ! true; echo $?`,
  `trap 'echo bye' EXIT; echo hi; exit 3`,
  `finish() { trap - EXIT; echo done; exit 5; }; trap 'echo never' EXIT; finish`,
  `trap 'exit 7' EXIT; false`,
  `out=$(echo inner; exit 3) || echo "status $?"; echo "$out"`,
  `if out=$(false); then echo yes; else echo "no $?"; fi; local_out=$(printf 'a\\n\\n'); echo "[$local_out]"`,
  // printf
  `printf '%s=%d\\n' a 1 b 2; printf 'none\\n' x y; printf '"%s",' p q; printf '%s%%\\n' 5; printf '"%s",'`,
  // lines that go on
  `echo a \\\n  b && # a comment\n  echo c ||\n  echo d; echo 'e # f'#g`,
  // redirections
  `echo lost >/dev/null; f() { echo err >&2 2>/dev/null; echo out; }; f 2>/dev/null; { echo x; } >/dev/null 2>&1`.replace(
    'echo err >&2 2>/dev/null; ',
    '',
  ),
])('the model’s shell does what bash does: %s', async (script) => {
  expect(await model(script)).toEqual(bash(script));
});

test('a script ends at an unset variable when that is not allowed', async () => {
  const script = 'set -uo pipefail; echo before; echo "$NONE"; echo never';
  expect(bash(script).stdout).toBe('before\n');
  // bash gives 127 under -c, and 1 when it runs a file, as a run command does.
  expect(await model(script)).toEqual({ exitCode: 1, stdout: 'before\n' });
});

test.each([
  'echo *',
  'echo {a,b}',
  'sleep 1 &',
  'echo `date`',
  'echo ${NAME^^}',
  'f() (',
  "echo 'open",
  'set -x',
  'trap : TERM',
])('the model’s shell says that it does not know: %s', async (script) => {
  await expect(model(script)).rejects.toThrow(ModelGap);
});

// The head of the script is its functions: bash runs them with the same words.
const head = renderSetupScript(aConfig({ tunnels: twoTunnels })).split('\n[[ "${TK_PSK_PRIMARY')[0] ?? '';

test.each([
  `CHANGED=(a.conf "b c"); TUNNELS='{"primary":{"state":"up","seconds":2}}'; PROBE=200; finish true '' ''`,
  `fail edge-silent "Check the edge's name."`,
  `has_changed x y && echo wrong; CHANGED+=(y); has_changed x y && echo right; true`,
  `explain '003 "primary" #20: IKE_AUTH response rejected Child SA with NO_PROPOSAL_CHOSEN'`,
  `explain 'nothing that is known'`,
  `nothing=$(false); exit 9`,
])('rendered functions end alike in the model and in bash: %s', async (tail) => {
  const script = `${head.replace(/^umask .*$/m, '')}\n${tail}\n`;
  const ofBash = bash(script);
  expect(ofBash.stdout).not.toBe('');
  expect(await model(script)).toEqual(ofBash);
});

test('the whole script is read without a gap', () => {
  for (const routing of ['route-based', 'policy-based'] as const)
    expect(parseShell(renderSetupScript(aConfig({ routing }))).length).toBeGreaterThan(20);
});
