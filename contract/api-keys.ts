import { z } from 'zod';
import { Id, Instant, Line } from './primitives.ts';
import type { Route } from './routes/route.ts';
import { tags } from './tags.ts';

/** Few, by subject: `write` allows what `read` does. What a key's member may not do, the key may not either. */
export const scopes = {
  'bookings:read': 'See bookings, their documents and their audit trail',
  'bookings:write': 'See and change bookings: cancel, move, release, resend',
  'setup:read': 'See availability, meeting types and NDA templates',
  'setup:write': 'See and change availability, meeting types and NDA templates',
  'operations:read': 'See what could not be processed',
  'operations:write': 'See what could not be processed, and replay it',
} as const;
export type Scope = keyof typeof scopes;
export const Scope = z.enum(Object.keys(scopes) as [Scope, ...Scope[]]).meta({
  description: Object.entries(scopes)
    .map(([name, text]) => `\`${name}\`: ${text}`)
    .join('\n'),
});

/** The scope that a key needs for a host's route; `any` key will do, or `none` does. */
export function scopeOf(route: Route): Scope | 'any' | 'none' {
  if (route.audience !== 'host') return 'none';
  const subject = tags[route.tag].scope;
  if (subject === null) return route.anyKey === true ? 'any' : 'none';
  return `${subject}:${route.method === 'get' ? 'read' : 'write'}`;
}

/** `write` includes `read`. */
export function isAllowed(granted: readonly string[], needed: Scope): boolean {
  return granted.includes(needed) || granted.includes(needed.replace(/:read$/, ':write'));
}

export const apiKeyPrefix = 'csk_';

export const ApiKeyInput = z
  .object({
    name: Line(120),
    scopes: z.array(Scope).min(1, 'Choose at least one.').max(Object.keys(scopes).length),
    expiresInDays: z.int().min(1).max(366).default(90),
  })
  .meta({ id: 'ApiKeyInput' });

export const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    /** The end of the token, to tell keys apart. */
    hint: z.string(),
    scopes: z.array(Scope),
    /** Whose rights it has. */
    memberName: z.string(),
    createdAt: Instant,
    expiresAt: Instant,
    lastUsedAt: Instant.nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;

export const ApiKeyCreated = ApiKey.extend({
  token: z.string().meta({ description: 'Shown this once: send it as Authorization: Bearer' }),
}).meta({ id: 'ApiKeyCreated' });
