import { z } from 'zod';
import * as accounts from '../accounts.ts';
import { byId, created, none, ok, withKey, type Route } from './route.ts';

const byProvider = z.object({ provider: z.string().max(40).meta({ description: 'Id of a configured provider' }) });

/** Log-in through Google, Microsoft, GitHub or another issuer, as far as they are configured. */
export const logInElsewhereRoutes = {
  listLogInProviders: {
    method: 'get',
    path: '/log-in-providers',
    summary: 'Through which other sites one can log in',
    audience: 'public',
    tag: 'accounts',
    success: ok(z.object({ items: z.array(accounts.LogInProvider) })),
  },
  beginLogInElsewhere: {
    method: 'post',
    path: '/log-in-providers/{provider}/attempts',
    summary: 'Begin a log-in through another site: where to send the browser',
    audience: 'public',
    tag: 'accounts',
    params: byProvider,
    headers: withKey,
    success: created(accounts.LogInElsewhere),
  },
  finishLogInElsewhere: {
    method: 'post',
    path: '/log-in-providers/{provider}/sessions',
    summary: 'Finish it with what the other site sent the browser back with',
    audience: 'public',
    tag: 'accounts',
    params: byProvider,
    headers: withKey,
    body: accounts.LogInReturn,
    success: created(accounts.LogInElsewhereDone),
    problems: [
      'log_in_expired',
      'log_in_refused',
      'second_factor_required',
      'email_not_vouched',
      'email_unconfirmed',
      'identity_taken',
      'not_logged_in',
    ],
  },
  listLinkedLogIns: {
    method: 'get',
    path: '/me/log-ins',
    summary: 'Other sites through which one gets into this account',
    audience: 'host',
    tag: 'accounts',
    success: ok(z.object({ items: z.array(accounts.LinkedLogIn) })),
  },
  linkLogIn: {
    method: 'post',
    path: '/me/log-ins/{provider}',
    summary: 'Begin to add another site to the ways into this account',
    audience: 'host',
    tag: 'accounts',
    params: byProvider,
    headers: withKey,
    body: accounts.PasswordProof,
    success: created(accounts.LogInElsewhere),
    problems: ['password_wrong'],
  },
  unlinkLogIn: {
    method: 'delete',
    path: '/me/log-ins/{id}',
    summary: 'Take another site from the ways into this account',
    audience: 'host',
    tag: 'accounts',
    params: byId,
    success: none,
  },
} as const satisfies Record<string, Route>;
