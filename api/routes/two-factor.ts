import encodeQR from 'qr';
import { findCredentials } from '#db/queries/accounts.ts';
import {
  confirmTwoFactor,
  endTwoFactor,
  findTwoFactor,
  offerTwoFactor,
  recoveryCodesLeft,
  replaceRecoveryCodes,
} from '#db/queries/two-factor.ts';
import { renewSession } from '../auth/identity.ts';
import { finishLogIn } from '../auth/log-in.ts';
import { requirePassword } from '../auth/proof.ts';
import { noteSecurityChange } from '../auth/security-notice.ts';
import * as twoFactor from '../auth/two-factor.ts';
import type { ApiParts } from '../parts.ts';
import { me } from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import type { Call, Handlers } from '../route.ts';
import type { AuthParts } from './auth-parts.ts';

type TwoFactorHandlers = Pick<
  Handlers,
  'logInSecondStep' | 'readTwoFactor' | 'setUpTwoFactor' | 'confirmTwoFactor' | 'renewRecoveryCodes' | 'endTwoFactor'
>;

/** The second step of log-in: setting it up, passing it, getting rid of it. */
export function twoFactorRoutes(parts: ApiParts, auth: AuthParts): TwoFactorHandlers {
  const { database } = parts;
  return {
    logInSecondStep: async ({ body, headers, ip, userAgent, response }) =>
      me(await finishLogIn(parts, auth, { code: body.code, cookies: headers['cookie'], ip, userAgent, response })),
    readTwoFactor: async ({ who }) => {
      const known = await findTwoFactor(database, who.accountId);
      return {
        enabled: known?.confirmedAt !== null && known !== null,
        since: known?.confirmedAt?.toISOString() ?? null,
        recoveryCodesLeft: await recoveryCodesLeft(database, who.accountId),
        hasPassword: Boolean((await findCredentials(database, who.email))?.passwordHash),
      };
    },
    setUpTwoFactor: async ({ who, body, headers }) => {
      await requirePassword(parts, auth.guesses, who, { ...passwordOf(body), cookies: headers['cookie'] });
      const secret = twoFactor.newSecret();
      const sealed = twoFactor.sealSecret(parts, secret);
      if (!(await offerTwoFactor(database, who.accountId, sealed))) throw new Refused('two_factor_on');
      const address = twoFactor.setUpAddress(secret, who.email);
      return { secret, address, qrCode: encodeQR(address, 'svg', { ecc: 'medium', border: 2 }) };
    },
    confirmTwoFactor: async ({ who, body, headers, ip, userAgent, response }) => {
      const known = await findTwoFactor(database, who.accountId);
      if (!known) throw new Refused('two_factor_off');
      if (known.confirmedAt) throw new Refused('two_factor_on');
      await twoFactor.requireCode(parts, auth.guesses, {
        accountId: who.accountId,
        ...body,
        cookies: headers['cookie'],
      });
      const recoveryCodes = await newRecoveryCodes(parts, who.accountId);
      const renewed = await renewSession(parts, response, who, { ip, userAgent });
      await noteSecurityChange(parts, who, { change: 'two_factor_on', ip });
      return { recoveryCodes, csrfToken: renewed.csrfToken };
    },
    renewRecoveryCodes: async (call) => {
      await requireBoth(parts, auth, call);
      const recoveryCodes = await newRecoveryCodes(parts, call.who.accountId);
      await noteSecurityChange(parts, call.who, { change: 'recovery_codes_renewed', ip: call.ip });
      return { recoveryCodes, csrfToken: call.who.csrfToken };
    },
    endTwoFactor: async (call) => {
      await requireBoth(parts, auth, call);
      const { who, ip, userAgent, response } = call;
      await database.transaction((tx) => endTwoFactor(tx, who.accountId));
      const renewed = await renewSession(parts, response, who, { ip, userAgent });
      await noteSecurityChange(parts, who, { change: 'two_factor_off', ip });
      return me(renewed);
    },
  };
}

const passwordOf = (body: { password?: string | undefined }) => ({ password: body.password, field: 'password' });

/** The password first: a code counts once, and is not used up by a wrong password. */
async function requireBoth(
  parts: ApiParts,
  { guesses }: AuthParts,
  { who, body, headers }: Pick<Call<'endTwoFactor'>, 'who' | 'body' | 'headers'>,
): Promise<void> {
  const cookies = headers['cookie'];
  const known = await findTwoFactor(parts.database, who.accountId);
  if (!known?.confirmedAt) throw new Refused('two_factor_off');
  await requirePassword(parts, guesses, who, { ...passwordOf(body), cookies });
  await twoFactor.requireCode(parts, guesses, { accountId: who.accountId, code: body.code, cookies });
}

/** Two-factor counts from the moment in which there is a way in without the app. */
async function newRecoveryCodes({ database }: ApiParts, accountId: string): Promise<string[]> {
  const codes = twoFactor.newRecoveryCodes();
  await database.transaction(async (tx) => {
    await replaceRecoveryCodes(tx, accountId, codes.map(twoFactor.recoveryCodeHash));
    await confirmTwoFactor(tx, accountId);
  });
  return codes;
}
