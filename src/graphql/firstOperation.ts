/** The operation that the explorers open with, and that `npm start` prints. */
export const FIRST_OPERATION = `query MyBalances {
  me {
    id
    pointsBalance {
      totalPoints
      mainPoints
      promisedPoints
    }
    ledgerBalance(first: 20) {
      totalEntries
      nodes {
        programName
        pointsCategory
        closingBalance
      }
    }
  }
}
`;
