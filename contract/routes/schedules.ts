import { z } from 'zod';
import * as bookings from '../bookings.ts';
import { Whose } from '../primitives.ts';
import * as schedules from '../schedules.ts';
import { byId, withKey, none, ok, created, type Route } from './route.ts';

export const scheduleRoutes = {
  listSchedules: {
    method: 'get',
    path: '/schedules',
    summary: 'A host’s schedules',
    audience: 'host',
    tag: 'availability',
    query: Whose,
    success: ok(z.object({ items: z.array(schedules.Schedule) })),
    problems: ['not_found'],
  },
  createSchedule: {
    method: 'post',
    path: '/schedules',
    summary: 'Add a schedule',
    audience: 'host',
    tag: 'availability',
    query: Whose,
    headers: withKey,
    body: schedules.ScheduleInput,
    success: created(schedules.Schedule),
    problems: ['not_found'],
  },
  changeSchedule: {
    method: 'put',
    path: '/schedules/{id}',
    summary: 'Replace a schedule',
    audience: 'host',
    tag: 'availability',
    params: byId,
    body: schedules.ScheduleInput,
    success: ok(schedules.Schedule),
  },
  deleteSchedule: {
    method: 'delete',
    path: '/schedules/{id}',
    summary: 'Delete a schedule; the meeting types that name it use the default one from then on',
    audience: 'host',
    tag: 'availability',
    params: byId,
    success: none,
    problems: ['schedule_is_default'],
  },
  whyNot: {
    method: 'get',
    path: '/availability/why',
    summary: 'Why a time is not offered',
    audience: 'host',
    tag: 'availability',
    query: bookings.WhyQuery,
    success: ok(bookings.WhyNot),
    problems: ['not_found'],
  },
} as const satisfies Record<string, Route>;
