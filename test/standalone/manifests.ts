/** Manifests that the tests of the commands start from. */

/** The GatewayClass, and the Gateway `web` with one listener, `http` on port 80. */
export const GATEWAY = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata:
  name: headgate
spec:
  controllerName: headgate.dev/gateway-controller
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: web
spec:
  gatewayClassName: headgate
  listeners:
    - name: http
      port: 80
      protocol: HTTP
`;

export function service(name: string, ...ports: number[]): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  annotations:
    headgate.dev/endpoints: ${ports.map((port) => `127.0.0.1:${port}`).join(',')}
spec:
  ports:
    - port: 80
`;
}

/** An HTTPRoute of the Gateway `web` for one path prefix. */
export function route(name: string, path: string, backend: string, more = ''): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${name}
spec:
  parentRefs:
    - name: web
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: ${path}
      backendRefs:
        - name: ${backend}
          port: 80
${more.replace(/^(?=.)/gm, '      ')}`;
}
