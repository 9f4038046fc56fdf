/** Envoy for TLS by server name, TCP and UDP. */
import { TLS_HOST } from '../routes.ts';
import { cluster } from './envoy-cluster.ts';
import type { Setup } from './peer.ts';

const PACKAGE = 'type.googleapis.com/envoy.extensions.filters';

export function streamConfiguration({ backend, services, plainPort, tlsPort, datagramPort }: Setup): unknown {
  return {
    static_resources: {
      listeners: [
        {
          ...listener('tls', tlsPort),
          listener_filters: [
            {
              name: 'envoy.filters.listener.tls_inspector',
              typed_config: { '@type': `${PACKAGE}.listener.tls_inspector.v3.TlsInspector` },
            },
          ],
          filter_chains: [{ filter_chain_match: { server_names: [TLS_HOST] }, filters: [tcpProxy('tls')] }],
        },
        { ...listener('tcp', plainPort), filter_chains: [{ filters: [tcpProxy('tcp')] }] },
        ...(backend.datagramPort === null ? [] : [datagrams(datagramPort)]),
      ],
      clusters: [
        cluster('tls', backend.tlsPort),
        cluster('tcp', services[0]!),
        ...(backend.datagramPort === null ? [] : [cluster('udp', backend.datagramPort)]),
      ],
    },
  };
}

function listener(name: string, port: number): object {
  return {
    name,
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    tcp_backlog_size: 4096,
  };
}

function tcpProxy(to: string): unknown {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: { '@type': `${PACKAGE}.network.tcp_proxy.v3.TcpProxy`, stat_prefix: to, cluster: to },
  };
}

function datagrams(port: number): unknown {
  return {
    name: 'udp',
    address: { socket_address: { protocol: 'UDP', address: '127.0.0.1', port_value: port } },
    listener_filters: [
      {
        name: 'envoy.filters.udp_listener.udp_proxy',
        typed_config: {
          '@type': `${PACKAGE}.udp.udp_proxy.v3.UdpProxyConfig`,
          stat_prefix: 'udp',
          matcher: {
            on_no_match: {
              action: {
                name: 'route',
                typed_config: { '@type': `${PACKAGE}.udp.udp_proxy.v3.Route`, cluster: 'udp' },
              },
            },
          },
        },
      },
    ],
  };
}
