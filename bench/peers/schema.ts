/**
 * The part of the gateway's graph that all programs answer, in the words of a team that writes it for itself: amounts are
 * numbers, as the platform sends them, and lists are plain.
 */
export const typeDefs = `#graphql
  type Query {
    customer(id: ID!): Customer
    customers(ids: [ID!]!): [Customer]!
  }
  type Customer {
    id: ID!
    pointsBalance: PointsBalance
    ledgerBalance: LedgerBalance
  }
  type PointsBalance {
    totalPoints: Float!
    mainPoints: Float!
    promisedPoints: Float!
  }
  type LedgerBalance {
    nodes: [LedgerClosingBalance!]!
  }
  type LedgerClosingBalance {
    programName: String!
    pointsCategory: String!
    closingBalance: Float!
  }
`;

/** A customer is only an id until a field asks for more. */
export interface Customer {
  readonly id: string;
}

/** A customer by id, or several. */
export const Query = {
  customer: (_root: unknown, { id }: Customer): Customer => ({ id }),
  customers: (_root: unknown, { ids }: { readonly ids: readonly string[] }): readonly Customer[] =>
    ids.map((id) => ({ id })),
};
