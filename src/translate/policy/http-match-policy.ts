import type { HTTPMatchPolicy } from '../../api/policy/http-match-policy.ts';
import { capturesOf, type Refinement } from '../../ir/match.ts';
import { keyOf } from '../object.ts';
import { conditionsOf } from './http-match-policy/conditions.ts';
import { checkedExpression } from './http-match-policy/expression/check.ts';
import { ExpressionFault } from './http-match-policy/expression/token.ts';
import { pathTemplate, TemplateFault } from './http-match-policy/template.ts';
import type { PolicyKind } from './kind.ts';

type Converted = { readonly refinement: Refinement; readonly faults: readonly string[] };

/** A policy is immutable and depends on nothing else. */
const converted = new WeakMap<HTTPMatchPolicy, Converted>();

function convert(policy: HTTPMatchPolicy): Converted {
  const known = converted.get(policy);
  if (known !== undefined) return known;
  const { spec, metadata } = policy;
  const faults: string[] = [];
  const attempt = <T>(field: string, make: () => T): T | null => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof TemplateFault || error instanceof ExpressionFault)) throw error;
      faults.push(`${field}: ${error.message}`);
      return null;
    }
  };
  const { path, expression } = spec;
  const headers = (spec.headers ?? []).map((header) => ({ ...header, name: header.name.toLowerCase() }));
  const root = expression === undefined ? null : attempt('expression', () => checkedExpression(expression));
  const refinement: Refinement = {
    policy: keyOf(metadata),
    priority: spec.priority,
    template:
      path === undefined ? null : attempt('path.template', () => pathTemplate(path.template, path.caseSensitive)),
    headers: conditionsOf(headers, 'headers', faults),
    query: conditionsOf(spec.queryParams ?? [], 'queryParams', faults),
    cookies: conditionsOf(spec.cookies ?? [], 'cookies', faults),
    sources: spec.sourceCIDRs ?? [],
    expression: root === null ? null : { text: expression!, root },
  };
  const names = capturesOf(refinement);
  const repeated = names.find((name, i) => names.indexOf(name) < i);
  if (repeated !== undefined) faults.push(`placeholders: {${repeated}} is there twice, each must have its own name`);
  const result = { refinement, faults };
  converted.set(policy, result);
  return result;
}

const LAST = 'matches of every request (a prefix / and nothing else) are always tried last, whatever the priority';

export const httpMatchPolicyTranslation: PolicyKind<HTTPMatchPolicy> = {
  kind: 'HTTPMatchPolicy',
  policy: 'Direct',
  targets: ['HTTPRoute', 'GRPCRoute'],
  failsClosed: true,
  referents: () => [],
  convert: (policy) => ({
    entry: null,
    ...(policy.spec.priority === 0 ? {} : { note: LAST }),
    overrides: false,
    faults: convert(policy).faults,
    backends: [],
    secrets: {},
  }),
  applyToRule: (policy, rule) => ({ ...rule, refinement: convert(policy).refinement }),
};
