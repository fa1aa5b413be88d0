/**
 * `npm run test:full`: every combination where `npm test` takes a representative part, every template by CloudFormation's
 * rules, and what takes real minutes.
 */
export const FULL_SUITE = process.env.FULL_SUITE !== undefined;
