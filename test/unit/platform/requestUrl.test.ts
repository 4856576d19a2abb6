import { describe, expect, it } from '@jest/globals';
import { requestUrl } from '../../../src/platform/requestUrl.ts';

const BASES = ['https://platform.example/', 'https://platform.example:8443/below/'];
const ask = (base: string, path: string, searchParams = {}) =>
  requestUrl(new URL(base), { method: 'GET', path, searchParams, headers: {} });

// No id or other text of a caller's comes this far unless it is digits; this is what holds when that is ever missed.
describe.each(BASES)('the address of a request to %s', (base) => {
  it('is the path below the base, and the parameters', () => {
    const url = ask(base, 'v2/customers/42/points/balance', { programId: '7&x=1' });

    expect(url.href).toBe(`${base}v2/customers/42/points/balance?programId=7%26x%3D1`);
  });

  it.each([
    ...['//evil.example/x', '/\\evil.example/x', '\\\\evil.example', 'http://evil.example/', 'https:evil.example'],
    ...['https://platform.example.evil.example/', 'javascript:alert(1)', 'file:///etc/passwd', '//@evil.example/'],
    ...['/v3/oauth/token/generate', '../v3/oauth/token/generate', 'v2/customers/../../v3/oauth/token/generate'],
    ...['v2/customers/../points/balance', 'v2/customers/./points/balance', 'v2/customers/%2e%2e/points/balance'],
    ...['v2/customers/.%2E/points/balance', 'v2\\customers\\..\\x', 'v2/customers/1?x=y', 'v2/customers/1#f'],
    ...['v2/customers/1\r\nX: y', 'v2/customers/1\tx', 'v2/customers/1 x', '\u0000v2/customers/1', ' v2/customers/1'],
  ])('leads nowhere else: nothing is sent to %j', (path) => {
    expect(() => ask(base, path)).toThrow('path leaves the base URL');
  });

  it('takes an @ and a host’s name in a path for what they are there', () => {
    expect(ask(base, 'v2/customers/@evil.example').host).toBe(new URL(base).host);
  });
});
