import { z } from 'zod';
import { Email, Id, Instant, Line, Locale, Slug, TimeZone } from './primitives.ts';

export const Role = z.enum(['OWNER', 'ADMIN', 'MEMBER']);

/** ASVS 5.0: length decides, not composition; common passwords are refused by the server. */
const NewPassword = z.string().min(8, 'At least 8 characters.').max(256, 'At most 256 characters.');

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

export const Me = z
  .object({
    accountId: Id,
    email: Email,
    emailVerified: z.boolean(),
    name: z.string(),
    locale: Locale,
    organization: z.object({ id: Id, name: z.string(), slug: Slug }),
    role: Role,
    host: z.object({ id: Id, slug: Slug, displayName: z.string(), timeZone: TimeZone }),
    /** For requests that change something: send it back as X-CSRF-Token. */
    csrfToken: z.string(),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;

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
