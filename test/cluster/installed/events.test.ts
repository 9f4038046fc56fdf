import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, kube, makeNamespace, remove, removeNamespace, until } from './cluster.ts';
import { gateway, httpRoute, programmed, startGateway } from './shop.ts';

type Event = {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
};

let namespace: string;

beforeAll(async () => {
  namespace = await makeNamespace('events');
  await startGateway(namespace);
});

afterAll(async () => {
  await removeNamespace(namespace);
  await kube.close();
});

async function eventsAbout(kind: string, name: string): Promise<Event[]> {
  const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
  const { items } = await kube.request<{ items: Event[] }>('GET', path);
  return items.filter(({ regarding }) => regarding.kind === kind && regarding.name === name);
}

test('a Gateway that is programmed says so once', async () => {
  await programmed(namespace, 'web');
  const told = await until('an event', async () => (await eventsAbout('Gateway', 'web')).filter(isProgrammed)[0]);
  expect(told.type).toBe('Normal');
});

test('a route whose Service is missing warns of it, with the name of the Service', async () => {
  await create(httpRoute(namespace, 'lost', '/lost', 'nowhere'));
  const told = await until('an event', async () => (await eventsAbout('HTTPRoute', 'lost')).find(isWarning));
  expect(told.reason).toBe('BackendNotFound');
  expect(told.note).toContain('nowhere');
  expect(await eventsAbout('HTTPRoute', 'lost').then((all) => all.filter(isWarning))).toHaveLength(1);
  await remove('HTTPRoute', namespace, 'lost');
});

test('a listener without its certificate warns of it', async () => {
  const tls = { certificateRefs: [{ name: 'nothing' }] };
  await create(gateway(namespace, 'secure', [{ name: 'https', port: 443, protocol: 'HTTPS', tls }]));
  const told = await until('an event', async () => (await eventsAbout('Gateway', 'secure')).find(isCertificate));
  expect(told).toMatchObject({ type: 'Warning' });
  expect(told.note).toContain('listener https');
});

const isProgrammed = ({ reason }: Event) => reason === 'Programmed';
const isWarning = ({ type }: Event) => type === 'Warning';
const isCertificate = ({ reason }: Event) => reason === 'InvalidCertificateRef';
