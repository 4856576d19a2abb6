/** The platform's points balance, digit for digit as its page shows it. */
export const BALANCE = `{
    "entityId": 565039505,
    "entityType": "CUSTOMER",
    "totalPoints": 8500.000,
    "mainPoints": 8500.000,
    "promisedPoints": 0.000,
    "promisedPointsBreakup": {
        "delayedAccrualPoints": 0.000,
        "externalTriggerBasedPoints": 0.000
    },
    "warnings": []
}`;

const rows = Array.from(
  { length: 10 },
  (_, n) => `{"pointsCategory":"Main","programName":"Program ${n}","programId":${1000 + n},"closingBalance":${n}.000}`,
);

/** A full page of the ledger balance. */
export const LEDGER = `{
    "customerDetails": { "userId": 565039505, "externalId": "EX-1", "entityType": "CUSTOMER" },
    "ledgerDetails": { "pageNumber": 0, "pageSize": 10, "totalEntries": 10, "pageCount": 1,
      "ledgerClosingBalance": [${rows.join(',')}] },
    "warnings": []
}`;
