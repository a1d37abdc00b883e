import type { LogInOptions } from '#integrations/log-in/create-providers.ts';
import type { SettingName, SettingValues } from './settings.ts';

type Need = <Name extends SettingName>(name: Name) => NonNullable<SettingValues[Name]>;

const oidc = { protocol: 'oidc' } as const;
/** Microsoft's names for "members of any tenant": the tenants' administrators choose the addresses, and we know none of them. */
const anyTenant = new Set(['common', 'organizations', 'consumers']);

/** Which other sites one can log in through: those that have a client id. The order is that of the buttons. */
export function logInOptions(values: SettingValues, need: Need): LogInOptions[] {
  // On this machine only; where people log in from elsewhere, tokens do not go over http.
  const allowHttp = values.NODE_ENV !== 'production';
  const options: LogInOptions[] = [];
  if (values.OIDC_ISSUER !== undefined)
    options.push({
      ...oidc,
      id: 'oidc',
      name: values.OIDC_NAME,
      issuer: values.OIDC_ISSUER,
      clientId: need('OIDC_CLIENT_ID'),
      clientSecret: need('OIDC_CLIENT_SECRET'),
      emailVerifiedBy: 'email_verified',
      allowHttp,
    });
  if (values.GOOGLE_CLIENT_ID !== undefined)
    options.push({
      ...oidc,
      id: 'google',
      name: 'Google',
      issuer: 'https://accounts.google.com',
      clientId: values.GOOGLE_CLIENT_ID,
      clientSecret: need('GOOGLE_CLIENT_SECRET'),
      emailVerifiedBy: 'email_verified',
    });
  if (values.MICROSOFT_CLIENT_ID !== undefined)
    options.push({
      ...oidc,
      id: 'microsoft',
      name: 'Microsoft',
      issuer: `https://login.microsoftonline.com/${values.MICROSOFT_TENANT}/v2.0`,
      clientId: values.MICROSOFT_CLIENT_ID,
      clientSecret: need('MICROSOFT_CLIENT_SECRET'),
      emailVerifiedBy: anyTenant.has(values.MICROSOFT_TENANT) ? 'xms_edov' : 'issuer',
    });
  if (values.GITHUB_CLIENT_ID !== undefined)
    options.push({
      protocol: 'github',
      url: values.GITHUB_URL,
      clientId: values.GITHUB_CLIENT_ID,
      clientSecret: need('GITHUB_CLIENT_SECRET'),
      allowHttp,
    });
  return options;
}
