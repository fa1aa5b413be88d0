/**
 * Whether this is `npm run test:full`: every combination of which `npm test` takes a representative part, every template
 * by CloudFormation's rules, and tests that take minutes.
 */
export const FULL_SUITE = process.env.FULL_SUITE !== undefined;
