// An import would make a module of node:http, which reads all that it exports: one of them is WebSocket, for which Node loads its
// fetch and keeps 3 MiB of it in every process.
const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** What a status is called (RFC 9110 section 15). It stands for a message of our own: it says nothing about what is behind us. */
export function reasonPhrase(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}
