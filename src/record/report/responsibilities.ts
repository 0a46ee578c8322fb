import type { Messages } from "../../messages/messages.ts";
import { type ChecklistItem, checklistOf, type ItemId } from "../checklist.ts";
import { type CageRecord, isApproved } from "../record.ts";
import { residualRisks } from "../residual-risks.ts";
import { type Block, type Cell, facts, heading, type Inline, table, text } from "./document.ts";

type Sentences<Prefix extends string> = Readonly<Record<Extract<ItemId, `${Prefix}${number}`>, string>>;

/**
 * The sentences of safeguard S 4.198, quoted from the English edition. The available copy ends at `it must be documented` and has no text after
 * `Review questions:`.
 */
const safeguard: Sentences<"s"> = {
	s1: "Initiation responsibility: Head of IT, IT Security Officer",
	s2: "Implementation responsibility: Administrator",
	s3: "In order to increase the security, an application can be installed in a so-called chroot cage.",
	s4: "The chroot() system command restricts the access of a certain application to a part of the file tree in Unix.",
	s5: "This is ensured by implementing all accesses to the file system performed by this application and the applications called by this application relative to the directory specified when calling the chroot() function.",
	s6: "This way, the directory becomes the root of the virtual file tree, referred to as chroot cage or chroot jail.",
	s7: "It is not possible to access superior directories and files.",
	s8: "For example, several services can be separated from each other on one server this way.",
	s9: "In addition to the chroot() system command, there is also an eponymous executable program that can be used for starting any applications desired in such a chroot cage.",
	s10: "For example, if an attacker manages to execute his/her own program code in the process space of the application, the direct damage would be contained by the fact that the attacker does not obtain direct access to the actual operating system.",
	s11: "There are ways for breaking out of a chroot cage.",
	s12: "However, an attacker must first notice that he/she is in a chroot cage.",
	s13: "This delays the attack.",
	s14: "During this time, the attack may possibly be detected and countermeasures can be initiated.",
	s15: "The chroot cage must contain copies of all files required for executing the application.",
	s16: "Which files this refers to must be determined on the basis of the existing documentation.",
	s17: "Normally, this includes the following files and directories: dev, lib, usr/bin, var, var/run, etc, and the application-specific files and directories.",
	s18: "If installing an application in a chroot cage is being considered, sufficient time must be allocated for planning and testing.",
	s19: "During installation, it must be documented",
	s20: "In particular, some device files must be created in the chroot cage; furthermore, correspondingly adapted versions of the files /etc/passwd and /etc/group are required.",
	s21: "All entries not required, except for the user and the group the application is to be operated by, should be removed from these files.",
	s22: "Depending on the operating system, additional entries may be necessary that should be kept in the files.",
};

