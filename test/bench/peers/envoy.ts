import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findEnvoy, type Program } from '../install.ts';
import { type Running, startPinned } from '../process.ts';
import { byHost } from '../routes.ts';
import type { Peer, Setup } from './peer.ts';

export const envoy: Peer = {
  name: 'envoy',
  find: findEnvoy,
  start,
};

async function start(setup: Setup, program: Program): Promise<Running> {
  const config = join(setup.folder, 'envoy.json');
  writeFileSync(config, JSON.stringify(configuration(setup)));
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
              tls_params: { tls_minimum_protocol_version: 'TLSv1_3' },
              tls_certificates: [
                { certificate_chain: { filename: certificate.chain }, private_key: { filename: certificate.key } },
              ],
            },
          },
        }),
      ],
      clusters: setup.services.map((port, i) => ({
        name: `service${i}`,
        type: 'STATIC',
        connect_timeout: '5s',
        load_assignment: {
          cluster_name: `service${i}`,
          endpoints: [
            {
              lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } }],
            },
          ],
        },
      })),
    },
  };
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
              codec_type: 'HTTP1',
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
    virtual_hosts: [...byHost(setup.routes)].map(([host, sameHost]) => ({
      name: host,
      domains: [host],
      routes: sameHost.map((route) => ({
        match: { path_separated_prefix: route.prefix },
        route: { cluster: `service${route.service}` },
      })),
    })),
  };
}
