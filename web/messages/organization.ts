import { auditDe } from './audit-de.ts';
import { auditEn, type AuditMessages } from './audit-en.ts';
import { language } from './language.svelte.ts';
import { organizationDe } from './organization-de.ts';
import { organizationEn, type OrganizationMessages } from './organization-en.ts';

/** Sentences about the organization, its people, and what happened in it. */
export const organization = {
  get t(): OrganizationMessages {
    return language.locale === 'de' ? organizationDe : organizationEn;
  },
  get audit(): AuditMessages {
    return language.locale === 'de' ? auditDe : auditEn;
  },
};
