import { describe, expect, it } from '@jest/globals';
import { createRequestTarget } from '../../../src/platform/transport/requestTarget.ts';

const BASES = ['https://platform.example/', 'https://platform.example:8443/below/'];
const ask = (base: string, path: string, searchParams = {}) =>
  new URL(base).origin + createRequestTarget(new URL(base))({ method: 'GET', path, searchParams, headers: {} });

// No id or other text of a caller's comes this far unless it is digits; this is what holds when that is ever missed.
describe.each(BASES)('the address of a request to %s', (base) => {
  it('is the path below the base, and the parameters', () => {
    const address = ask(base, 'v2/customers/42/points/balance', { programId: '7&x=1' });

    expect(address).toBe(`${base}v2/customers/42/points/balance?programId=7%26x%3D1`);
  });

  it.each([
    [{}],
    [{ identifierName: 'id', identifierValue: '42', limit: '10' }],
    [{ identifierName: 'mobile,email', identifierValue: '919999000001,a b+c@example.com' }],
    [{ endDate: '2026-11-24T10:00:00', empty: '', 'a=b': "*-._~!'()%2F" }],
    [{ alternateCurrencyNames: 'ünïcode,漢字,\ud800' }],
  ])('says the parameters as a form does: %j', (searchParams: Record<string, string>) => {
    const expected = new URL(`${base}v2/customers/42`);
    expected.search = new URLSearchParams(searchParams).toString();

    expect(ask(base, 'v2/customers/42', searchParams)).toBe(expected.href);
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
    expect(new URL(ask(base, 'v2/customers/@evil.example')).host).toBe(new URL(base).host);
  });
});
