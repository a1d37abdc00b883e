import { routes, type Audience, type Route, type RouteName } from '#contract/routes.ts';
import { defaultTemplate } from '#domain/nda/default-template.ts';
import { grace, send, type Reply } from './people.ts';
import type { Product } from './product.ts';
import type { Problem } from '#contract/problems.ts';

export type RouteRequest = {
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
};

export const routeNames = Object.keys(routes) as RouteName[];

export function routesFor(audience: Audience): RouteName[] {
  return routeNames.filter((name) => routes[name].audience === audience);
}

/** Ids that requests can be about; a test fills in whose they are. */
export type RequestIds = {
  organization: string;
  session: string;
  schedule: string;
  meetingType: string;
  ndaTemplate: string;
  booking: string;
  document: string;
  deadLetter: string;
  apiKey: string;
  linkedLogIn: string;
  member: string;
  invitation: string;
  hostSlug: string;
  meetingTypeSlug: string;
};

const startsAt = '2031-03-04T10:00:00Z';
const windows = [['09:00', '17:00']];

export function goodSchedule(name = 'Other hours') {
  const weekly = { mon: windows, tue: windows, wed: windows, thu: windows, fri: windows, sat: [], sun: [] };
  return {
    name,
    isDefault: false,
    rules: {
      timeZone: 'Europe/Riga',
      weekly,
      overrides: [{ date: '2031-03-05', windows: [['10:00', '12:00']] }],
      blackouts: [{ from: '2031-04-01', to: '2031-04-03', note: 'Away' }],
      travel: [{ from: '2031-05-01', to: '2031-05-03', timeZone: 'Asia/Tokyo' }],
    },
  };
}

export function goodMeetingType(slug: string) {
  return { title: 'Tea', slug, durationsMinutes: [30], remindersMinutes: [60] };
}

function goodTemplate() {
  const { title, source, ownVariables } = defaultTemplate('en');
  return { title, source, language: 'en', ownVariables };
}

