import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startGateway, type TestGateway } from '../support/gateway.ts';

/**
 * The recommendations we do not follow, and why: nothing else may fall short.
 *
 * - GET wants a preflight header here, which the audits do not send: a page of another origin can start no query.
 * - A document or variable that is refused is 400 for `application/json` too: proxies and dashboards see it as refused.
 */
const DEVIATIONS: ReadonlyMap<string, 'notice' | 'warn'> = new Map([
  ['5A70', 'notice'], // MAY accept application/x-www-form-urlencoded formatted GET requests
  ['D6D5', 'notice'], // MAY allow URL-encoded JSON string {variables} parameter in GETs
  ['6A70', 'notice'], // the same, accepting application/json
  ['572B', 'warn'], // SHOULD use 200 status code on document parsing failure when accepting application/json
  ['FDE2', 'warn'], // SHOULD use 200 status code on document validation failure when accepting application/json
  ['7B9B', 'warn'], // SHOULD use a status code of 200 on variable coercion failure when accepting application/json
]);

/** @see https://graphql.github.io/graphql-over-http/draft/ */
describe('GraphQL over HTTP', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await startGateway({ env: { FEDERATION: 'off', INTROSPECTION: 'on' } })));
  afterAll(() => gateway.close());

  const audits = serverAudits({ url: () => gateway.url, fetchFn: fetch });

  it.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('$name ($id)', async ({ id, fn }) => {
    const { status } = await fn();

    expect(status).toBe(DEVIATIONS.get(id) ?? 'ok');
  });

  it('has every MUST: what we do otherwise is a SHOULD or a MAY', () => {
    const names = [...DEVIATIONS.keys()].map((id) => audits.find((audit) => audit.id === id)?.name);

    expect(names.map((name) => name?.split(' ')[0])).toEqual(['MAY', 'MAY', 'MAY', 'SHOULD', 'SHOULD', 'SHOULD']);
  });
});
