import { Refusal, noticeOf, type Notice } from './answers.ts';
import type { Customer, Org } from './org.ts';
import type { IdentifierName, Source } from './sources.ts';

/** Whom an answer is about, and what the caller must be told about that. */
export interface Found {
  readonly customer: Customer;
  /** 8069 when the asked customer was merged into this one. */
  readonly warnings: readonly Notice[];
}

/** One of the identifiers that a call names its customer by. */
export interface Identifier {
  readonly name: IdentifierName | 'id';
  readonly value: string;
}

/** Where identifiers are looked for. */
export interface Place {
  readonly source: Source | 'ALL';
  /** Undefined: the source has no accounts to choose from. */
  readonly accountId: string | undefined;
}

/**
 * The customer with this id, or the survivor of the merge that the customer was the victim of.
 *
 * @throws {Refusal} 8015 when there is none
 * @see https://docs.capillarytech.com/reference/get-points-balance
 */
export function findById({ customers }: Org, id: string): Found {
  const asked = customers.get(id);
  if (asked === undefined) throw new Refusal(8015);
  const survivor = asked.mergedInto === null ? undefined : customers.get(asked.mergedInto);
  if (survivor === undefined) return { customer: asked, warnings: [] };
  return { customer: survivor, warnings: [noticeOf(8069)] };
}

/**
 * The customer that the identifiers name, in that place.
 *
 * Of several identifiers the organisation's primary one is tried first, the others in the order they came; the first
 * that names exactly one customer decides, and the rest are not held against it. An identifier that several customers
 * share names none of them (dual eligibility).
 *
 * @throws {Refusal} 8065 when a customer is known by them, but not in that place; else 8015
 * @see https://docs.capillarytech.com/reference/get-points-balance
 */
export function findByIdentifiers(org: Org, identifiers: readonly Identifier[], place: Place): Found {
  const isPrimary = ({ name }: Identifier): boolean => name === org.primaryIdentifier;
  const inOrder = [...identifiers.filter(isPrimary), ...identifiers.filter((each) => !isPrimary(each))];
  for (const identifier of inOrder) {
    const [only, ...others] = holdersOf(org, identifier, place);
    if (only !== undefined && others.length === 0) return findById(org, only.id);
  }
  const isKnownElsewhere = inOrder.some(
    (identifier) =>
      holdersOf(org, identifier, place).length === 0 &&
      holdersOf(org, identifier, { source: 'ALL', accountId: undefined }).length > 0,
  );
  throw new Refusal(isKnownElsewhere ? 8065 : 8015);
}

/** Whether a customer has a profile in that place. */
export function isKnownIn({ profiles }: Customer, place: Place): boolean {
  return profiles.some((profile) => isIn(profile, place));
}

function holdersOf({ customers }: Org, { name, value }: Identifier, place: Place): readonly Customer[] {
  // An id is the same in all sources: none is looked at.
  if (name === 'id') return [customers.get(value)].filter((customer) => customer !== undefined);
  const holders = [...customers.values()].filter(({ profiles }) =>
    profiles.some((profile) => isIn(profile, place) && profile.identifiers[name] === value),
  );
  // A merge leaves the victim's identifiers where they were: the survivor goes first.
  const unmerged = holders.filter(({ mergedInto }) => mergedInto === null);
  return unmerged.length > 0 ? unmerged : holders;
}

function isIn(profile: Customer['profiles'][number], { source, accountId }: Place): boolean {
  if (source === 'ALL') return true;
  return profile.source === source && (accountId === undefined || profile.accountId === accountId);
}
