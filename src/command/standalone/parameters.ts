/** What GatewayParameters mean without a cluster: how the one process behaves that serves all Gateways. */
import type { GatewayParameters, GatewayParametersSpec } from '../../api/policy/gateway-parameters.ts';
import type { Resources } from '../../api/resources.ts';
import { type Environment, type Flags, variableOf } from '../../config/flag.ts';
import { processArguments, proxyArguments } from '../../infra/arguments.ts';
import { DEFAULT_OPTIONS } from '../../translate/index.ts';
import { mergeParameters, parametersOfClass, parametersOfGateway } from '../../translate/parameters.ts';

export type StandaloneParameters = {
  /** As if they stood on the command line. */
  readonly args: readonly string[];
  /** Sentences about what is not done. */
  readonly notes: readonly string[];
};

/**
 * The arguments that all Gateways of Headgate agree on. Gateways that want different ones share a process and cannot have
 * them: then none of them gets any, and a note says so.
 */
export function standaloneParameters(resources: Resources): StandaloneParameters {
  const known = new Map(
    resources.gatewayParameters.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]),
  );
  const classes = new Map(
    resources.gatewayClasses
      .filter(({ spec }) => spec.controllerName === DEFAULT_OPTIONS.controllerName)
      .map((one) => [one.metadata.name, one]),
  );
  const wanted = new Map<string, string[]>();
  const notes = new Set<string>();
  for (const gateway of resources.gateways) {
    const gatewayClass = classes.get(gateway.spec.gatewayClassName);
    if (gatewayClass === undefined) continue;
    const used = [parametersOfClass(gatewayClass, known), parametersOfGateway(gateway, known)];
    for (const { parameters } of used) if (parameters !== null) for (const note of ignored(parameters)) notes.add(note);
    const spec = mergeParameters(used[0]!.parameters, used[1]!.parameters);
    const args = [...processArguments(spec), ...proxyArguments(spec)];
    wanted.set(args.join('\n'), args);
  }
  if (wanted.size > 1) {
    notes.add(
      'GatewayParameters: the Gateways want different proxy settings; one process serves them all, so none apply',
    );
    return { args: [], notes: [...notes] };
  }
  const [args = []] = wanted.values();
  return { args, notes: [...notes] };
}

/** Fields of `spec.proxy` that a process has without a cluster. */
const PROCESS: ReadonlySet<string> = new Set(['workers', 'logLevel', 'drain']);

function ignored({ metadata, spec }: GatewayParameters): string[] {
  const fields = [
    ...proxyFields(spec),
    ...(['service', 'addresses'] as const).filter((name) => spec[name] !== undefined),
  ];
  if (fields.length === 0) return [];
  const list = fields.map((name) => `spec.${name}`).join(', ');
  const one = fields.length === 1;
  return [
    `GatewayParameters ${metadata.namespace}/${metadata.name}: ${list} ${one ? 'says' : 'say'} something about a cluster and ${one ? 'is' : 'are'} ignored here`,
  ];
}

function proxyFields({ proxy }: GatewayParametersSpec): string[] {
  return Object.keys(proxy ?? {})
    .filter((name) => !PROCESS.has(name))
    .map((name) => `proxy.${name}`);
}

/** The command line with the arguments before it of which neither it nor the environment says anything. */
export function withArguments(
  flags: Flags,
  args: readonly string[],
  env: Environment,
  parameters: readonly string[],
): string[] {
  const said = (name: string): boolean => {
    const flag = Object.values(flags).find((one) => one.name === name);
    const set = flag !== undefined && (env[variableOf(flag)] ?? '') !== '';
    return set || args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  };
  return [...parameters.filter((arg) => !said(/^--([^=]+)/.exec(arg)![1]!)), ...args];
}
