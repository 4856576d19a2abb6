import type { CustomerData, SandboxData } from './dataShape.ts';

/**
 * What one part of the data file says that another part belies: each as `place: what is wrong`, in the file's order.
 * None is an empty list.
 */
export function contradictionsIn(data: SandboxData): string[] {
  return [...inTheOrg(data), ...inTheProfiles(data), ...inTheLedgers(data)];
}

/** Programs, tills, currencies, fleets, merges. */
function* inTheOrg({ programs, tills, currencies, fleets, customers }: SandboxData): Generator<string> {
  const programIds = new Set(programs.map(({ id }) => id));
  const byId = new Map(customers.map((customer) => [customer.id, customer]));
  if (programs.filter((program) => program.default).length !== 1) yield 'programs: expected one with "default": true';
  for (const [place, ids] of [
    ['programs', programs.map(({ id }) => id)],
    ['tills', tills.map(({ id }) => id)],
    ['customers', customers.map(({ id }) => id)],
  ] as const) {
    const twice = ids.find((id, i) => (ids as readonly unknown[]).indexOf(id) !== i);
    if (twice !== undefined) yield `${place}: the id ${twice} is there twice`;
  }
  for (const [i, { program }] of tills.entries()) {
    if (!programIds.has(program)) yield `tills[${i}].program: no program ${program}`;
  }
  for (const [i, { program }] of currencies.entries()) {
    if (!programIds.has(program)) yield `currencies[${i}].program: no program ${program}`;
  }
  for (const [i, { members }] of fleets.entries()) {
    const unknown = members.find((id) => !byId.has(id));
    if (unknown !== undefined) yield `fleets[${i}].members: no customer ${unknown}`;
  }
  for (const [i, { mergedInto }] of customers.entries()) {
    if (mergedInto === undefined) continue;
    const survivor = byId.get(mergedInto);
    if (survivor === undefined) yield `customers[${i}].mergedInto: no customer ${mergedInto}`;
    else if (survivor.mergedInto !== undefined) yield `customers[${i}].mergedInto: ${mergedInto} is merged itself`;
  }
}

/** Accounts, and the identifier that must be nobody else's. A merged customer's identifiers may be the survivor's. */
function* inTheProfiles({ accounts, primaryIdentifier, customers }: SandboxData): Generator<string> {
  const holderOf = new Map<string, CustomerData>();
  for (const [i, customer] of customers.entries()) {
    for (const [j, { source, accountId, identifiers }] of customer.profiles.entries()) {
      const place = `customers[${i}].profiles[${j}]`;
      const known = accounts[source];
      if (known === undefined && accountId !== undefined) yield `${place}.accountId: ${source} has no accounts`;
      if (known !== undefined && !known.includes(accountId ?? '')) {
        yield `${place}.accountId: expected one of ${known.join(', ')}`;
      }
      const primary = identifiers[primaryIdentifier];
      if (primary === undefined || customer.mergedInto !== undefined) continue;
      const holder = holderOf.get(primary) ?? customer;
      if (holder !== customer) yield `${place}.identifiers: ${holder.id} has this ${primaryIdentifier} too`;
      holderOf.set(primary, holder);
    }
  }
}

/** Entries that name a program, till or currency which is not there. */
function* inTheLedgers({ programs, tills, currencies, customers }: SandboxData): Generator<string> {
  const programIds = new Set(programs.map(({ id }) => id));
  const tillIds = new Set(tills.map(({ id }) => id));
  for (const [i, { ledger }] of customers.entries()) {
    for (const [j, { program, till, currency }] of ledger.entries()) {
      const place = `customers[${i}].ledger[${j}]`;
      if (!programIds.has(program)) yield `${place}.program: no program ${program}`;
      if (till !== undefined && !tillIds.has(till)) yield `${place}.till: no till ${till}`;
      if (currency === undefined) continue;
      if (!currencies.some((each) => each.name === currency && each.program === program)) {
        yield `${place}.currency: program ${program} has no currency ${currency}`;
      }
    }
  }
}