/** For every route a request that the contract allows. */
export function goodRequests(ids: RequestIds): Record<RouteName, RouteRequest> {
  const page = { hostSlug: ids.hostSlug, meetingTypeSlug: ids.meetingTypeSlug };
  const range = { from: '2031-03-03T00:00:00Z', to: '2031-03-06T00:00:00Z', timeZone: 'Europe/Riga' };
  const booking = { params: { id: ids.booking } };
  const reason = { reason: 'Something came up.' };
  const template = { params: { id: ids.ndaTemplate } };
  const signature = {
    consent: true,
    disclosureSha256: 'a'.repeat(64),
    documentSha256: 'b'.repeat(64),
    mark: { kind: 'typed', text: grace.name },
  };
  const registration = {
    email: 'new@example.org',
    password: 'correct horse battery',
    name: 'New Host',
    organizationName: 'New Engines',
    timeZone: 'Europe/Riga',
  };
  const noToken = 'x'.repeat(43);
  return {
    register: { body: registration },
    logIn: { body: { email: 'nobody@example.org', password: 'correct horse battery' } },
    logOut: {},
    me: {},
    changeProfile: { body: { displayName: 'Ada Host' } },
    changePassword: { body: { current: 'not the password', password: 'another horse battery' } },
    logInSecondStep: { body: { code: '000000' } },
    readTwoFactor: {},
    setUpTwoFactor: { body: { password: 'not the password' } },
    confirmTwoFactor: { body: { code: '000000' } },
    renewRecoveryCodes: { body: { password: 'not the password', code: '000000' } },
    endTwoFactor: { body: { password: 'not the password', code: '000000' } },
    listLogInProviders: {},
    beginLogInElsewhere: { params: { provider: 'nowhere' } },
    finishLogInElsewhere: {
      params: { provider: 'nowhere' },
      body: { parameters: '?code=x&state=y', timeZone: 'Europe/Riga', locale: 'en' },
    },
    listLinkedLogIns: {},
    linkLogIn: { params: { provider: 'nowhere' }, body: { password: 'not the password' } },
    unlinkLogIn: { params: { id: ids.linkedLogIn } },
    listApiKeys: {},
    createApiKey: { body: { name: 'Reports', scopes: ['bookings:read'], expiresInDays: 30 } },
    revokeApiKey: { params: { id: ids.apiKey } },
    listSessions: {},
    revokeSession: { params: { id: ids.session } },
    revokeOtherSessions: {},
    requestEmailVerification: {},
    verifyEmail: { body: { token: noToken } },
    requestPasswordReset: { body: { email: 'nobody@example.org' } },
    resetPassword: { body: { token: noToken, password: 'correct horse battery' } },
    listSchedules: {},
    createSchedule: { body: goodSchedule() },
    changeSchedule: { params: { id: ids.schedule }, body: goodSchedule() },
    deleteSchedule: { params: { id: ids.schedule } },
    whyNot: { query: { meetingTypeId: ids.meetingType, startsAt } },
    listMeetingTypes: {},
    createMeetingType: { body: goodMeetingType('tea') },
    readMeetingType: { params: { id: ids.meetingType } },
    changeMeetingType: { params: { id: ids.meetingType }, body: goodMeetingType(ids.meetingTypeSlug) },
    archiveMeetingType: { params: { id: ids.meetingType } },
    listNdaTemplates: {},
    listTemplateVariables: {},
    createNdaTemplate: { body: { name: 'Another', content: goodTemplate() } },
    readNdaTemplate: template,
    publishNdaTemplate: { ...template, body: goodTemplate() },
    listNdaTemplateVersions: template,
    previewNda: { body: goodTemplate() },
    previewNdaPdf: { body: goodTemplate() },
    listBookings: { query: { view: 'all', q: 'Grace', limit: '10' } },
    insights: { query: { from: '2031-03-01', to: '2031-03-31' } },
    bookingTotals: {},
    readBooking: booking,
    bookingAudit: booking,
    bookingDocument: { params: { id: ids.booking, documentId: ids.document } },
    hostCancel: { ...booking, body: reason },
    hostRelease: { ...booking, body: reason },
    hostReschedule: { ...booking, body: { startsAt, reason: '' } },
    resend: { ...booking, body: { recipient: 'guest' } },
    correctGuestEmail: { ...booking, body: { email: 'right@example.net' } },
    markNoShow: booking,
    undoNoShow: booking,
    retry: booking,
    hostPage: { params: { hostSlug: ids.hostSlug } },
    meetingTypePage: { params: page },
    slots: { params: page, query: range },
    ndaSample: { params: page },
    hold: { body: { meetingTypeId: ids.meetingType, startsAt, guest: grace } },
    guestBooking: {},
    guestCancel: { body: reason },
    guestReschedule: { body: { startsAt, reason: '' } },
    guestGiveUpMove: { body: reason },
    guestSlots: { query: range },
    guestInvite: {},
    guestDocument: {},
    signingSession: {},
    sendSigningCode: {},
    sign: { body: signature },
    decline: { body: reason },
    readRetention: { query: { days: '30' } },
    changeRetention: { body: { retentionDays: 365 } },
    bookingRetention: booking,
    setLegalHold: { ...booking, body: { reason: 'Claimed in court.' } },
    liftLegalHold: booking,
    listSigningKeys: {},
    rotateSigningKey: { body: { reason: 'routine' } },
    exportGuestData: { body: { email: grace.email } },
    previewErasure: { body: { email: grace.email } },
    eraseGuestData: { body: { email: 'nobody@example.net' } },
    bookingDocumentLink: { params: { id: ids.booking, documentId: ids.document } },
    guestDocumentLink: {},
    openDocumentLink: { params: { token: 'x'.repeat(40) } },
    exportMyData: {},
    verifyFile: {},
    knownDocument: { params: { id: ids.document } },
    signingWebhook: { params: { provider: 'builtin' }, body: { type: 'unheard-of' } },
    mailWebhook: { params: { provider: 'postmark' }, body: { RecordType: 'Open' } },
    reportPageTraces: {
      body: {
        sentAt: 1_900_000_000_500,
        spans: [
          {
            kind: 'click',
            name: 'hold',
            traceId: 'a'.repeat(32),
            spanId: 'b'.repeat(16),
            startedAt: 1_900_000_000_000,
            endedAt: 1_900_000_000_300,
          },
        ],
      },
    },
    listDeadLetters: {},
    replayDeadLetter: { params: { id: ids.deadLetter } },
    listInstallationDeadLetters: {},
    replayInstallationDeadLetter: { params: { id: ids.deadLetter } },
    listAuditEvents: { query: { about: 'people', limit: '10' } },
    readOrganization: {},
    changeOrganization: { body: { name: 'Analytical Engines', contactEmail: 'office@example.org' } },
    switchOrganization: { body: { organizationId: ids.organization } },
    listMembers: {},
    leaveOrganization: {},
    changeMemberRole: { params: { id: ids.member }, body: { role: 'ADMIN' } },
    removeMember: { params: { id: ids.member } },
    listInvitations: {},
    invite: { body: { email: `invited-${ids.organization}@example.org`, role: 'MEMBER' } },
    resendInvitation: { params: { id: ids.invitation } },
    withdrawInvitation: { params: { id: ids.invitation } },
    readInvitation: { body: { token: noToken } },
    registerByInvitation: {
      body: { token: noToken, name: 'New Member', password: 'correct horse battery', timeZone: 'Europe/Riga' },
    },
    joinByInvitation: { body: { token: noToken } },
  };
}

type As = { token?: string; cookie?: string; csrf?: string; key?: string };

/** Sends a request to a route of the contract, whatever the contract says of it. */
export function ask<T = Problem>(
  product: Product,
  name: RouteName,
  { params, query, body }: RouteRequest,
  as: As = {},
): Promise<Reply<T>> {
  const route: Route = routes[name];
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params?.[key] ?? ''));
  const search = query ? `?${new URLSearchParams(query)}` : '';
  return send<T>(product, route.method.toUpperCase(), `${path}${search}`, {
    ...as,
    ...(body !== undefined && { body }),
  });
}
