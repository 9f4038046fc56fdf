import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { service } from './backend.ts';

const STREAMS = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: headgate}
spec: {controllerName: headgate.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec:
  gatewayClassName: headgate
  listeners:
  - {name: tcp, port: 90, protocol: TCP}
  - {name: udp, port: 91, protocol: UDP}
  - {name: tls, port: 92, protocol: TLS, hostname: echo.example, tls: {mode: Passthrough}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: {name: echo}
spec:
  parentRefs: [{name: web, sectionName: tcp}]
  rules: [{backendRefs: [{name: echo, port: 80}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: UDPRoute
metadata: {name: echo}
spec:
  parentRefs: [{name: web, sectionName: udp}]
  rules: [{backendRefs: [{name: udp, port: 80}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: {name: echo}
spec:
  parentRefs: [{name: web, sectionName: tls}]
  hostnames: [echo.example]
  rules: [{backendRefs: [{name: echo, port: 80}]}]
`;

/**
 * A Gateway with listeners of TCP (port 90), UDP (91) and TLS (92, of echo.example, passed through), and the backend of all
 * three: bytes come back as they are, datagrams in capitals.
 * @returns the manifests
 */
export async function startEcho(): Promise<string[]> {
  const tcp = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  tcp.listen(0, '127.0.0.1');
  const udp = createSocket('udp4');
  udp.on('message', (text, from) => udp.send(text.toString().toUpperCase(), from.port, from.address));
  udp.bind(0, '127.0.0.1');
  await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
  onTestFinished(() => {
    tcp.close();
    udp.close();
  });
  const at = (port: number) => [{ address: '127.0.0.1', port }];
  const datagrams = service('udp', at(udp.address().port)).replace('- port: 80', '- port: 80\n      protocol: UDP');
  return [
    STREAMS,
    service('echo', at((tcp.address() as AddressInfo).port)),
    datagrams.replace(/ {2}- port: (\d{4,})/, '  - port: $1\n    protocol: UDP'),
  ];
}
