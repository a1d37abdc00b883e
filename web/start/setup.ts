import type { MeetingType } from '#contract/meeting-types.ts';
import type { ScheduleRules } from '#contract/schedules.ts';
import { api, newIdempotencyKey, type Result } from '../api/client.ts';
import { emptyDraft, inputOf, slugOf } from '../meeting-types/draft.ts';
import { startingTemplate } from '../nda-templates/starting-content.ts';

export type Setup = {
  scheduleName: string;
  rules: ScheduleRules;
  title: string;
  durations: string;
  location: string;
  withNda: boolean;
  locale: 'en' | 'de';
};

/** Hours, agreement, meeting type, in the order that each needs; stops at the first refusal. A repeat builds on what is there. */
export async function setUp(setup: Setup): Promise<Result<MeetingType>> {
  const hours = await saveHours(setup);
  if (!hours.ok) return hours;
  const template = setup.withNda ? await templateId(setup.locale) : null;
  if (template?.ok === false) return template;
  const draft = {
    ...emptyDraft,
    title: setup.title,
    slug: slugOf(setup.title) || 'meeting',
    durations: setup.durations,
    location: setup.location,
    ndaTemplateId: template?.value ?? '',
  };
  return api.call('createMeetingType', { body: inputOf(draft), idempotencyKey: newIdempotencyKey() });
}

async function saveHours({ scheduleName, rules }: Setup): Promise<Result<unknown>> {
  const known = await api.call('listSchedules', {});
  if (!known.ok) return known;
  const usual = known.value.items.find(({ isDefault }) => isDefault);
  return usual === undefined
    ? api.call('createSchedule', {
        body: { name: scheduleName, isDefault: true, rules },
        idempotencyKey: newIdempotencyKey(),
      })
    : api.call('changeSchedule', { params: { id: usual.id }, body: { ...usual, rules } });
}

async function templateId(locale: 'en' | 'de'): Promise<Result<string>> {
  const known = await api.call('listNdaTemplates', {});
  if (!known.ok) return known;
  const first = known.value.items[0];
  if (first !== undefined) return { ok: true, value: first.id };
  const body = startingTemplate(locale);
  const made = await api.call('createNdaTemplate', { body, idempotencyKey: newIdempotencyKey() });
  return made.ok ? { ok: true, value: made.value.id } : made;
}
