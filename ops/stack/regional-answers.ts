import { OperatorError, sentenceOf } from '../cli/operator-error.ts';

/** What one Region said, or why it said nothing. */
export type RegionalAnswer<P, T> =
  | { readonly place: P; readonly answer: T; readonly error: undefined }
  | { readonly place: P; readonly answer: undefined; readonly error: string };

/**
 * Asks every Region at once. One that does not answer keeps nobody from hearing what the others say.
 * @throws OperatorError when none of them answers
 */
export async function answersFrom<P, T>(
  places: readonly P[],
  ask: (place: P) => Promise<T>,
): Promise<readonly RegionalAnswer<P, T>[]> {
  const answers = await Promise.all(places.map((place) => answerFrom(place, ask)));
  const errors = answers.flatMap(({ error }) => (error === undefined ? [] : [error]));
  if (errors.length > 0 && errors.length === answers.length) throw new OperatorError([...new Set(errors)].join('; '));
  return answers;
}

async function answerFrom<P, T>(place: P, ask: (place: P) => Promise<T>): Promise<RegionalAnswer<P, T>> {
  try {
    return { place, answer: await ask(place), error: undefined };
  } catch (error) {
    return { place, answer: undefined, error: sentenceOf(error) };
  }
}
