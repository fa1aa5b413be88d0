import { OperatorError, sentenceOf } from '../cli/operator-error.ts';

/** One Region's answer, or the reason why there is none. */
export type RegionalAnswer<P, T> =
  | { readonly place: P; readonly answer: T; readonly error: undefined }
  | { readonly place: P; readonly answer: undefined; readonly error: string };

/**
 * Asks every Region at once. A Region that fails does not hide the others' answers.
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
