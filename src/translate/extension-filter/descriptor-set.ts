import {
  createFileRegistry,
  type DescField,
  type DescMessage,
  type DescMethod,
  type FileRegistry,
  fromBinary,
} from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { GRPCBinding, PathTemplate } from '../../ir/transcode.ts';
import { HTTP_EXTENSION, type HttpRule, httpRules } from './http-rule.ts';
import { compareTemplates, parsePathTemplate } from './path-template.ts';

/** More than these are not served: each request may be compared with all of them. */
const MAX_BINDINGS = 1_024;

export type Bindings = { readonly bindings: readonly GRPCBinding[]; readonly faults: readonly string[] };

/**
 * How the unary methods of a FileDescriptorSet are called: as their `google.api.http` options say, or, without one, by
 * POST to `/service/method`. Methods that stream have no binding.
 *
 * @param services full names; empty: all
 */
export function bindingsOf(descriptorSet: Buffer, services: readonly string[]): Bindings {
  const registry = registryOf(descriptorSet);
  if (registry === null)
    return { bindings: [], faults: ['is no google.protobuf.FileDescriptorSet with all its imports'] };
  const faults: string[] = [];
  const bindings: GRPCBinding[] = [];
  for (const name of services) {
    if (registry.getService(name) === undefined) faults.push(`has no service ${name}`);
  }
  for (const type of registry) {
    if (type.kind !== 'service' || (services.length > 0 && !services.includes(type.typeName))) continue;
    for (const method of type.methods) {
      if (method.methodKind === 'unary') bindings.push(...bindingsOfMethod(method, faults));
    }
  }
  if (faults.length === 0 && bindings.length === 0) faults.push('has no unary method');
  if (bindings.length > MAX_BINDINGS) faults.push(`has more than ${MAX_BINDINGS} ways to call a method`);
  bindings.sort((a, b) => compareTemplates(a.template, b.template));
  return { bindings: faults.length > 0 ? [] : bindings, faults };
}

function registryOf(descriptorSet: Buffer): FileRegistry | null {
  try {
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));
  } catch {
    return null;
  }
}

function bindingsOfMethod(method: DescMethod, faults: string[]): GRPCBinding[] {
  const call = `${method.parent.typeName}/${method.name}`;
  const rules = rulesOf(method);
  if (rules === null) {
    faults.push(`${call} has an option google.api.http that cannot be read`);
    return [];
  }
  return rules.flatMap(({ body, method: verb, path, responseBody }) => {
    const template = parsePathTemplate(path);
    const problem = template === null ? 'is no path template' : problemOf(template, body, responseBody, method);
    if (template !== null && problem === null) return [{ call, method: verb, template, body, responseBody }];
    faults.push(`${call}: ${JSON.stringify(path)} ${problem}`);
    return [];
  });
}

function rulesOf(method: DescMethod): HttpRule[] | null {
  const options = (method.proto.options?.$unknown ?? []).filter(({ no }) => no === HTTP_EXTENSION);
  try {
    const rules = options.flatMap(({ data }) => httpRules(new BinaryReader(data).bytes()));
    if (rules.length > 0) return rules;
  } catch {
    return null;
  }
  const path = `/${method.parent.typeName}/${method.name}`;
  return [{ method: 'POST', path, body: '*', responseBody: '' }];
}

function problemOf(template: PathTemplate, body: string, responseBody: string, method: DescMethod): string | null {
  for (const { field } of template.variables) {
    if (!isScalar(method.input, field))
      return `has ${field.join('.')}, which is no single value in ${method.input.typeName}`;
  }
  if (body !== '' && body !== '*' && fieldOf(method.input, body) === undefined) {
    return `has the body ${body}, which is no field of ${method.input.typeName}`;
  }
  if (responseBody !== '' && fieldOf(method.output, responseBody) === undefined) {
    return `has the response_body ${responseBody}, which is no field of ${method.output.typeName}`;
  }
  return null;
}

function isScalar(message: DescMessage, path: readonly string[]): boolean {
  let inside: DescMessage | undefined = message;
  let field: DescField | undefined;
  for (const name of path) {
    field = inside === undefined ? undefined : fieldOf(inside, name);
    inside = field?.fieldKind === 'message' ? field.message : undefined;
  }
  return field?.fieldKind === 'scalar' || field?.fieldKind === 'enum';
}

function fieldOf(message: DescMessage, name: string): DescField | undefined {
  return message.fields.find((field) => field.name === name);
}
