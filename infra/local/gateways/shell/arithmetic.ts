/** What is `$(( … ))`? Sums and differences of whole numbers. */
import { ModelGap } from './syntax.js';

/** Evaluates an expression; `numberOf` gives a variable's value. */
export function evaluate(expression: string, numberOf: (name: string) => number): number {
  const tokens = expression.match(/\d+#\d+|\d+|[A-Za-z_]\w*|[^\s]/g) ?? [];
  let total = 0;
  let sign = 1;
  for (const token of tokens) {
    if (token === '+') sign = 1;
    else if (token === '-') sign = -1;
    else total += sign * operand(token, numberOf);
  }
  return total;
}

function operand(token: string, numberOf: (name: string) => number): number {
  const [, base, digits] = /^(\d+)#(\d+)$/.exec(token) ?? [];
  if (base !== undefined && digits !== undefined) return Number.parseInt(digits, Number(base));
  if (/^\d+$/.test(token)) return Number(token);
  if (/^[A-Za-z_]\w*$/.test(token)) return numberOf(token);
  throw new ModelGap(`The model cannot calculate with ${token}.`);
}
