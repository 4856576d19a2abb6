/** What only a subgraph needs: large, so it is imported where there is one. */
export { buildSubgraphSchema } from '@apollo/subgraph';
