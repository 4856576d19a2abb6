/** More values of one label than we have words for: somebody's own text would have come in. */
const MAX_VALUES = 64;
/** What is counted for all values beyond. */
const OTHER = 'other';

/**
 * What belongs to each value of a label, made once. Past a bound every new value is `other`: whatever a caller of this
 * code hands in, the series stay few.
 */
export function labelled<Child>(make: (value: string) => Child): (value: string) => Child {
  const children = new Map<string, Child>();
  const childOf = (value: string): Child => {
    const known = children.get(value);
    if (known !== undefined) return known;
    if (children.size >= MAX_VALUES && value !== OTHER) return childOf(OTHER);
    const child = make(value);
    children.set(value, child);
    return child;
  };
  return childOf;
}
