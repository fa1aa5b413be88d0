import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { REVOCATION_LEVELS, type RevocationLevel } from '../../lambda/revocation/revocation-level.ts';

/** At every synth: neither the table nor the deployment before is known here, and a level may just have been left out. */
export function warnOfUnreadLevels(scope: Construct, levels: readonly RevocationLevel[]): void {
  const unread = REVOCATION_LEVELS.filter((level) => !levels.includes(level));
  if (unread.length === 0) return;
  const warning =
    `revocationLevels leaves out ${unread.join(', ')}: entries of these levels that stand in the table revoke nothing. ` +
    '`revocations upgrade` finds them before the deployment, and `revocations lint` after it.';
  Annotations.of(scope).addWarningV2('bearer-authorizer:unread-levels', warning);
}
