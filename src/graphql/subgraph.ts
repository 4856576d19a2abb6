import { buildSubgraphSchema } from '@apollo/subgraph';

/** What only a subgraph needs: large, so it is imported where there is one. */
export { buildSubgraphSchema };
