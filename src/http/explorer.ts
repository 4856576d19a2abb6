import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { apolloSandboxPolicy, NO_PAGE_POLICY, selfContainedPolicy } from './contentPolicy.ts';

/** What a browser is shown at the endpoint. */
export type Explorer = 'sandbox' | 'graphiql' | 'off';

/** An explorer: the plugin that shows its page, and what a browser may do for it. */
export interface ExplorerPage<Context extends BaseContext> {
  readonly plugin: ApolloServerPlugin<Context>;
  /** The content security policy of one page. */
  readonly policyOf: (html: string) => string;
}

/**
 * The page that Apollo Server answers a browser's GET with: Apollo Sandbox embedded (its scripts come from Apollo's
 * CDN), GraphiQL from our own files (works with no internet), or none.
 */
export function createExplorer<Context extends BaseContext>(
  explorer: Explorer,
  firstOperation: string,
): ExplorerPage<Context> {
  switch (explorer) {
    case 'off':
      return { plugin: ApolloServerPluginLandingPageDisabled(), policyOf: () => NO_PAGE_POLICY };
    case 'sandbox':
      return {
        plugin: ApolloServerPluginLandingPageLocalDefault({
          document: firstOperation,
          includeCookies: false,
          footer: false,
          embed: { runTelemetry: false, endpointIsEditable: false, initialState: { pollForSchemaUpdates: false } },
        }),
        policyOf: apolloSandboxPolicy,
      };
    case 'graphiql':
      return createGraphiql(firstOperation);
  }
}

function createGraphiql<Context extends BaseContext>(firstOperation: string): ExplorerPage<Context> {
  let policy = NO_PAGE_POLICY;
  return {
    plugin: {
      async serverWillStart() {
        // Nine megabytes that only this explorer needs, the same for everybody.
        const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
        const html = renderGraphiQL({ title: 'loyalty-graph', defaultQuery: firstOperation });
        policy = selfContainedPolicy(html);
        return { renderLandingPage: () => Promise.resolve({ html }) };
      },
    },
    policyOf: () => policy,
  };
}
