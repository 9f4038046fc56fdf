// Stands between a controller and the API server, and breaks what it is told to break.
//   port 8080: the API server, over plain HTTP
//   port 8081: POST /cut ends every watch, and answers how many; POST /expire/http|stream|never says how a watch that would
//   go on from a resourceVersion is refused: by a status 410, by an ERROR event in a good answer, or not at all
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, request as ask } from 'node:https';

const agent = new Agent({
  keepAlive: true,
  ca: readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt'),
});
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
const GONE = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired', message: 'too old' };
const watches = new Set();
let expire = 'never';
let refused = 0;

createServer((request, response) => {
  const query = new URL(request.url, 'http://api').searchParams;
  const isWatch = query.get('watch') === 'true';
  if (isWatch && query.has('resourceVersion') && expire !== 'never') {
    refused += 1;
    response.writeHead(expire === 'http' ? 410 : 200, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(expire === 'http' ? GONE : { type: 'ERROR', object: GONE })}\n`);
    return;
  }
  const forwarded = ask({ agent, host, port, method: request.method, path: request.url, headers: request.headers });
  forwarded.on('response', (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  forwarded.on('error', () => response.destroy());
  request.pipe(forwarded);
  if (isWatch) watches.add(response);
  response.on('close', () => {
    watches.delete(response);
    forwarded.destroy();
  });
}).listen(8080);

createServer((request, response) => {
  const [, action, how] = request.url.split('/');
  let cut = 0;
  if (action === 'expire') expire = how;
  if (action === 'cut') {
    cut = watches.size;
    for (const watch of watches) watch.destroy();
  }
  response.end(JSON.stringify({ cut, refused }));
}).listen(8081);
