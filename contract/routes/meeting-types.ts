import { z } from 'zod';
import * as meetingTypes from '../meeting-types.ts';
import { Whose } from '../primitives.ts';
import { byId, withKey, none, ok, created, type Route } from './route.ts';

export const meetingTypeRoutes = {
  listMeetingTypes: {
    method: 'get',
    path: '/meeting-types',
    summary: 'A host’s meeting types',
    audience: 'host',
    tag: 'meeting types',
    query: Whose,
    success: ok(z.object({ items: z.array(meetingTypes.MeetingType) })),
    problems: ['not_found'],
  },
  createMeetingType: {
    method: 'post',
    path: '/meeting-types',
    summary: 'Add a meeting type',
    audience: 'host',
    tag: 'meeting types',
    query: Whose,
    headers: withKey,
    body: meetingTypes.MeetingTypeInput,
    success: created(meetingTypes.MeetingType),
    problems: ['slug_taken', 'not_found'],
  },
  readMeetingType: {
    method: 'get',
    path: '/meeting-types/{id}',
    summary: 'One meeting type',
    audience: 'host',
    tag: 'meeting types',
    params: byId,
    success: ok(meetingTypes.MeetingType),
  },
  changeMeetingType: {
    method: 'put',
    path: '/meeting-types/{id}',
    summary: 'Replace a meeting type',
    audience: 'host',
    tag: 'meeting types',
    params: byId,
    body: meetingTypes.MeetingTypeInput,
    success: ok(meetingTypes.MeetingType),
    problems: ['slug_taken'],
  },
  archiveMeetingType: {
    method: 'delete',
    path: '/meeting-types/{id}',
    summary: 'Take a meeting type offline; its bookings stay',
    audience: 'host',
    tag: 'meeting types',
    params: byId,
    success: none,
  },
} as const satisfies Record<string, Route>;
