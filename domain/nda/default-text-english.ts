/** Markdown; the title stands above it. */
export const ENGLISH_NDA = `This agreement is made on {{document.date}} between

- **{{organization.name}}**, represented by {{host.name}} ({{host.email}}), and
- **{{guest.name}}** ({{guest.email}}){{#if guest.company}}, for themselves and, as far as they are authorized to bind it, for **{{guest.company}}**{{/if}}.

Each of them is a *party*. The party that shares information is the *discloser*, the party that receives it is the *recipient*; either party may be both.

## 1. Purpose

The parties plan to meet for “{{meeting.title}}” on {{meeting.start}}, and may continue to talk about the same subject afterwards. This agreement protects what they share with each other for that purpose (the *Purpose*).

## 2. Confidential information

1. *Confidential Information* is any information that a party shares for the Purpose, in whatever form, before or after the date of this agreement, if it is marked as confidential or if a reasonable person would understand it to be confidential from its nature or from the way in which it was shared.
2. Information is not Confidential Information as far as the recipient can show that it
    1. was or became public without a breach of this agreement,
    2. was already lawfully known to the recipient, free of any duty of confidence,
    3. was lawfully received from a third party who was free to share it, or
    4. was developed independently, without use of the discloser’s Confidential Information.

## 3. What the recipient undertakes

1. The recipient will use Confidential Information for the Purpose only.
2. The recipient will protect it with the care that it gives to its own confidential information, and at least with reasonable care.
3. The recipient will share it only with those of its employees, officers and professional advisers who need to know it for the Purpose and who are bound by duties of confidence no less strict than these. The recipient answers for what they do with it as for its own acts.
4. The recipient will tell the discloser without undue delay when it learns that Confidential Information was lost, or used or disclosed in breach of this agreement.

## 4. Disclosure required by law

If a law, a court or an authority requires the recipient to disclose Confidential Information, the recipient may disclose what is required and no more. Where it is lawful and practicable it will tell the discloser beforehand, so that the discloser can seek protection. Nothing in this agreement prevents anyone from reporting a suspected breach of law to a competent authority, or from making any other disclosure that the law protects.

## 5. Return and deletion

When the discloser asks for it in writing, the recipient will return or delete the Confidential Information that it holds. It may keep copies that the law or its ordinary backup routine requires it to keep; this agreement continues to apply to them for as long as they are kept.

## 6. No licence, no promise

The discloser keeps all its rights in what it shares. This agreement grants no licence and transfers no right. It obliges neither party to share anything, to enter into a further agreement, or to refrain from working with others. Information is shared as it is, without a warranty that it is accurate or complete.

## 7. Duration

This agreement takes effect when the last party accepts it. Its duties apply to Confidential Information for {{confidentialityYears}} years after that information was shared, and to trade secrets for as long as they remain trade secrets under the applicable law. Either party may end the sharing of information at any time; the duties for information already shared continue.

## 8. Remedies

The parties accept that damages alone may not make good a breach of this agreement. Besides any other remedy, the discloser may ask a competent court for an order that prevents or stops a breach.

## 9. General

1. This is the whole agreement of the parties about the confidentiality of what they share for the Purpose. It can be changed only in writing, for which electronic form suffices.
2. If a provision is held to be invalid, the others remain in force.
3. Neither party may transfer this agreement without the consent of the other, which will not be withheld without good reason.
4. The parties agree that this agreement may be made and signed electronically, and that an electronic copy is as good as an original.
{{#if governingLaw}}
5. This agreement is governed by {{governingLaw}}, without regard to rules that would lead to the law of another place.
{{/if}}
`;
