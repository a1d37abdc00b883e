import { z } from 'zod';
import { Email, Id, Instant, Line, Locale, Slug, TimeZone } from './primitives.ts';

export const Role = z.enum(['OWNER', 'ADMIN', 'MEMBER']);

/** ASVS 5.0: length decides, not composition; common passwords are refused by the server. */
export const NewPassword = z.string().min(8, 'At least 8 characters.').max(256, 'At most 256 characters.');

export const Registration = z
  .object({
    email: Email,
    password: NewPassword,
    name: Line(120),
    organizationName: Line(120),
    timeZone: TimeZone,
    locale: Locale.default('en'),
  })
  .meta({ id: 'Registration' });
export type Registration = z.infer<typeof Registration>;

export const Credentials = z.object({ email: Email, password: z.string().min(1).max(256) }).meta({ id: 'Credentials' });
export const EmailOnly = z.object({ email: Email }).meta({ id: 'EmailOnly' });
export const TokenOnly = z.object({ token: z.string().min(20).max(200) }).meta({ id: 'TokenOnly' });
export const PasswordReset = z
  .object({ token: z.string().min(20).max(200), password: NewPassword })
  .meta({ id: 'PasswordReset' });

export const PasswordChange = z
  .object({ current: z.string().min(1).max(256), password: NewPassword })
  .meta({ id: 'PasswordChange' });

/** The password of whoever is logged in, once more; without one (log-in elsewhere only) it is left out. */
export const PasswordProof = z.object({ password: z.string().max(256).optional() }).meta({ id: 'PasswordProof' });

/** Six digits of the authenticator app, or a recovery code; spaces and hyphens do not matter. */
const Code = z
  .string()
  .min(6, 'A code has six digits.')
  .max(40)
  .meta({ description: 'Six digits of the app, or a recovery code' });
export const SecondFactorCode = z.object({ code: Code }).meta({ id: 'SecondFactorCode' });
export const BothFactors = PasswordProof.extend({ code: Code }).meta({ id: 'BothFactors' });

export const TwoFactor = z
  .object({
    enabled: z.boolean(),
    since: Instant.nullable(),
    recoveryCodesLeft: z.int().min(0),
    /** Whether the account has a password to be asked for. */
    hasPassword: z.boolean(),
  })
  .meta({ id: 'TwoFactor' });

export const TwoFactorSetUp = z
  .object({
    secret: z.string().meta({ description: 'Base32, for apps that cannot read the QR code' }),
    address: z.string().meta({ description: 'otpauth:// address, what the QR code says' }),
    qrCode: z.string().meta({ description: 'The QR code as an SVG document' }),
  })
  .meta({ id: 'TwoFactorSetUp' });

export const RecoveryCodes = z
  .object({
    recoveryCodes: z.array(z.string()).meta({ description: 'Shown this once; each works once' }),
    /** The session was renewed: this is its token now. */
    csrfToken: z.string(),
  })
  .meta({ id: 'RecoveryCodes' });

export const Me = z
  .object({
    accountId: Id,
    email: Email,
    emailVerified: z.boolean(),
    name: z.string(),
    locale: Locale,
    organization: z.object({ id: Id, name: z.string(), slug: Slug }),
    role: Role,
    /** Runs the installation, whatever the role. */
    isOperator: z.boolean(),
    /** All that this account belongs to; the session is in one of them. */
    organizations: z.array(z.object({ id: Id, name: z.string(), role: Role })),
    host: z.object({ id: Id, slug: Slug, displayName: z.string(), timeZone: TimeZone }),
    /** For requests that change something: send it back as X-CSRF-Token. Empty for an API key, which needs none. */
    csrfToken: z.string(),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;

export const LogInProvider = z.object({ id: z.string(), name: z.string() }).meta({ id: 'LogInProvider' });

export const LogInElsewhere = z
  .object({ url: z.url().meta({ description: 'Send the browser here; it comes back to /log-in/return/{provider}' }) })
  .meta({ id: 'LogInElsewhere' });

export const LogInReturn = z
  .object({
    parameters: z
      .string()
      .max(8_000)
      .meta({ description: 'The query of the address that the browser came back to, as it is' }),
    /** For an account that is new. */
    timeZone: TimeZone,
    locale: Locale.default('en'),
  })
  .meta({ id: 'LogInReturn' });

export const LogInElsewhereDone = z
  .object({ me: Me, outcome: z.enum(['logged_in', 'registered', 'linked']) })
  .meta({ id: 'LogInElsewhereDone' });

export const LinkedLogIn = z
  .object({ id: Id, provider: z.string(), name: z.string(), createdAt: Instant, lastUsedAt: Instant })
  .meta({ id: 'LinkedLogIn' });

export const ProfileChange = z
  .object({
    displayName: Line(120).optional(),
    slug: Slug.optional(),
    timeZone: TimeZone.optional(),
    locale: Locale.optional(),
  })
  .meta({ id: 'ProfileChange' });

export const SessionInfo = z
  .object({
    id: Id,
    current: z.boolean(),
    createdAt: Instant,
    lastSeenAt: Instant,
    userAgent: z.string().nullable(),
    ip: z.string().nullable(),
  })
  .meta({ id: 'Session' });
