/** Whether Gateways and routes of another class cost the controller anything while its own routes change. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeObject, kube, makeNamespace, patch, RELEASE, removeNamespace } from '../installed/cluster.ts';
import { gateway, httpRoute, routeProgrammed, startBackend, startGateway } from '../installed/shop.ts';
import { inParallel, made } from './many.ts';
import type { Options } from './options.ts';
import { cpuBetween, leaderUsage } from './usage.ts';

export type OtherClass = {
  readonly others: number;
  /** CPU milliseconds of the controller for one change of one of its own routes. */
  readonly millisWithout: number;
  readonly millisWith: number;
  /** For one change of a route of the other class. */
  readonly millisOfOther: number;
};

const CHANGES = 200;
const GAP = 50;
const CLASS = `${RELEASE}-bench-other`;
const CLASSES = '/apis/gateway.networking.k8s.io/v1/gatewayclasses';

export async function otherClass({ others }: Options, say: (line: string) => void): Promise<OtherClass> {
  const own = await makeNamespace('bench-own');
  const other = await makeNamespace('bench-other');
  try {
    await Promise.all([startGateway(own), startBackend(own, 'echo', 1)]);
    await made(httpRoute(own, 'changing', '/changing'));
    await routeProgrammed(own, 'changing');
    await change(own);
    const without = await change(own);
    await kube.request('POST', CLASSES, { body: gatewayClass() });
    await inParallel(others, async (index) => {
      await made(ofClass(gateway(other, `web-${index}`)));
      await made(httpRoute(other, `app-${index}`, '/', 'echo', `web-${index}`));
    });
    await sleep(5_000);
    const result = {
      others,
      millisWithout: without,
      millisWith: await change(own),
      millisOfOther: await change(other, 'app-0'),
    };
    say(
      `  a change of an own route costs ${result.millisWithout.toFixed(2)} ms without and ${result.millisWith.toFixed(2)} ms with ` +
        `${others} Gateways and routes of another class; a change of one of theirs ${result.millisOfOther.toFixed(2)} ms`,
    );
    return result;
  } finally {
    await kube.request('DELETE', `${CLASSES}/${CLASS}`).catch(() => {});
    await Promise.all([removeNamespace(own), removeNamespace(other)]);
  }
}

function gatewayClass(): KubeObject {
  const spec = { controllerName: 'example.com/nobody' };
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', metadata: { name: CLASS }, spec };
}

function ofClass(object: KubeObject): KubeObject {
  return { ...object, spec: { ...object.spec, gatewayClassName: CLASS } };
}

/** CPU milliseconds of the controller for one change, what it uses when nothing happens included. */
async function change(namespace: string, name = 'changing'): Promise<number> {
  const { spec } = httpRoute(namespace, name, `/${name}`);
  const before = await leaderUsage();
  for (let turn = 0; turn < CHANGES; turn++) {
    const value = `${turn}-${performance.now()}`;
    const filters = [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-turn', value }] } }];
    await patch('HTTPRoute', namespace, name, { spec: { rules: [{ ...spec.rules[0], filters }] } });
    await sleep(GAP);
  }
  return (cpuBetween(before, await leaderUsage()) * 1000) / CHANGES;
}
