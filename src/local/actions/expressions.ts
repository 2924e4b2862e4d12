import { data, Evaluator, type Expr, Lexer, Parser } from '@actions/expressions';
import { TokenType } from '@actions/expressions/lexer';
import { truthy } from '@actions/expressions/result';

/** What a context may hold. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The contexts of one evaluation: `github`, `inputs`, … */
export type Contexts = Readonly<Record<string, Json>>;

/** What `success()`, `failure()` and `cancelled()` answer; `always()` is true. */
export interface Status {
  success: boolean;
  failure: boolean;
  cancelled: boolean;
}

const statusNames = ['success', 'failure', 'cancelled', 'always'] as const;

function statusFunctions(status: Status) {
  const answers = { ...status, always: true };
  return statusNames.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: (): data.BooleanData => new data.BooleanData(answers[name]),
  }));
}

const anyStatus = statusFunctions({ success: true, failure: false, cancelled: false });

/** Parses one expression; throws GitHub's own message where it is wrong or names an unknown context or function. */
function parse(source: string, contexts: readonly string[], withStatus: boolean): Expr {
  return new Parser(new Lexer(source).lex().tokens, [...contexts], withStatus ? anyStatus : []).parse();
}

type Segment = { text: string } | { expression: string };

/** Cuts `a ${{ b }} c` into its parts; a `}}` inside a quoted string does not end an expression. */
function segments(template: string): Segment[] {
  const found: Segment[] = [];
  let rest = template;
  for (let open = rest.indexOf('${{'); open >= 0; open = rest.indexOf('${{')) {
    const inner = /^(?:[^'}]|'[^']*'|}(?!}))*/.exec(rest.slice(open + 3))?.[0] ?? '';
    const end = open + 3 + inner.length;
    if (!rest.startsWith('}}', end)) throw new Error('an expression is opened and not closed by }}');
    if (open > 0) found.push({ text: rest.slice(0, open) });
    found.push({ expression: inner.trim() });
    rest = rest.slice(end + 2);
  }
  if (rest !== '') found.push({ text: rest });
  return found;
}

/** Throws where a template has a wrong expression or one that uses a context which its place does not offer. */
export function checkTemplate(template: string, contexts: readonly string[]): void {
  for (const part of segments(template)) if ('expression' in part) parse(part.expression, contexts, false);
}

/** The bare expression of an `if`, whose `${{ }}` may be left out; throws where only a part of it is inside. */
function bareCondition(source: string): string {
  const [only, ...more] = segments(source.trim());
  if (only === undefined) return 'success()';
  if (more.length > 0) throw new Error('an `if` is inside double braces as a whole or not at all');
  return 'expression' in only ? only.expression : only.text;
}

/** As `checkTemplate`, for an `if`. */
export function checkCondition(source: string, contexts: readonly string[]): void {
  parse(bareCondition(source), contexts, true);
}

/** Whether a job or step whose `if` is `source` (undefined: none) is to run. */
export function evaluateCondition(source: string | undefined, contexts: Contexts, status: Status): boolean {
  const bare = bareCondition(source ?? 'success()');
  const { tokens } = new Lexer(bare).lex();
  const asksStatus = tokens.some(
    (token, index) =>
      token.type === TokenType.IDENTIFIER &&
      statusNames.some((name) => name === token.lexeme.toLowerCase()) &&
      tokens[index + 1]?.type === TokenType.LEFT_PAREN,
  );
  // GitHub puts success() in front of a condition that asks for no status itself.
  const whole = asksStatus ? bare : `success() && (${bare})`;
  return truthy(run(whole, contexts, status));
}

function run(source: string, contexts: Contexts, status?: Status): data.ExpressionData {
  const tree = parse(source, Object.keys(contexts), status !== undefined);
  const functions = new Map((status ? statusFunctions(status) : []).map((one) => [one.name as string, one]));
  return new Evaluator(tree, toData(contexts) as data.Dictionary, functions).evaluate();
}

/** The value of a template: the value itself where it is one expression and nothing else, otherwise a string. */
export function evaluateTemplate(template: string, contexts: Contexts): Json {
  const parts = segments(template);
  const [only] = parts;
  if (parts.length === 1 && only && 'expression' in only) return fromData(run(only.expression, contexts));
  return parts
    .map((part) => ('text' in part ? part.text : run(part.expression, contexts).coerceString()))
    .join('');
}

/** As `evaluateTemplate`, always as the string GitHub would make of it. */
export function evaluateString(template: string, contexts: Contexts): string {
  return segments(template)
    .map((part) => ('text' in part ? part.text : run(part.expression, contexts).coerceString()))
    .join('');
}

/** Every template of a mapping, as strings. */
export function evaluateStrings(
  templates: Readonly<Record<string, string>>,
  contexts: Contexts,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(templates).map(([key, template]) => [key, evaluateString(template, contexts)]),
  );
}

/** Every template inside a tree of values (a matrix). */
export function evaluateTree(tree: Json, contexts: Contexts): Json {
  if (typeof tree === 'string') return evaluateTemplate(tree, contexts);
  if (Array.isArray(tree)) return tree.map((item) => evaluateTree(item, contexts));
  if (tree === null || typeof tree !== 'object') return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, evaluateTree(item, contexts)]));
}

function toData(value: Json | Contexts): data.ExpressionData {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'number') return new data.NumberData(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(toData));
  return new data.Dictionary(...Object.entries(value).map(([key, item]) => ({ key, value: toData(item) })));
}

function fromData(value: data.ExpressionData): Json {
  if (
    value instanceof data.StringData ||
    value instanceof data.NumberData ||
    value instanceof data.BooleanData
  )
    return value.value;
  if (value instanceof data.Array) return value.values().map(fromData);
  if (value instanceof data.Dictionary)
    return Object.fromEntries(value.pairs().map((pair) => [pair.key, fromData(pair.value)]));
  return null;
}
