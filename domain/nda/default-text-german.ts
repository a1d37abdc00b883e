/** Markdown; the title stands above it. Says what the English text says, in the terms of German law. */
export const GERMAN_NDA = `Diese Vereinbarung wird am {{document.date}} geschlossen zwischen

- **{{organization.name}}**, vertreten durch {{host.name}} ({{host.email}}), und
- **{{guest.name}}** ({{guest.email}}){{#if guest.company}}, im eigenen Namen und, soweit Vertretungsmacht besteht, für **{{guest.company}}**{{/if}}.

Jede von ihnen ist eine *Partei*. Wer Informationen weitergibt, ist die *offenlegende Partei*, wer sie erhält, die *empfangende Partei*; jede Partei kann beides sein.

## 1. Zweck

Die Parteien wollen sich am {{meeting.start}} zu „{{meeting.title}}“ treffen und danach gegebenenfalls weiter über diesen Gegenstand sprechen. Diese Vereinbarung schützt, was sie einander dafür mitteilen (der *Zweck*).

## 2. Vertrauliche Informationen

1. *Vertrauliche Informationen* sind alle Informationen, die eine Partei für den Zweck weitergibt, gleich in welcher Form und ob vor oder nach dem Datum dieser Vereinbarung, wenn sie als vertraulich gekennzeichnet sind oder ihre Vertraulichkeit sich für einen verständigen Empfänger aus ihrer Art oder den Umständen der Weitergabe ergibt.
2. Keine Vertraulichen Informationen sind solche, von denen die empfangende Partei nachweist, dass sie
    1. ohne Verstoß gegen diese Vereinbarung öffentlich bekannt waren oder wurden,
    2. ihr bereits rechtmäßig und ohne Pflicht zur Vertraulichkeit bekannt waren,
    3. ihr von einem zur Weitergabe berechtigten Dritten rechtmäßig mitgeteilt wurden oder
    4. von ihr unabhängig und ohne Nutzung Vertraulicher Informationen entwickelt wurden.

## 3. Pflichten der empfangenden Partei

1. Die empfangende Partei nutzt Vertrauliche Informationen nur für den Zweck.
2. Sie schützt sie durch angemessene Geheimhaltungsmaßnahmen und mit derselben Sorgfalt wie eigene vertrauliche Informationen.
3. Sie gibt sie nur an diejenigen ihrer Beschäftigten, Organe und beruflichen Berater weiter, die sie für den Zweck kennen müssen und zu mindestens gleicher Vertraulichkeit verpflichtet sind. Für deren Verhalten steht sie ein wie für eigenes.
4. Sie unterrichtet die offenlegende Partei unverzüglich, wenn sie erfährt, dass Vertrauliche Informationen verloren gegangen oder unter Verstoß gegen diese Vereinbarung genutzt oder offengelegt worden sind.

## 4. Gesetzliche Offenlegung

Verpflichtet ein Gesetz, ein Gericht oder eine Behörde die empfangende Partei zur Offenlegung, so darf sie im verlangten Umfang offenlegen. Soweit zulässig und möglich, unterrichtet sie die offenlegende Partei vorher, damit diese sich schützen kann. Diese Vereinbarung hindert niemanden daran, einen vermuteten Rechtsverstoß einer zuständigen Stelle zu melden oder eine andere gesetzlich geschützte Mitteilung zu machen.

## 5. Rückgabe und Löschung

Auf Verlangen der offenlegenden Partei in Textform gibt die empfangende Partei die bei ihr vorhandenen Vertraulichen Informationen zurück oder löscht sie. Sie darf Kopien behalten, deren Aufbewahrung das Gesetz oder ihre übliche Datensicherung verlangt; für diese gilt die Vereinbarung fort, solange sie aufbewahrt werden.

## 6. Keine Lizenz, keine Zusage

Die offenlegende Partei behält alle Rechte an dem, was sie mitteilt. Diese Vereinbarung gewährt keine Lizenz und überträgt kein Recht. Sie verpflichtet keine Partei, etwas mitzuteilen, einen weiteren Vertrag zu schließen oder die Arbeit mit anderen zu unterlassen. Eine Gewähr für Richtigkeit oder Vollständigkeit der Informationen wird nicht übernommen.

## 7. Dauer

Diese Vereinbarung gilt ab der Annahme durch die letzte Partei. Ihre Pflichten bestehen für jede Vertrauliche Information {{confidentialityYears}} Jahre ab deren Mitteilung und für Geschäftsgeheimnisse, solange sie nach dem anwendbaren Recht Geschäftsgeheimnisse sind. Jede Partei kann die Weitergabe von Informationen jederzeit beenden; die Pflichten für bereits Mitgeteiltes bestehen fort.

## 8. Rechtsschutz

Den Parteien ist bewusst, dass Schadensersatz allein einen Verstoß nicht immer ausgleicht. Die offenlegende Partei kann neben anderen Ansprüchen bei einem zuständigen Gericht Unterlassung verlangen.

## 9. Allgemeines

1. Diese Vereinbarung regelt die Vertraulichkeit des für den Zweck Mitgeteilten abschließend. Änderungen bedürfen der Textform.
2. Ist eine Bestimmung unwirksam, bleiben die übrigen wirksam.
3. Keine Partei darf diese Vereinbarung ohne Zustimmung der anderen übertragen; die Zustimmung wird nicht ohne guten Grund verweigert.
4. Die Parteien sind einverstanden, dass diese Vereinbarung elektronisch geschlossen und unterzeichnet wird und dass eine elektronische Kopie einem Original gleichsteht.
{{#if governingLaw}}
5. Es gilt {{governingLaw}} unter Ausschluss von Regeln, die auf anderes Recht verweisen.
{{/if}}
`;
