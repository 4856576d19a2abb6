import type { ProfileData, SandboxData } from './dataShape.ts';
import { readLedger, type Entry } from './ledger.ts';
import type { IdentifierName } from './sources.ts';

/** A customer, with the ledger that all figures come from. */
export interface Customer {
  /** Digits: a 64-bit number that no float holds. */
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  /** The survivor's id, when this customer is the victim of a merge; else null. */
  readonly mergedInto: string | null;
  readonly profiles: readonly ProfileData[];
  readonly ledger: readonly Entry[];
}

/** The organisation that the sandbox plays, made for looking things up. Nothing in it changes. */
export interface Org {
  readonly customers: ReadonlyMap<string, Customer>;
  readonly programNames: ReadonlyMap<number, string>;
  readonly defaultProgramId: number;
  readonly programOfTill: ReadonlyMap<number, number>;
  readonly currencyNames: ReadonlySet<string>;
  /** The accounts of each source that has several; a source that is missing has none to choose from. */
  readonly accountsOf: ReadonlyMap<string, readonly string[]>;
  /** The identifier that is nobody else's, and so decides in a list of identifiers. */
  readonly primaryIdentifier: IdentifierName;
  /** The members of the fleet each customer is in, the customer included; a customer in none is missing. */
  readonly fleetOf: ReadonlyMap<string, readonly Customer[]>;
}

/** The organisation of a checked data file. */
export function createOrg(data: SandboxData): Org {
  const customers = new Map(data.customers.map((each) => [each.id, customerOf(each)]));
  return {
    customers,
    programNames: new Map(data.programs.map(({ id, name }) => [id, name])),
    defaultProgramId: data.programs.find((program) => program.default)?.id ?? 0,
    programOfTill: new Map(data.tills.map(({ id, program }) => [id, program])),
    currencyNames: new Set(data.currencies.map(({ name }) => name)),
    accountsOf: new Map(Object.entries(data.accounts)),
    primaryIdentifier: data.primaryIdentifier,
    fleetOf: new Map(
      data.fleets.flatMap(({ members }) => {
        const fleet = members.flatMap((id) => customers.get(id) ?? []);
        return members.map((id) => [id, fleet] as const);
      }),
    ),
  };
}

function customerOf({
  id,
  firstName,
  lastName,
  mergedInto,
  profiles,
  ledger,
}: SandboxData['customers'][number]): Customer {
  return { id, firstName, lastName, mergedInto: mergedInto ?? null, profiles, ledger: readLedger(ledger) };
}
