/** Sentences of the pages about the organization and its people. */
export const organizationEn = {
  nav: { members: 'Members', organization: 'Organization', audit: 'Audit log' },
  roles: { OWNER: 'Owner', ADMIN: 'Admin', MEMBER: 'Member' },
  roleHints: {
    OWNER: 'Everything, also members, settings and operations',
    ADMIN: 'Everybody’s bookings, meeting types and hours; NDA templates; the audit log',
    MEMBER: 'Their own bookings, meeting types and hours',
  },
  switchTo: 'Organization',

  members: {
    title: 'Members',
    you: 'you',
    role: 'Role',
    roleOf: (name: string): string => `Role of ${name}`,
    joined: (when: string): string => `joined ${when}`,
    upcoming: (count: number): string => (count === 1 ? '1 booking ahead' : `${count} bookings ahead`),
    remove: 'Remove',
    roleTitle: (name: string, role: string): string => `Make ${name} ${role}?`,
    roleText: 'They are logged out here, told by mail, and have the new rights when they log in again.',
    roleTextSelf: 'You give up your own rights. Somebody else must give them back.',
    roleDo: 'Change the role',
    roleDone: (name: string): string => `The role of ${name} is changed.`,
    removeTitle: (name: string): string => `Remove ${name}?`,
    removeText:
      'Their booking pages go offline and their sessions here end, at once. Meeting types, hours and bookings stay with the organization.',
    removeBookings: (count: number): string =>
      count === 1
        ? 'One booking is still ahead. It stays confirmed; mails about it go to the organization’s contact, and you can cancel it.'
        : `${count} bookings are still ahead. They stay confirmed; mails about them go to the organization’s contact, and you can cancel them.`,
    removeDone: (name: string): string => `${name} is no longer a member.`,
    former: 'Former members',
    left: (when: string): string => `left ${when}`,
    showBookings: 'Show bookings',
  },

  invitations: {
    title: 'Invite somebody',
    email: 'E-mail',
    role: 'Role',
    send: 'Send the invitation',
    sent: (email: string): string => `The invitation to ${email} is on its way.`,
    open: 'Open invitations',
    none: 'None.',
    sentAt: (when: string): string => `sent ${when}`,
    expires: (when: string): string => `link ends ${when}`,
    expired: 'link has ended',
    resend: 'Send again',
    withdraw: 'Withdraw',
    withdrawn: (email: string): string => `The invitation to ${email} is withdrawn.`,
  },

  accept: {
    title: 'Your invitation',
    heading: (organization: string): string => `Join ${organization}`,
    text: (inviter: string, organization: string, role: string): string =>
      `${inviter} invites you to ${organization}. Your role: ${role}.`,
    forAddress: 'Invited address',
    register: 'Create an account and join',
    join: 'Join',
    haveAccount: 'You have an account with this address already. Join with it; nothing else changes.',
    otherAccount: (email: string): string =>
      `You are logged in as ${email}. To work here, log in with the invited address.`,
    joined: (organization: string): string => `You belong to ${organization} now.`,
    logIn: 'Log in',
    toDashboard: 'To the dashboard',
    resetPassword: 'Set a new password',
    incomplete: 'This link is not complete. Open it from the mail once more.',
  },

  settings: {
    title: 'Organization',
    profile: 'Settings',
    name: 'Name',
    nameHint: 'Guests see it beside yours, and it stands in NDAs and mails.',
    contact: 'Contact address',
    contactHint: 'Mails about the bookings of former members go here. Empty: to the owner who has been here longest.',
    readOnly: 'Owners can change these.',
    yours: 'Your organizations',
    here: 'you are here',
    open: 'Work here',
    leave: 'Leave this organization',
    leaveTitle: (name: string): string => `Leave ${name}?`,
    leaveText:
      'Your booking pages here go offline and your sessions end, at once. Your bookings, meeting types and hours stay with the organization. You can come back with a new invitation only.',
  },

  audit: {
    title: 'Audit log',
    text: 'Everything that happened here, in order. Entries cannot be changed or removed, and each one seals those before it.',
    filters: 'Filters',
    who: 'Who',
    anybody: 'Anybody',
    kinds: {
      guest: 'Guests',
      host: 'Members',
      operator: 'Operators',
      system: 'The system',
      provider: 'Signing services',
    },
    what: 'What',
    everything: 'Everything',
    from: 'From',
    until: 'Until',
    forBooking: 'Of one booking only.',
    clear: 'Clear filters',
    when: 'When',
    happened: 'What happened',
    booking: 'Booking',
    empty: 'Nothing was found.',
    actors: { guest: 'Guest', host: 'Member', operator: 'Operator', system: 'System', provider: 'Signing service' },
  },

  operations: {
    installation: 'Dead letters of the installation',
    installationHint: 'What came in and belongs to no organization. Only operators see it.',
  },
  whose: { label: 'Whose', own: 'Mine', everybody: 'Everybody' },
};
export type OrganizationMessages = typeof organizationEn;
