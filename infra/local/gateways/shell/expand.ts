/** What does a word become? Parameters, substitutions, and the fields that unquoted ones are split into. */
import { evaluate } from './arithmetic.js';
import { patternSource, type PatternPiece } from './pattern.js';
import { ModelGap, type Node, type Parameter, type Part, type Word } from './syntax.js';
import type { Value } from './variables.js';

/** What expansion needs of the shell around it. */
export interface Surroundings {
  /** A variable's or special parameter's value; `undefined` when it is unset. */
  lookUp(name: string): Value | undefined;
  /** Output of commands, run in a subshell, without its line ends. */
  substitute(body: readonly Node[]): Promise<string>;
  /** Ends the script when unset variables aren't allowed. */
  refuseUnset(name: string): void;
}

/** Expands words into fields. */
export async function expandFields(words: readonly Word[], around: Surroundings): Promise<readonly string[]> {
  const all: string[] = [];
  for (const word of words) all.push(...(await fieldsOf(word, around)));
  return all;
}

/** Expands a word into one text, as in an assignment. */
export async function expandText(word: Word, around: Surroundings): Promise<string> {
  return (await expandPieces(word, around)).map(({ text }) => text).join('');
}

/** Expands a word into pieces of a pattern. */
export async function expandPieces(word: Word, around: Surroundings): Promise<readonly PatternPiece[]> {
  const pieces: PatternPiece[] = [];
  for (const part of word) {
    const values = await valuesOf(part, around);
    pieces.push({ text: values.join(part.quoted ? separator(part, around) : ' '), quoted: part.quoted });
  }
  return pieces;
}

async function fieldsOf(word: Word, around: Surroundings): Promise<readonly string[]> {
  const fields: string[] = [];
  let current: string | undefined;
  const finish = () => {
    if (current !== undefined) fields.push(current);
    current = undefined;
  };
  for (const part of word) {
    if (part.kind === 'text' && !part.quoted && /[*?]|\{.*,.*\}/.test(part.text))
      throw new ModelGap(`The model lists no files and no braces: ${part.text}`);
    const values = await valuesOf(part, around);
    if (part.kind === 'text') current = `${current ?? ''}${part.text}`;
    else if (part.quoted && isSpread(part)) {
      values.forEach((value, index) => {
        if (index > 0) finish();
        current = `${current ?? ''}${value}`;
      });
      // An empty list leaves nothing of its quotes.
      if (values.length === 0 && word.every((other) => other === part || isEmptyText(other))) return [];
    } else if (part.quoted) current = `${current ?? ''}${values.join(separator(part, around))}`;
    else {
      const text = values.join(' ');
      if (/^\s/.test(text)) finish();
      const pieces = text.split(/\s+/).filter((piece) => piece !== '');
      pieces.forEach((piece, index) => {
        if (index > 0) finish();
        current = `${current ?? ''}${piece}`;
      });
      if (/\s$/.test(text)) finish();
    }
  }
  finish();
  return fields;
}

function isSpread(part: Part): boolean {
  return part.kind === 'parameter' && part.parameter.subscript === '@' && !part.parameter.isLength;
}

function isEmptyText(part: Part): boolean {
  return part.kind === 'text' && part.text === '';
}

/** `"${list[*]}"` is joined by the first character of IFS. */
function separator(part: Part, around: Surroundings): string {
  if (part.kind !== 'parameter' || part.parameter.subscript !== '*') return ' ';
  const separators = around.lookUp('IFS');
  return typeof separators === 'string' ? separators.slice(0, 1) : ' ';
}

async function valuesOf(part: Part, around: Surroundings): Promise<readonly string[]> {
  switch (part.kind) {
    case 'text':
      return [part.text];
    case 'command':
      return [await around.substitute(part.body)];
    case 'arithmetic': {
      const expression = await expandText(part.expression, around);
      return [String(evaluate(expression, (name) => Number(around.lookUp(name) ?? 0)))];
    }
    case 'parameter':
      return parameterValues(part.parameter, around);
  }
}

async function parameterValues(parameter: Parameter, around: Surroundings): Promise<readonly string[]> {
  const { name, subscript, isLength, change } = parameter;
  const value = around.lookUp(name);
  const operator = change?.operator;
  const [first, second] = change?.operands ?? [];
  if (operator === '-' || operator === ':-') {
    const isEmptyList = typeof value === 'object' && value.length === 0;
    const isMissing = value === undefined || isEmptyList || (operator === ':-' && value === '');
    if (isMissing) return [await expandText(first ?? [], around)];
  }
  if (value === undefined && subscript === undefined) around.refuseUnset(name);
  const list = value === undefined ? [] : typeof value === 'string' ? [value] : value;
  const chosen = subscript === undefined ? list.slice(0, 1) : list;
  if (isLength) return [String(subscript === undefined ? (chosen[0] ?? '').length : chosen.length)];
  if (operator === ':') return slice(chosen, subscript !== undefined, await numbers([first, second], around));
  if (operator === undefined || operator === '-' || operator === ':-') return chosen;
  const pieces = await expandPieces(first ?? [], around);
  const replacement = second === undefined ? '' : await expandText(second, around);
  return chosen.map((text) => changed(text, operator, pieces, replacement));
}

async function numbers(
  words: readonly (Word | undefined)[],
  around: Surroundings,
): Promise<readonly (number | undefined)[]> {
  const all: (number | undefined)[] = [];
  for (const word of words) all.push(word === undefined ? undefined : Number(await expandText(word, around)));
  return all;
}

function slice(
  values: readonly string[],
  isList: boolean,
  [from = 0, length]: readonly (number | undefined)[],
): readonly string[] {
  const end = length === undefined ? undefined : from + length;
  return isList ? values.slice(from, end) : values.map((text) => text.slice(from, end));
}

type Cut = '%' | '%%' | '#' | '##' | '//' | '/';

function changed(text: string, operator: Cut, pieces: readonly PatternPiece[], replacement: string): string {
  switch (operator) {
    case '#':
      return text.replace(new RegExp(`^${patternSource(pieces, false)}`, 's'), '');
    case '##':
      return text.replace(new RegExp(`^${patternSource(pieces)}`, 's'), '');
    case '%':
      return text.replace(new RegExp(`(.*)${patternSource(pieces)}$`, 's'), '$1');
    case '%%':
      return text.replace(new RegExp(`^(.*?)${patternSource(pieces)}$`, 's'), '$1');
    case '/':
      return text.replace(new RegExp(patternSource(pieces), 's'), () => replacement);
    case '//':
      return text.replace(new RegExp(patternSource(pieces), 'gs'), () => replacement);
  }
}
