import { Refusal } from '../answers.ts';
import { findById, findByIdentifiers, isKnownIn } from '../findCustomer.ts';
import { exactNumber } from '../json.ts';
import type { Customer } from '../org.ts';
import { readAccount, readFlag, readNaming, readRequiredSource } from '../parameters.ts';
import { IDENTIFIERS } from '../sources.ts';
import type { Call } from './call.ts';

/**
 * `GET /v2/customers/lookup`: the id that identifiers stand for.
 *
 * @throws {Refusal} 8001, 8002, 8003, 8013, 8127, 8015, 8065
 * @see https://docs.capillarytech.com/reference/apioverview
 */
export function customerIdByLookup({ org, query, answerAbout }: Call): unknown {
  const naming = readNaming(query, { org, names: IDENTIFIERS, codes: { noSource: 8001, noIdentifier: 8002 } });
  const { customer, warnings } = answerAbout(findByIdentifiers(org, naming.identifiers, naming.place));
  return { entity: exactNumber(customer.id), warnings };
}

/**
 * `GET /v2/customers/{id}`: a profile per source the customer is known in, with names and identifiers only. The source
 * that is asked for must be one of them; `includedOnlyCurrentProfile=true` shows that one alone.
 *
 * @throws {Refusal} 8016, 8012, 8091, 8015, 8065
 * @see https://docs.capillarytech.com/reference/get-customer-details
 */
export function customerById({ org, query, answerAbout }: Call, id: string): unknown {
  const source = readRequiredSource(query, { missing: 8016, unknown: 8012 });
  const place = { source, accountId: readAccount(query, source, org, { missing: 8091, unknown: 8012 }) };
  const isCurrentOnly = readFlag(query, 'includedOnlyCurrentProfile');
  const found = findById(org, id);
  if (!isKnownIn(found.customer, place)) throw new Refusal(8065);

  const { customer, warnings } = answerAbout(found);
  const shown = customer.profiles.filter(
    (profile) => !isCurrentOnly || isKnownIn({ ...customer, profiles: [profile] }, place),
  );
  return {
    id: exactNumber(customer.id),
    profiles: shown.map((profile) => profileOf(profile, customer)),
    loyaltyInfo: { loyaltyType: 'loyalty' },
    segments: {},
    extendedFields: {},
    warnings,
  };
}

function profileOf({ source, accountId, identifiers }: Customer['profiles'][number], customer: Customer): unknown {
  return {
    firstName: customer.firstName,
    lastName: customer.lastName,
    source,
    accountId: accountId ?? '',
    userId: exactNumber(customer.id),
    // A parameter says `cardnumber`, a profile `cardNumber`: the platform spells them so.
    identifiers: Object.entries(identifiers).map(([name, value]) => ({
      type: name === 'cardnumber' ? 'cardNumber' : name,
      value,
    })),
    commChannels: [],
  };
}
