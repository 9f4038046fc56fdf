import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { accessRulesSchema } from '../src/api/policy/access-policy/rules.ts';
import { parseIPRange } from '../src/ir/policy/ip-range.ts';
import { REASONS } from '../src/proxy/policy/access/answer.ts';
import { rows } from './markdown.ts';
import { startBackend } from './requirements/backend.ts';
import { GATEWAY, startGateway } from './requirements/gateway.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/access-policy.md'), 'utf8');
const examples = Array.from(page.matchAll(/^```yaml\n([\s\S]*?)^```/gm), ([, text]) => text!);

test('the example does what the page shows', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([
    GATEWAY.replaceAll('name: web', 'name: web\n  namespace: shop'),
    backend.service('orders', { namespace: 'shop' }),
    examples[0]!,
  ]);
  expect(gateway.condition('AccessPolicy', 'partners', 'Accepted')).toMatchObject({ status: 'True' });
  const console = /```console\n([\s\S]*?)```/.exec(page)![1]!;
  const shown = [...console.matchAll(/^\$ curl -i (\S+)(?: -H '([^:]+): ([^']+)')?\nHTTP\/1\.1 (\d+)/gm)];
  expect(shown.length).toBe(3);
  for (const [, url, name, value, status] of shown) {
    const headers = name === undefined ? {} : { [name]: value! };
    expect((await gateway.request('GET', url!, { headers })).status).toBe(Number(status));
  }
});

test('the other examples are parts of a policy', () => {
  expect(examples.length).toBe(5);
  for (const text of examples.slice(1)) {
    const part = parse(text) as { authentication?: object };
    const rules = part.authentication === undefined ? { clientCertificate: { mode: 'Required' }, ...part } : part;
    expect(accessRulesSchema.safeParse(rules)).toMatchObject({ success: true });
  }
});

test('the forms of addresses are what the page says', () => {
  const forms = rows(page, '## Addresses').flatMap(([form]) =>
    [...form!.matchAll(/`([^`]+)`/g)].map(([, text]) => text!),
  );
  expect(forms.length).toBe(7);
  expect(forms.map((form) => parseIPRange(form).ok)).toEqual(forms.map(() => true));
});

test('the reasons are those in the code', () => {
  const [, shown] = /the access log has the reason \(([^)]+)\)/.exec(page)!;
  expect(Array.from(shown!.matchAll(/`([^`]+)`/g), ([, reason]) => reason!).toSorted()).toEqual(
    Object.values(REASONS).toSorted(),
  );
});
