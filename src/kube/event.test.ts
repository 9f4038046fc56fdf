import { beforeEach, expect, test, vi } from 'vitest';
import { EventRecorder, type Happening } from './event.ts';

type Body = { readonly metadata: { readonly namespace: string; readonly name: string } } & Record<string, unknown>;

let posted: { readonly path: string; readonly body: Body }[];
let results: string[];
let now: number;
let recorder: EventRecorder;

beforeEach(() => {
  posted = [];
  results = [];
  now = 0;
  const tell = async (_: string, path: string, options?: { readonly body?: unknown }) => {
    posted.push({ path, body: options?.body as Body });
  };
  recorder = new EventRecorder({
    client: { tell },
    reportingController: 'headgate.dev/gateway-controller',
    reportingInstance: 'controller-1',
    done: (type, result) => results.push(`${type} ${result}`),
    now: () => now,
  });
});

const happening = (name: string, note = 'no such Service', type: Happening['type'] = 'Warning'): Happening => ({
  regarding: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', namespace: 'shop', name, uid: '1' },
  type,
  reason: 'BackendNotFound',
  action: 'Translate',
  note,
});

test('an event names the object, and what is to do', async () => {
  recorder.record(happening('cart'));
  await vi.waitFor(() => expect(results).toEqual(['Warning written']));
  expect(posted[0]!.path).toBe('/apis/events.k8s.io/v1/namespaces/shop/events');
  expect(posted[0]!.body).toMatchObject({
    regarding: { kind: 'HTTPRoute', namespace: 'shop', name: 'cart', uid: '1' },
    type: 'Warning',
    reason: 'BackendNotFound',
    note: 'no such Service',
    reportingInstance: 'controller-1',
  });
  expect(posted[0]!.body.metadata.name).toMatch(/^cart\.[0-9a-f]{16}$/);
});

test('the same is said once in ten minutes', () => {
  recorder.record(happening('cart'));
  recorder.record(happening('cart'));
  expect(posted).toHaveLength(1);
  now += 10 * 60_000;
  recorder.record(happening('cart'));
  expect(posted).toHaveLength(2);
});

test('one object, and all together, are bounded; what is normal takes nothing from warnings', () => {
  for (let index = 0; index < 50; index++) recorder.record(happening('cart', `reason ${index}`));
  expect(posted).toHaveLength(10);
  for (let index = 0; index < 500; index++) recorder.record(happening(`route-${index}`, 'served', 'Normal'));
  expect(posted).toHaveLength(110);
  for (let index = 0; index < 500; index++) recorder.record(happening(`other-${index}`));
  expect(posted).toHaveLength(200);
  now += 5_000;
  for (let index = 0; index < 500; index++) recorder.record(happening(`later-${index}`));
  expect(posted).toHaveLength(210);
  expect(results.filter((result) => result.endsWith('dropped')).length).toBeGreaterThan(0);
});

test('what is long is cut to what the API server takes', () => {
  recorder.record(happening('x'.repeat(253), 'é'.repeat(5_000)));
  expect(posted[0]!.body.metadata.name.length).toBeLessThanOrEqual(253);
  expect(Buffer.byteLength(String(posted[0]!.body.note))).toBeLessThanOrEqual(1024);
});

test('an event about an object without a namespace goes where Kubernetes keeps such events', () => {
  const { regarding, ...rest } = happening('headgate');
  recorder.record({ ...rest, regarding: { ...regarding, kind: 'GatewayClass', namespace: '' } });
  expect(posted[0]!.path).toContain('/namespaces/default/');
  expect(posted[0]!.body.regarding).not.toHaveProperty('namespace');
});
