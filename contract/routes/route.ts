import { z } from 'zod';
import { Id, IdempotencyKey, Slug } from '../primitives.ts';
import type { ProblemCode } from '../problems.ts';
import type { Tag } from '../tags.ts';

/** Who may call: anybody, whoever holds a booking's secret link (Authorization: Bearer), or a logged-in member. */
export type Audience = 'public' | 'guest' | 'host';

export type Route = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  summary: string;
  audience: Audience;
  tag: Tag;
  /** Any API key may call it, though its tag is for people alone. */
  anyKey?: true;
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** The body is a file of this type instead of JSON. */
  fileBody?: string;
  success: { status: 200 | 201 | 202 | 204; body?: z.ZodType; mediaType?: string };
  problems?: readonly ProblemCode[];
};

export const byId = z.object({ id: Id });
export const byPublicPath = z.object({ hostSlug: Slug, meetingTypeSlug: Slug });
export const withKey = z.object({ 'idempotency-key': IdempotencyKey.optional() });
export const pdf = 'application/pdf';
export const none = { status: 204 } as const;
export const ok = <T extends z.ZodType>(body: T) => ({ status: 200, body }) as const;
export const created = <T extends z.ZodType>(body: T) => ({ status: 201, body }) as const;

export const moveProblems = [
  'slot_taken',
  'slot_not_offered',
  'booking_not_confirmed',
  'meeting_started',
  'too_late_to_change',
  'reschedule_limit_reached',
  'move_pending',
] as const;
