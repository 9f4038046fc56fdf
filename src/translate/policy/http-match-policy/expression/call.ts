/** The functions of our part of CEL. */
import { isIP } from 'node:net';
import { RE2JS } from 're2js';
import type { Expression } from '../../../../ir/expression.ts';
import { Checker, itemOf, type Typed } from './check.ts';
import { FUNCTIONS } from './known.ts';
import type { Tree } from './parse.ts';
import { ExpressionFault } from './token.ts';

type Call = Tree & { readonly kind: 'call' };

export function call(checker: Checker, tree: Call): Typed {
  const { name, of } = tree;
  switch (name) {
    case 'has':
      return has(checker, global(tree, 1));
    case 'int':
      return { type: 'int', expression: { op: 'int', of: checker.as('text', global(tree, 1).parameters[0]!) } };
    case 'size':
      return size(checker, (of === null ? global(tree, 1).parameters[0] : method(tree, 0).of)!);
    case 'startsWith':
    case 'endsWith':
    case 'contains': {
      const [text] = method(tree, 1).parameters;
      return {
        type: 'bool',
        expression: { op: name, of: checker.as('text', of!), text: checker.as('text', text!) },
      };
    }
    case 'matches': {
      const [subject, pattern] = of === null ? global(tree, 2).parameters : [of, method(tree, 1).parameters[0]];
      return {
        type: 'bool',
        expression: { op: 'matches', of: checker.as('text', subject!), pattern: patternOf(pattern!) },
      };
    }
    case 'lowerAscii':
    case 'upperAscii':
      return { type: 'text', expression: { op: name, of: checker.as('text', method(tree, 0).of!) } };
    case 'exists':
    case 'all':
      return quantified(checker, method(tree, 2));
    case 'containsIP':
      return containsIP(checker, method(tree, 1));
    default:
      throw new ExpressionFault(`${name} is no function that is known, only ${FUNCTIONS.join(', ')} are`, tree.at);
  }
}

function method(tree: Call, parameters: number): Call {
  if (tree.of === null)
    throw new ExpressionFault(`${tree.name} must be called on something: x.${tree.name}(…)`, tree.at);
  return counted(tree, parameters);
}

function global(tree: Call, parameters: number): Call {
  if (tree.of !== null) throw new ExpressionFault(`${tree.name} is not called on anything: ${tree.name}(…)`, tree.at);
  return counted(tree, parameters);
}

function counted(tree: Call, parameters: number): Call {
  if (tree.parameters.length === parameters) return tree;
  throw new ExpressionFault(`${tree.name} takes ${parameters} parameters, not ${tree.parameters.length}`, tree.at);
}

function has(checker: Checker, { parameters, at }: Call): Typed {
  const entry = checker.entryOf(parameters[0]!);
  if (entry === null || parameters[0]!.kind !== 'member') {
    throw new ExpressionFault(
      'has takes an entry of a map such as request.headers.name, or write "name" in request.headers',
      at,
    );
  }
  return { type: 'bool', expression: { op: 'hasEntry', ...entry } };
}

function size(checker: Checker, tree: Tree): Typed {
  const of = checker.check(tree);
  if (of.type !== 'text' && itemOf(of.type) === null) {
    throw new ExpressionFault(`must be text or a list to have a size, is ${of.type}`, tree.at);
  }
  return { type: 'int', expression: { op: 'size', of: of.expression } };
}

function patternOf(tree: Tree): string {
  if (tree.kind !== 'literal' || typeof tree.value !== 'string') {
    throw new ExpressionFault('the pattern must be a literal text', tree.at);
  }
  try {
    RE2JS.compile(tree.value);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    throw new ExpressionFault(`${JSON.stringify(tree.value)} is not a regular expression of RE2: ${reason}`, tree.at);
  }
  return tree.value;
}

/** The price of two lists within each other would be their product, so they cannot be. */
function quantified(checker: Checker, { of, name, parameters, at }: Call): Typed {
  if (checker.element !== null) throw new ExpressionFault(`${name} cannot stand within exists or all`, at);
  const [variable, condition] = parameters;
  if (variable!.kind !== 'name') throw new ExpressionFault(`${name} takes a name and a condition`, variable!.at);
  const list = checker.check(of!);
  const type = itemOf(list.type);
  if (type === null) throw new ExpressionFault(`must be a list, is ${list.type}`, of!.at);
  const holds: Expression = new Checker({ name: variable!.name, type }).as('bool', condition!);
  return { type: 'bool', expression: { op: name === 'all' ? 'every' : 'some', list: list.expression, holds } };
}

/** As Kubernetes has it: `cidr("10.0.0.0/8").containsIP(source.address)`. */
function containsIP(checker: Checker, { of, parameters, at }: Call): Typed {
  const range = of!.kind === 'call' && of!.of === null && of!.name === 'cidr' ? of!.parameters[0] : undefined;
  if (range?.kind !== 'literal' || typeof range.value !== 'string' || !isRange(range.value)) {
    throw new ExpressionFault('containsIP is called on a network: cidr("10.0.0.0/8").containsIP(source.address)', at);
  }
  const address = checker.as('text', parameters[0]!);
  return { type: 'bool', expression: { op: 'containsIP', range: range.value, address } };
}

function isRange(text: string): boolean {
  const [address = '', length = '', ...more] = text.split('/');
  const family = isIP(address);
  return family !== 0 && more.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
}
