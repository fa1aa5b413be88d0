import type { Selector } from './command.ts';
import { OperatorError } from './operator-error.ts';
import type { OperatorContext } from './report.ts';

/** Replaces a JWT of `-` by what standard input holds. @throws OperatorError when that is empty */
export async function withToken<S extends Selector>(selector: S, context: OperatorContext): Promise<S> {
  if (selector.by !== 'jwt' || selector.jwt !== '-') return selector;
  return { ...selector, jwt: await tokenFromStandardInput(context) };
}

/** The token on standard input; `npm run` puts lines of its own before it. @throws OperatorError when there is none */
export async function tokenFromStandardInput({ readStandardInput }: OperatorContext): Promise<string> {
  const lines = (await readStandardInput()).split('\n').map((line) => line.trim());
  const token =
    lines.findLast((line) => /^(Bearer +)?[^\s.]+\.[^\s.]+\.[^\s.]*$/i.test(line)) ?? lines.join('\n').trim();
  if (token === '') throw new OperatorError('Standard input holds no token: paste one, or pipe one in.');
  return token;
}
