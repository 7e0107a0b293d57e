/** Is a `[ … ]` or a `[[ … ]]` true? */
import { expandPieces, expandText, type Surroundings } from './expand.js';
import { matchesPattern } from './pattern.js';
import { ModelGap, type Word } from './syntax.js';
import type { World } from './world.js';

/** Judges the words of `[ … ]`. */
export function testWords(words: readonly string[], world: Pick<World, 'isFile'>): boolean {
  const [first, second, third] = words;
  if (first === '!') return !testWords(words.slice(1), world);
  if (words.length === 0 || first === undefined) return false;
  if (words.length === 1) return first !== '';
  if (words.length === 2 && second !== undefined) return testOne(first, second, world);
  if (words.length === 3 && second !== undefined && third !== undefined) return testTwo(first, second, third);
  throw new ModelGap(`The model cannot judge [ ${words.join(' ')} ].`);
}

/** Judges the words of `[[ … ]]`, which aren't split and may match patterns. */
export async function testCondition(
  words: readonly Word[],
  around: Surroundings & { world: World },
): Promise<boolean> {
  const texts: string[] = [];
  for (const word of words) texts.push(await expandText(word, around));
  const [left = '', operator] = texts;
  const [, , right] = words;
  if (right !== undefined && words.length === 3) {
    if (operator === '=~') return new RegExp(texts[2] ?? '').test(left);
    if (operator === '==' || operator === '=') return matchesPattern(left, await expandPieces(right, around));
    if (operator === '!=') return !matchesPattern(left, await expandPieces(right, around));
  }
  return testWords(texts, around.world);
}

function testOne(operator: string, operand: string, world: Pick<World, 'isFile'>): boolean {
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-e':
    case '-f':
    case '-r':
    case '-s':
    case '-x':
      return world.isFile(operand);
    default:
      throw new ModelGap(`The model cannot judge ${operator}.`);
  }
}

function testTwo(left: string, operator: string, right: string): boolean {
  const [a, b] = [Number(left), Number(right)];
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '-eq':
      return a === b;
    case '-ne':
      return a !== b;
    case '-lt':
      return a < b;
    case '-le':
      return a <= b;
    case '-gt':
      return a > b;
    case '-ge':
      return a >= b;
    default:
      throw new ModelGap(`The model cannot judge ${operator}.`);
  }
}
