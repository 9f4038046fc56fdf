/** No spelling of a path reaches a backend through a rule that was not meant for it. */
import { expect, test } from 'vitest';
import { answer, response } from '../fake/backend.ts';
import { backend, serve } from './start.ts';

/** `/admin` goes to one backend, everything else to another; what counts is the path that each of them was sent. */
async function guarded() {
  const admin = await backend(answer(response('admin')));
  const open = await backend(answer(response('public')));
  const serving = await serve({
    backends: { admin: [admin.port], open: [open.port] },
    rules: [
      { matches: ['/admin'], backends: ['admin'] },
      { matches: ['/'], backends: ['open'] },
    ],
  });
  return { ...serving, admin, open };
}

const SPELLINGS = [
  ...['/admin', '/admin/', '/admin/x', '//admin', '///admin', '/./admin', '/x/../admin', '/x/./../admin', '/../admin'],
  ...[
    '/../../admin',
    '/%61dmin',
    '/%61%64%6d%69%6e',
    '/%41dmin',
    '/Admin',
    '/%2e/admin',
    '/x/%2e%2e/admin',
    '/x/%2E%2E/admin',
  ],
  ...[
    '/x/.%2e/admin',
    '/x/%2e./admin',
    '/admin%2f',
    '/admin%2Fx',
    '/%2fadmin',
    '/x/..%2fadmin',
    '/x%2f..%2fadmin',
    '/admin%00',
  ],
  ...[
    '/admin;x=y',
    '/admin;',
    '/;/admin',
    '/x;/../admin',
    '/x/..;/admin',
    '/.;/admin',
    '/admin?x',
    '/?/../admin',
    '/admin#x',
  ],
  ...[
    '/%252e%252e/admin',
    '/%25%36%31dmin',
    '/admin/..',
    '/admin/../',
    '/admin/../x',
    '/admin/%2e%2e/x',
    '/admin/..%2fx',
  ],
  ...[
    '/admin\\x',
    '\\admin',
    '/\\admin',
    '/x\\..\\admin',
    '/x/..\\admin',
    '/%5cadmin',
    '/x%5c..%5cadmin',
    '/ad%6Din',
    '/ad%zzmin',
  ],
  ...[
    '/adm%',
    '/admin%2',
    '/%c0%ae%c0%ae/admin',
    '/%uff0e/admin',
    '/%e2%80%ae/admin',
    '/admin.',
    '/admin%20',
    '/admin+',
    '/admin~',
  ],
  ...[
    '//x/admin',
    '//a.example/admin',
    '/.',
    '/..',
    '/...',
    '/..../admin',
    '/.../admin',
    '/a/b/c/../../../admin',
    '/a//../admin',
  ],
  ...[
    'http://a.example/admin',
    'http://a.example//admin',
    'http://a.example/x/../admin',
    'http://a.example/%61dmin',
    'http://a.example',
  ],
];

test.each(SPELLINGS)('%s', async (target) => {
  const { connect, admin, open } = await guarded();
  const client = await connect();
  const answered = await client.request(`GET ${target} HTTP/1.1\r\nHost: a.example\r\n\r\n`);
  if (answered.status === 400) {
    expect(admin.requests.length + open.requests.length).toBe(0);
    return;
  }
  expect(answered.status).toBe(200);
  const received = [...admin.requests, ...open.requests];
  expect(received).toHaveLength(1);
  const sent = received[0]!.target;
  const path = sent.split('?')[0]!;
  // What is forwarded must look the same to whoever resolves it once more, by whatever rules.
  expect(sent).toMatch(/^\/[\x21-\x7e]*$/);
  expect(path).not.toMatch(/\/\//);
  expect(path).not.toMatch(/(^|\/)\.\.?(;|\/|$)/);
  expect(path).not.toMatch(/%2e/i);
  expect(path).not.toMatch(/%00|\\|#/);
  expect(new URL(sent, 'http://a.example').pathname).toBe(path);
  const isAdmin = path === '/admin' || path.startsWith('/admin/');
  expect(answered.body).toBe(isAdmin ? 'admin' : 'public');
});

test('the query is passed on byte for byte', async () => {
  const { connect, open } = await guarded();
  const client = await connect();
  const query = '?a=%2e%2E/../b&c=//d&e=%zz&f=[1]|{2}^`&g=\\"<>';
  await client.request(`GET /x${query} HTTP/1.1\r\nHost: a.example\r\n\r\n`);
  expect(open.requests[0]!.target).toBe(`/x${query}`);
});