/** Our German translation of the safeguard; not a quotation. */
const safeguardInGerman: Sentences<"s"> = {
	s1: "Verantwortlich für die Initiierung: Leiter IT, IT-Sicherheitsbeauftragter",
	s2: "Verantwortlich für die Umsetzung: Administrator",
	s3: "Um die Sicherheit zu erhöhen, kann eine Anwendung in einem sogenannten chroot-Käfig installiert werden.",
	s4: "Der Systembefehl chroot() beschränkt unter Unix den Zugriff einer bestimmten Anwendung auf einen Teil des Dateibaums.",
	s5: "Dazu werden alle Dateizugriffe dieser Anwendung und der von ihr aufgerufenen Anwendungen relativ zu dem Verzeichnis ausgeführt, das beim Aufruf von chroot() angegeben wurde.",
	s6: "Das Verzeichnis wird so zur Wurzel des virtuellen Dateibaums, des chroot-Käfigs.",
	s7: "Auf übergeordnete Verzeichnisse und Dateien kann nicht zugegriffen werden.",
	s8: "So lassen sich zum Beispiel mehrere Dienste auf einem Server voneinander trennen.",
	s9: "Neben dem Systembefehl chroot() gibt es ein gleichnamiges Programm, mit dem sich beliebige Anwendungen in einem solchen Käfig starten lassen.",
	s10: "Gelingt es einem Angreifer, im Prozessraum der Anwendung eigenen Code auszuführen, bleibt der unmittelbare Schaden begrenzt, weil er keinen direkten Zugriff auf das eigentliche Betriebssystem erhält.",
	s11: "Es gibt Wege, aus einem chroot-Käfig auszubrechen.",
	s12: "Ein Angreifer muss aber erst bemerken, dass er sich in einem chroot-Käfig befindet.",
	s13: "Das verzögert den Angriff.",
	s14: "In dieser Zeit kann der Angriff möglicherweise entdeckt und können Gegenmaßnahmen eingeleitet werden.",
	s15: "Der chroot-Käfig muss Kopien aller Dateien enthalten, die zum Ausführen der Anwendung nötig sind.",
	s16: "Welche Dateien das sind, muss anhand der vorhandenen Dokumentation ermittelt werden.",
	s17: "Üblicherweise gehören dazu die Dateien und Verzeichnisse dev, lib, usr/bin, var, var/run, etc und die der Anwendung eigenen.",
	s18: "Wird erwogen, eine Anwendung in einem chroot-Käfig zu installieren, muss genügend Zeit für Planung und Test eingeplant werden.",
	s19: "Bei der Installation muss dokumentiert werden",
	s20: "Insbesondere müssen im chroot-Käfig einige Gerätedateien angelegt werden; außerdem werden entsprechend angepasste Fassungen von /etc/passwd und /etc/group benötigt.",
	s21: "Alle nicht benötigten Einträge sollten aus diesen Dateien entfernt werden, außer dem Benutzer und der Gruppe, unter denen die Anwendung laufen soll.",
	s22: "Je nach Betriebssystem können weitere Einträge nötig sein, die in den Dateien bleiben sollten.",
};

/** Requirement SYS.1.3.A10 of the IT-Grundschutz Compendium, quoted from its German and English editions. */
const requirement: Readonly<Record<"en" | "de", Sentences<"r">>> = {
	en: {
		r1: "Services and applications SHOULD be protected with individual security architecture (e.g. with AppArmor or SELinux).",
		r2: "In addition, chroot environments and LXC or Docker containers SHOULD be taken into account here.",
		r3: "It SHOULD be ensured that the standard profiles and rules provided are activated.",
	},
	de: {
		r1: "Dienste und Anwendungen SOLLTEN mit einer individuellen Sicherheitsarchitektur geschützt werden (z. B. mit AppArmor oder SELinux).",
		r2: "Auch chroot-Umgebungen sowie LXC- oder Docker-Container SOLLTEN dabei berücksichtigt werden.",
		r3: "Es SOLLTE sichergestellt sein, dass mitgelieferte Standardprofile bzw. -regeln aktiviert sind.",
	},
};

/** Sections for responsible persons: their names, the safeguard's requirements, and the remaining risks. */

export function responsibilities({ evidence, manifest, responsible }: CageRecord, messages: Messages): Block[] {
	const { parts, who } = messages.record;
	const { approved } = responsible;
	const said = (name: string | undefined): Inline => name ?? { state: "person", text: parts.open };
	const approval = (): Inline => {
		if (!approved) return said(undefined);
		const values = { who: approved.by, at: approved.at, generation: approved.generation };
		if (isApproved(responsible, manifest.generation)) return messages.fill(parts.approvedFor, values);
		return { state: "person", text: messages.fill(parts.otherApproval, values) };
	};
	return [
		facts([
			[parts.purpose, said(responsible.purpose)],
			[parts.initiatedBy, said(responsible.initiatedBy)],
			[parts.implementedBy, said(responsible.implementedBy)],
			[parts.approvedBy, approval()],
			[who, evidence?.who ?? { state: "open", text: parts.noEvidence }],
		]),
	];
}

