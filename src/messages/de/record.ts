import type { RecordMessages } from "../en/record.ts";
import { checklistDe } from "./record/checklist.ts";
import { recordLogDe } from "./record/log.ts";
import { recordPartsDe } from "./record/parts.ts";
import { risksDe } from "./record/risks.ts";

/** The record of a cage, German. */
export const recordDe: RecordMessages = {
	title: (name) => `Nachweis für den Käfig ${name}`,
	intro: "Installation einer Applikation in einem chroot-Käfig nach Maßnahme M 4.198 (SYS.1.3.A10). Geschrieben von Cagewright.",
	command: "Befehl",
	account: "Gestartet als",
	directory: "Arbeitsverzeichnis",
	template: "Vorlage",
	noTemplate: "keine",
	unit: "systemd-Unit",
	when: "Gebaut",
	who: "Gebaut von (Konto des Systems)",
	generation: "Generation",
	where: "Wurzelverzeichnis des Käfigs",
	data: "Daten der Anwendung",
	seconds: (trace, plan, build, trial) =>
		`${trace} s beobachtet, in ${plan} s geplant, in ${build} s gebaut, ${trial} s erprobt.`,
	trialHead: ["Runde", "Zeitpunkt", "Generation", "Beantwortet", "Vorher ergänzt", "Fehlend", "Dauer"],
	yes: "ja",
	no: "nein",
	probed: (ok) => (ok ? "bestanden" : "gescheitert"),
	missingHead: ["Art", "Was", "Aufruf", "Fehler", "Mit Absicht weggelassen"],
	deviceHead: ["Pfad", "Art und Nummer", "Warum"],
	userHead: ["Benutzer", "uid", "gid", "Warum"],
	groupHead: ["Gruppe", "gid", "Warum"],
	leftOut: (users, groups) =>
		`${users} Einträge der /etc/passwd und ${groups} der /etc/group des Wirts sind weggelassen. Im Käfig gibt es kein gehashtes Passwort und keine Anmelde-Shell.`,
	accountsLeftOut: (names) => `Vom Administrator weggelassen, obwohl ein Bedarf zu sehen war: ${names}.`,
	layers: (landlock: boolean) =>
		`Namensräume (Mount, PID, IPC, UTS, cgroup), nur lesbare Wurzel, eigenes /dev und /tmp, keine neuen Rechte, ${landlock ? "Landlock, " : ""}seccomp.`,
	launcher: (name: string) => `Gestartet mit ${name}.`,
	refusedHead: ["Geschlossen gehalten", "Obwohl es benutzt wurde"],
	limitHead: ["Grenze", "Wert", "Gehalten von"],
	limits: { memory: "Speicher", processes: "Prozesse und Threads", files: "offene Dateien je Prozess" },
	limitsBy: { cgroup: "einer Control Group, für den ganzen Käfig", rlimit: "einem Ressourcenlimit, für jeden Prozess" },
	network: (network, trialAlone) =>
		network === "none"
			? "Der Käfig hat kein Netz."
			: `Der Käfig teilt das Netz des Wirts, auch die Loopback-Schnittstelle.${trialAlone ? " Nur in den Erprobungen hatte er ein eigenes." : ""}`,
	audit: "Prüfung der Dateien",
	auditClean: "Es wurde nichts gefunden.",
	accepted: (findings) => `Namentlich hingenommen, und bei jedem Start wieder genannt: ${findings}.`,
	writableHead: ["Pfad", "Eigentümer", "Modus", "Auf dem Wirt", "Warum"],
	logs: (command) => `Protokolle sind darunter; für ihre Rotation auf dem Wirt: ${command}`,
	shared: "Verzeichnisse des Wirts, die im Käfig nur lesend zu sehen sind",
	sharedHead: ["Pfad", "Dateien", "Größe", "Warum"],
	groupsHead: ["Gruppe", "Einträge", "Größe", "Was damit geschah"],
	declinedHead: ["Pfad", "Warum"],
	entriesCount: (files, links, directories, bytes) =>
		`${files} Dateien, ${links} Verweise, ${directories} Verzeichnisse, ${bytes}.`,
	parts: recordPartsDe,
	log: recordLogDe,
	checklist: checklistDe,
	risks: risksDe,
};
