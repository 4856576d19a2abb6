/** Text in which ids stand, to be had again for other ids. */
export interface Template {
  /** The text with these ids in the places of those it was made with. */
  render(ids: readonly string[]): string;
}

/**
 * Makes one of a text and the ids in it: wherever one of them stands, the id of the same place will be put.
 *
 * @throws when one of the ids does not stand in it
 */
export function createTemplate(text: string, ids: readonly string[]): Template {
  const places: number[] = [];
  const segments: string[] = [];
  let from = 0;
  for (const match of text.matchAll(new RegExp(ids.join('|'), 'g'))) {
    segments.push(text.slice(from, match.index));
    places.push(ids.indexOf(match[0]));
    from = match.index + match[0].length;
  }
  const rest = text.slice(from);
  const missing = ids.filter((_id, place) => !places.includes(place));
  if (missing.length > 0) throw new Error(`Not in the text: ${missing.join(', ')}`);
  return {
    render(others) {
      let rendered = '';
      for (let n = 0; n < segments.length; n += 1) rendered += `${segments[n] ?? ''}${others[places[n] ?? 0] ?? ''}`;
      return rendered + rest;
    },
  };
}
