import { Buffer } from 'node:buffer';
import { Agent } from 'node:http';
import got from 'got';
import { tell } from '../../build/platform/outcome.js';

/** got as it is commonly used, with the rules of ours: what src/platform/transport/gotTransport.ts is compared with. */
export function createGotPromiseTransport({ baseUrl, maxConnections, connectTimeoutMs, maxBodyBytes }) {
  const agent = new Agent({ keepAlive: true, maxSockets: maxConnections, scheduling: 'lifo' });
  const client = got.extend({
    agent: { http: agent },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    cache: false,
    dnsCache: false,
    timeout: { lookup: connectTimeoutMs, connect: connectTimeoutMs, secureConnect: 2 * connectTimeoutMs },
    headers: { 'user-agent': 'loyalty-graph', accept: 'application/json', 'accept-encoding': 'identity' },
    responseType: 'buffer',
  });
  return {
    send: (request, signal, done) => tell(send(request, signal), done),
    close: () => agent.destroy(),
  };

  async function send({ method, path, searchParams, headers }, signal) {
    const url = new URL(path, baseUrl);
    url.search = new globalThis.URLSearchParams(searchParams).toString();
    const attempt = client(url, { method, headers: { ...headers }, signal });
    void attempt.on('downloadProgress', ({ transferred }) => {
      if (transferred > maxBodyBytes) attempt.cancel();
    });
    const { statusCode, headers: received, rawBody } = await attempt;
    return { status: statusCode, contentType: received['content-type'], body: Buffer.from(rawBody) };
  }
}
