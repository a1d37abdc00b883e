import { noteSecurityChange } from '#api/auth/security-notice.ts';
import { findCredentials, membershipOf } from '#db/queries/accounts.ts';
import { endSessions } from '#db/queries/sessions.ts';
import { endTwoFactor, findTwoFactor } from '#db/queries/two-factor.ts';
import { CommandFailed, type Outcome } from '../cli/terminal.ts';
import type { Progress } from '../progress.ts';
import { withRunningSystem } from './running-system.ts';

/**
 * Turns two-factor off for somebody who has lost both phone and recovery codes. Their sessions end, it is on record as an operator's deed, and
 * their address is told: whoever talked the operator into it does not go unnoticed.
 * @throws CommandFailed when nobody has the address
 */
export async function resetTwoFactor(email: string, report: Progress): Promise<Outcome> {
  return withRunningSystem(report, async (shared, config) => {
    const { database } = shared;
    const account = await findCredentials(database, email);
    const member = account && (await membershipOf(database, account.accountId));
    if (!member) throw new CommandFailed(`No member of an organization has the address ${email}.`);
    const { accountId } = member;
    const known = await findTwoFactor(database, accountId);
    if (!known?.confirmedAt)
      return {
        fine: false,
        lines: [`Two-factor is not on for ${email}.`],
        data: { accountId, code: 'two_factor_off' },
      };
    await database.transaction(async (tx) => {
      await endTwoFactor(tx, accountId);
      await endSessions(tx, accountId);
    });
    const log = { warn: (_: object, message: string) => report(message) };
    const actor = { type: 'operator' as const, id: null, ip: null };
    await noteSecurityChange({ ...shared, publicUrl: config.http.publicUrl, log }, member, {
      change: 'two_factor_off',
      actor,
    });
    const lines = [
      `Two-factor is off for ${email}: the password is enough now. Every session has ended, and a mail says so.`,
    ];
    return { fine: true, lines, data: { accountId } };
  });
}
