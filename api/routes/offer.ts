import type { Queryable } from '#db/pool.ts';
import * as types from '#db/queries/meeting-types.ts';
import * as templates from '#db/queries/nda-templates.ts';
import * as schedules from '#db/queries/schedules.ts';
import type { MeetingTypeInput } from '#contract/meeting-types.ts';
import type { NdaTemplateContent } from '#contract/nda-templates.ts';
import type { HostCaller } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import * as present from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';
import { as, change, hostOf, type Owner } from './offer-parts.ts';
import { scheduleRoutes } from './schedules.ts';

type OfferHandlers = Pick<
  Handlers,
  | 'listSchedules'
  | 'createSchedule'
  | 'changeSchedule'
  | 'deleteSchedule'
  | 'whyNot'
  | 'listMeetingTypes'
  | 'createMeetingType'
  | 'readMeetingType'
  | 'changeMeetingType'
  | 'archiveMeetingType'
  | 'listNdaTemplates'
  | 'listTemplateVariables'
  | 'createNdaTemplate'
  | 'readNdaTemplate'
  | 'publishNdaTemplate'
  | 'listNdaTemplateVersions'
  | 'previewNda'
  | 'previewNdaPdf'
>;

/** What a host offers: when, what, and under which agreement. Everything runs as the host's organization. */
export function offerRoutes(parts: ApiParts): OfferHandlers {
  return { ...scheduleRoutes(parts), ...meetingTypeRoutes(parts), ...templateRoutes(parts) };
}

function meetingTypeRoutes(
  parts: ApiParts,
): Pick<
  OfferHandlers,
  'listMeetingTypes' | 'createMeetingType' | 'readMeetingType' | 'changeMeetingType' | 'archiveMeetingType'
> {
  const find = async (tx: Queryable, id: string) => {
    const row = await types.findMeetingType(tx, id);
    if (!row) throw new Refused('not_found');
    return row;
  };
  const read = async (tx: Queryable, id: string) => present.meetingType(await find(tx, id), parts.publicUrl);
  return {
    listMeetingTypes: ({ who, query }) =>
      as(parts, who, async (tx) => {
        const { hostId } = await hostOf(tx, who, query);
        const rows = await types.meetingTypesOf(tx, hostId);
        return { items: rows.map((row) => present.meetingType(row, parts.publicUrl)) };
      }),
    readMeetingType: ({ who, params }) => as(parts, who, (tx) => read(tx, params.id)),
    createMeetingType: (call) =>
      change(parts, call, 'meeting_type.created', async (tx) => {
        const owner = await hostOf(tx, call.who, call.query);
        await refuseForeignParts(tx, owner, call.body);
        const id = await types.insertMeetingType(tx, owner, call.body);
        return { id, result: await read(tx, id) };
      }),
    changeMeetingType: (call) =>
      change(parts, call, 'meeting_type.changed', async (tx) => {
        const { id } = call.params;
        const { organizationId, hostId } = await find(tx, id);
        await refuseForeignParts(tx, { organizationId, hostId }, call.body);
        await types.replaceMeetingType(tx, hostId, id, call.body);
        return { id, result: await read(tx, id) };
      }),
    archiveMeetingType: (call) =>
      change(parts, call, 'meeting_type.archived', async (tx) => {
        const { id } = call.params;
        const { hostId } = await find(tx, id);
        await types.archiveMeetingType(tx, hostId, id);
        return { id, result: undefined };
      }),
  };
}

/** Schedule and template must be ones that this host can use: foreign keys alone would let another organization's pass. */
async function refuseForeignParts(tx: Queryable, owner: Owner, input: MeetingTypeInput): Promise<void> {
  const missing = (field: string) =>
    new Refused('validation_failed', { errors: [{ field, code: 'not_found', message: 'There is no such one.' }] });
  if (input.scheduleId && !(await schedules.keepSchedule(tx, owner.hostId, input.scheduleId)))
    throw missing('scheduleId');
  if (input.ndaTemplateId && !(await templates.findTemplate(tx, owner.organizationId, input.ndaTemplateId)))
    throw missing('ndaTemplateId');
}

type TemplateHandlers = Pick<
  OfferHandlers,
  | 'listNdaTemplates'
  | 'listTemplateVariables'
  | 'createNdaTemplate'
  | 'readNdaTemplate'
  | 'publishNdaTemplate'
  | 'listNdaTemplateVersions'
  | 'previewNda'
  | 'previewNdaPdf'
>;

function templateRoutes(parts: ApiParts): TemplateHandlers {
  const { ndaText } = parts;
  const refuseBad = (content: NdaTemplateContent, prefix: string): void => {
    const errors = ndaText.check(content).map((error) => ({ ...error, field: `${prefix}${error.field}` }));
    if (errors.length > 0) throw new Refused('template_invalid', { errors });
  };
  const read = async (tx: Queryable, who: HostCaller, id: string) => {
    const row = await templates.findTemplate(tx, who.organizationId, id);
    if (!row) throw new Refused('not_found');
    return present.ndaTemplate(row);
  };
  return {
    listNdaTemplates: ({ who }) =>
      as(parts, who, async (tx) => ({
        items: (await templates.templatesOf(tx, who.organizationId)).map(present.ndaTemplate),
      })),
    listTemplateVariables: async () => ({ items: [...ndaText.variables] }),
    readNdaTemplate: ({ who, params }) => as(parts, who, (tx) => read(tx, who, params.id)),
    createNdaTemplate: (call) => {
      refuseBad(call.body.content, 'content.');
      return change(parts, call, 'nda_template.created', async (tx) => {
        const id = await templates.insertTemplate(tx, call.who, call.body.name, present.newVersion(call.body.content));
        return { id, result: await read(tx, call.who, id) };
      });
    },
    publishNdaTemplate: (call) => {
      refuseBad(call.body, '');
      const { id } = call.params;
      return change(parts, call, 'nda_template.published', async (tx) => {
        await read(tx, call.who, id);
        await templates.publishVersion(tx, call.who, id, present.newVersion(call.body));
        return { id, result: await read(tx, call.who, id) };
      });
    },
    listNdaTemplateVersions: ({ who, params }) =>
      as(parts, who, async (tx) => {
        await read(tx, who, params.id);
        return { items: (await templates.versionsOf(tx, who.organizationId, params.id)).map(present.ndaVersion) };
      }),
    previewNda: async ({ body }) => {
      refuseBad(body, '');
      return ndaText.preview(body);
    },
    previewNdaPdf: async ({ who, body }) => {
      refuseBad(body, '');
      return { bytes: await ndaText.previewPdf(body, who.organizationName), filename: `${body.title}.pdf` };
    },
  };
}
