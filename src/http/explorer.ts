import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';

/** What a browser is shown at the endpoint. */
export type Explorer = 'sandbox' | 'graphiql' | 'off';

/**
 * The page that Apollo Server answers a browser's GET with: Apollo Sandbox embedded (its scripts come from Apollo's
 * CDN), GraphiQL from our own files (works with no internet), or none.
 */
export function explorerPlugin<Context extends BaseContext>(
  explorer: Explorer,
  firstOperation: string,
): ApolloServerPlugin<Context> {
  switch (explorer) {
    case 'off':
      return ApolloServerPluginLandingPageDisabled();
    case 'sandbox':
      return ApolloServerPluginLandingPageLocalDefault({
        document: firstOperation,
        includeCookies: false,
        footer: false,
        embed: { runTelemetry: false, endpointIsEditable: false, initialState: { pollForSchemaUpdates: false } },
      });
    case 'graphiql':
      return graphiqlPlugin(firstOperation);
  }
}

function graphiqlPlugin<Context extends BaseContext>(firstOperation: string): ApolloServerPlugin<Context> {
  return {
    async serverWillStart() {
      // Nine megabytes that only this explorer needs.
      const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
      const html = renderGraphiQL({ title: 'loyalty-graph', defaultQuery: firstOperation });
      return { renderLandingPage: () => Promise.resolve({ html }) };
    },
  };
}