export function checklist(record: CageRecord, messages: Messages): Block[] {
	const words = messages.record.checklist;
	const items = checklistOf(record);
	const rows = (source: string) =>
		items
			.filter(({ id }) => id.startsWith(source))
			.map((item): Cell[] => [
				number(item.id),
				sentence(item.id, messages),
				{ state: item.state, text: words.states[item.state] },
				evidenceText(item, record, messages),
				item.sections.flatMap((section, index): Inline[] => [
					...(index ? [", "] : []),
					{ section, text: messages.record.parts.sections[section] },
				]),
			]);
	return [
		text(words.intro),
		text(checklistCount(record, messages)),
		...(["s", "r", "q"] as const).flatMap((source) => [
			heading(words.sources[source]),
			...table(`checklist-${source}`, words.head, rows(source)),
		]),
	];
}

/** Counts of items by state. The open ones include those that only a person can answer. */
export function checklistCount(record: CageRecord, messages: Messages): string {
	const items = checklistOf(record);
	const count = (state: ChecklistItem["state"]) => items.filter((item) => item.state === state).length;
	const [shown, failed, person] = [count("shown"), count("failed"), count("person")];
	const open = count("open") + person;
	return messages.fill(messages.record.checklist.count, { of: items.length - count("explains"), shown, failed, open, person });
}

function number(id: ItemId): string {
	return id.startsWith("r") ? `A10-${id.slice(1)}` : id.startsWith("q") ? `Q${id.slice(1)}` : id.slice(1);
}

/** A literal quotation gets quotation marks. */
function sentence(id: ItemId, messages: Messages): Cell {
	const { language } = messages;
	const quote = (words: string) => (language === "de" ? `„${words}“` : `“${words}”`);
	const own: Readonly<Record<string, string>> = safeguardInGerman;
	const english: Readonly<Record<string, string>> = safeguard;
	const published: Readonly<Record<string, string>> = requirement[language];
	const questions: Readonly<Record<string, string>> = messages.record.checklist.questions;
	const cited = english[id];
	if (cited !== undefined) return language === "de" ? [`“${cited}”`, ` – ${own[id] ?? ""}`] : quote(cited);
	return published[id] === undefined ? (questions[id] ?? "") : quote(published[id]);
}

function evidenceText(
	{ id, state, values }: ChecklistItem,
	{ check, manifest, responsible }: CageRecord,
	messages: Messages,
): string {
	const { evidence, failed, missing } = messages.record.checklist;
	if (state === "failed") return messages.fill(failed[id] ?? evidence[id], values);
	if (state === "open") return id === "q6" && check ? messages.fill(missing.updates, values) : missing.open;
	if (state !== "person") return messages.fill(evidence[id], values);
	const { approved } = responsible;
	if (id === "q9" && approved && !isApproved(responsible, manifest.generation)) {
		return messages.fill(missing.approval, { who: approved.by, generation: approved.generation });
	}
	if (id === "r3") return values.isOff ? missing.profiles : missing.profile;
	// Evidence is shown even if a person has to add the rest.
	if (id !== "s14") return missing.person;
	const found = values.raised ? missing.unwatched : values.watches ? missing.unproven : missing.detection;
	return messages.fill(found, values);
}

export function risks(record: CageRecord, messages: Messages): Block[] {
	const words = messages.record.risks;
	return [
		text(words.intro),
		...table(
			"risks",
			words.head,
			residualRisks(record).map(({ code, severity, values }): Cell[] => [
				{
					state: severity === "high" ? "failed" : severity === "medium" ? "person" : "explains",
					text: words.severities[severity],
				},
				messages.fill(words.what[code], values),
				words.remedy[code],
			]),
		),
	];
}

export function signatures({ manifest, responsible }: CageRecord, messages: Messages): Block[] {
	const { parts } = messages.record;
	const approver = isApproved(responsible, manifest.generation) ? responsible.approved?.by : undefined;
	return table("signatures", parts.signHead, [
		[parts.initiatedBy, responsible.initiatedBy ?? "", "", ""],
		[parts.implementedBy, responsible.implementedBy ?? "", "", ""],
		[parts.approvedBy, approver ?? "", "", ""],
	]);
}
