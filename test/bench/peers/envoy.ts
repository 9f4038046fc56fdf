import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GRPC_HOST, GRPC_METHODS, GRPC_SERVICE } from '../grpc.ts';
import { findEnvoy, type Program } from '../install.ts';
import { type Running, startPinned } from '../process.ts';
import { byHost } from '../routes.ts';
import { cluster } from './envoy-cluster.ts';
import { streamConfiguration } from './envoy-streams.ts';
import type { Peer, Setup } from './peer.ts';

export const envoy: Peer = {
  name: 'envoy',
  find: findEnvoy,
  abilities: () => ['http2', 'streams', 'datagrams'],
  start,
};

async function start(setup: Setup, program: Program): Promise<Running> {
  const config = join(setup.folder, 'envoy.json');
  writeFileSync(config, JSON.stringify(setup.does === 'streams' ? streamConfiguration(setup) : configuration(setup)));
  return startPinned(
    setup.core,
    [program.path, '-c', config, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'error'],
    join(setup.folder, 'output.log'),
    program.environment,
  );
}

function configuration(setup: Setup): unknown {
  const { certificate } = setup;
  return {
    static_resources: {
      listeners: [
        listener('plain', setup.plainPort, setup, null),
        listener('tls', setup.tlsPort, setup, {
          name: 'envoy.transport_sockets.tls',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
            common_tls_context: {
              alpn_protocols: setup.does === 'http2' ? ['h2', 'http/1.1'] : ['http/1.1'],
              tls_params: { tls_minimum_protocol_version: 'TLSv1_3' },
              tls_certificates: [
                { certificate_chain: { filename: certificate.chain }, private_key: { filename: certificate.key } },
              ],
            },
          },
        }),
      ],
      clusters: [...setup.services.map((port, i) => cluster(`service${i}`, port)), ...grpcClusters(setup)],
    },
  };
}

function grpcClusters({ backend, does }: Setup): unknown[] {
  if (does !== 'http2') return [];
  const options = {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
  return GRPC_METHODS.map((method) => cluster(method, backend.grpcPorts[method], options));
}

function listener(name: string, port: number, setup: Setup, transport: unknown): unknown {
  return {
    name,
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    tcp_backlog_size: 4096,
    filter_chains: [
      {
        ...(transport === null ? {} : { transport_socket: transport }),
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              stat_prefix: name,
              codec_type: setup.does === 'http2' ? 'AUTO' : 'HTTP1',
              use_remote_address: true,
              route_config: routes(setup, port),
              http_filters: [
                {
                  name: 'envoy.filters.http.router',
                  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

function routes(setup: Setup, port: number): unknown {
  const header = (key: string, value: string) => ({
    header: { key, value },
    append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
  });
  return {
    // X-Forwarded-For and -Proto and X-Request-Id are Envoy's by default.
    request_headers_to_add: [header('x-forwarded-host', '%REQ(:AUTHORITY)%'), header('x-forwarded-port', String(port))],
    virtual_hosts: [
      ...[...byHost(setup.routes)].map(([host, sameHost]) => ({
        name: host,
        domains: [host],
        routes: sameHost.map((route) => ({
          match: { path_separated_prefix: route.prefix },
          route: { cluster: `service${route.service}` },
        })),
      })),
      ...(setup.does === 'http2' ? [grpcHost()] : []),
    ],
  };
}

/** gRPC, whose method is the path. A call may take as long as it likes, as with the others. */
function grpcHost(): unknown {
  return {
    name: GRPC_HOST,
    domains: [GRPC_HOST],
    routes: GRPC_METHODS.map((method) => ({
      match: { path: `/${GRPC_SERVICE}/${method}` },
      route: { cluster: method, timeout: '0s' },
    })),
  };
}
