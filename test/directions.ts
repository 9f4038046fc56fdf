/**
 * Which folder of src/ may import which (docs/concepts.md, "Import directions"). A folder may always import itself.
 * Only sources count: a unit test beside a file may reach for whatever it needs to make its input.
 */
export const MAY_IMPORT: Record<string, readonly string[] | '*'> = {
  api: [],
  ir: [],
  observe: [],
  config: [],
  translate: ['api', 'ir'],
  files: ['api', 'observe'],
  kube: ['api', 'observe'],
  infra: ['api', 'ir', 'kube'],
  snapshot: ['ir', 'observe'],
  proxy: ['ir', 'snapshot', 'observe'],
  admin: ['ir', 'observe'],
  controller: ['api', 'kube', 'translate', 'infra', 'snapshot', 'observe', 'ir', 'admin', 'config'],
  command: '*',
  'main.ts': '*',
};
