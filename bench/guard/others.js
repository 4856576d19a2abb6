// Everybody but the gateway, in a process of their own: the platform, the issuer of tokens, and who asks.
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }] });
const rows = Array.from(
  { length: 10 },
  (_, n) => `{"pointsCategory":"Main","programName":"Program ${n}","programId":${1000 + n},"closingBalance":${n}.000}`,
).join();

const server = createServer(({ url }, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(bodyOf(new URL(url, 'http://platform.example')));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send({ platformUrl: `http://127.0.0.1:${server.address().port}`, token: signedToken() });
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

process.on('message', async ({ url, token, query, first, requests, customers }) => {
  let problem;
  // One after the other: what runs side by side shares, and never twice the same.
  for (let n = 0; n < requests; n += 1) {
    const id = String(first + (n % customers));
    const text = await post(url, token, JSON.stringify({ query, variables: { id } }));
    if (!text.includes(`"id":"${id}"`) || text.includes('"errors"')) problem = text;
  }
  process.send({ problem });
});
process.on('disconnect', () => process.exit());

function bodyOf({ pathname, searchParams }) {
  if (pathname === '/keys') return keys;
  if (pathname === '/v3/oauth/token/generate')
    return '{"data":{"accessToken":"guard-token","ttlSeconds":3600},"errors":null}';
  const id = /^\/v2\/customers\/([0-9]+)\/points\/balance$/.exec(pathname)?.[1];
  if (id !== undefined)
    return `{"entityId":${id},"entityType":"CUSTOMER","totalPoints":8500.000,"mainPoints":8500.000,"promisedPoints":0.000,
      "promisedPointsBreakup":{"delayedAccrualPoints":0.000,"externalTriggerBasedPoints":0.000},"warnings":[]}`;
  return `{"customerDetails":{"userId":${searchParams.get('identifierValue')},"entityType":"CUSTOMER"},"ledgerDetails":
    {"pageNumber":0,"pageSize":10,"totalEntries":10,"pageCount":1,"ledgerClosingBalance":[${rows}]},"warnings":[]}`;
}

function signedToken() {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://issuer.example',
    aud: 'loyalty',
    sub: '9',
    scope: 'loyalty:read:any',
    iat: seconds,
    exp: seconds + 3600,
  };
  const parts = [{ alg: 'ES256', kid: 'k' }, claims];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

async function post(url, token, body) {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    'content-length': Buffer.byteLength(body),
  };
  const asked = request(url, { method: 'POST', agent, headers });
  asked.end(body);
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}
