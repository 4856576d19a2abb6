import { answerWith, type AnswerForm } from './answerForms.ts';

/**
 * An answer as text, with the time it was given: its UTF-8, a character a byte, for one letter beyond Latin would make two
 * bytes of every character.
 */
export function writeAnswer<Answer extends { readonly readAt: Date }>(
  form: AnswerForm<Answer>,
  answer: Answer,
): string {
  const text = JSON.stringify([answer.readAt.getTime(), form.encode(answer)]);
  return isAscii(text) ? text : Buffer.from(text).toString('latin1');
}

/** The answer behind such a text. @throws when this process has not written it */
export function openAnswer<Answer extends { readonly readAt: Date }>(form: AnswerForm<Answer>, text: string): Answer {
  const json = isAscii(text) ? text : Buffer.from(text, 'latin1').toString();
  const [readAtMs, written] = JSON.parse(json) as [number, unknown];
  return answerWith(form.schema.parse(written), new Date(readAtMs));
}

/** It also lays the text out in one piece, and lets go of those that it was put together of. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
