// Answers with the number in the server name that it was asked for: `v12.backend.example` is version 12.
import { createServer } from 'node:https';

const { CERT: cert, KEY: key } = process.env;
createServer({ cert, key }, (request, response) => {
  const version = /^v([0-9]+)\./.exec(request.socket.servername || '')?.[1] ?? '-1';
  response.writeHead(200, { 'x-version': version }).end();
}).listen(3000);
