import type { CliMessages } from "../en/cli.ts";
import { planDe } from "./plan.ts";
import { recordVerbDe } from "./record.ts";
import { templateDe } from "./template.ts";
import { adoptionDe, transferDe } from "./transfer.ts";
import { doctorDe, installDe, minimiseDe, removeDe, updateDe, watchDe } from "./upkeep.ts";

/** What the verbs say, German. */
export const cliDe: CliMessages = {
	buildQuestion: (name) => `Den Käfig ${name} nach diesem Plan bauen? [j/N]`,
	isYes: (answer) => /^(j(a)?|y(es)?)$/i.test(answer),
	nothingMade: "Es wurde nichts gebaut.",
	built: (name, root, unchanged) => `${unchanged ? "Unverändert" : "Gebaut"}: ${root}\nWeiter: cagewright trial ${name}`,
	wouldTry: (name, probes) =>
		`Würde ${name} in seinem Käfig in einem eigenen Netz starten und ausführen:\n${probes.map((probe) => `  ${probe}`).join("\n")}`,
	dryRun: {
		title: (name) => `Würde den Käfig ${name} bauen. Es wurde nichts gestartet und nichts verändert.`,
		command: "Befehl",
		account: "Konto",
		dedicatedAccount: (name) => `im Käfig ${name}, das auf diesem Rechner angelegt wird, wo es fehlt`,
		rootAccount: "root, nur mit den Capabilities, die es erkennbar braucht",
		directory: "Arbeitsverzeichnis",
		probes: "Proben",
		exercises: "Übungen",
		directories: "Verzeichnisse",
		notes: "Hinweise",
		trace: (onHost, pid) =>
			pid !== undefined
				? `1. Prozess ${pid} mit strace beobachten, während er läuft, und ihn weiterlaufen lassen`
				: onHost
					? "1. Mit strace auf dem Host selbst beobachten, ohne Sandbox: Was sie schreibt, sendet und ändert, bleibt"
					: "1. Mit strace in einer Sandbox beobachten: Nichts davon bleibt zurück",
		plan: "2. Dateien, Geräte, Konten und Öffnungen der Abschottung planen",
		build: (place) => `3. ${place} bauen`,
		trial: (rounds) => `4. Im Käfig erproben, höchstens ${rounds} Runden, bis jede Probe beantwortet ist`,
		minimise: "5. Weglassen, was Versuche als unnötig erweisen, und noch einmal erproben, was bleibt",
		record: (step) => `${step}. Nachweis und Protokoll schreiben`,
		same: "Im Ernst:",
	},
	pressEnter: "Benutzen Sie die Anwendung wie sonst und drücken Sie dann die Eingabetaste.",
	traced: (name, paths, calls) => `${name} beobachtet: ${paths} Pfade in ${calls} Aufrufen. Weiter: cagewright plan ${name}`,
	plan: planDe,
	difference: {
		none: (generation) => `An Generation ${generation} würde sich nichts ändern.`,
		title: (generation) => `Verglichen mit Generation ${generation}:`,
		settings: {
			command: "Befehl",
			identity: "Konto",
			writable: "beschreibbare Verzeichnisse",
			binds: "eingebundene Verzeichnisse",
			accounts: "behaltene Konten",
			openings: "was die Abschottung offen lässt",
		},
		aspects: {
			kind: "Art",
			mode: "Rechte",
			owner: "Eigentümer",
			size: "Größe",
			time: "Zeit",
			target: "Ziel",
			device: "Gerät",
			content: "Inhalt",
		},
	},
	made: {
		answered: (name, rounds) => `${name} antwortet aus seinem Käfig (${rounds} ${rounds === 1 ? "Runde" : "Runden"}).`,
		notAnswered: (name) => `${name} antwortet nicht aus seinem Käfig.`,
		root: "Käfig",
		data: "Daten",
		record: "Nachweis",
		size: (files, links, bytes) => `${files} Dateien, ${links} Verweise, ${bytes}`,
		next: "Weiter",
		permissions: "Berechtigungen",
		noPermissions: "Berechtigungen: keine",
		permissionNeed: (call, program) => (program === undefined ? call : `${call} durch ${program}`),
		permissionSource: (source, round) =>
			source === "trace"
				? "gelang bei der Beobachtung"
				: source === "trial"
					? `verweigert in Runde ${round} der Erprobung`
					: "per Option erlaubt",
		offered: "Im Käfig verweigert und nicht erlaubt; die Option erlaubt es",
		leftOut: "Weggelassen und von keiner Probe gebraucht",
		warnings: "Warnungen",
	},
	round: {
		title: (round) => `Runde ${round}`,
		probe: (ok, command) => `${ok ? "[ok]    " : "[Fehler]"} ${command}`,
		exercise: (command) => `[Fehler] ${command} (ging auf dem Wirt)`,
		head: ["Runde", "Antwort", "Proben", "Fehlend", "Gen.", "Sek.", "Zuvor ergänzt"],
		yes: "ja",
		no: "nein",
		missing: "Ging auf dem Wirt und scheitert im Käfig, die wahrscheinlichste Ursache zuerst:",
		none: "Es fehlt nichts.",
		said: "Zuletzt sagte sie:",
		fix: (name) => `Fehlendes aufnehmen und erneut erproben: cagewright trial ${name} --yes`,
	},
	unitTrial: {
		passed: (unit: string, steps: readonly string[], seconds: number) =>
			`${unit} läuft im Käfig: ${steps.map((step) => `systemctl ${step}`).join(", ")} (${seconds} s).`,
		failed: (unit: string, step: string, state: string) => `${unit} scheitert im Käfig bei systemctl ${step}: ${state}.`,
	},
	progress: {
		unit: (unit: string) => `Versuch als Dienst von systemd, als ${unit}…`,
		trace: "Beobachtung in einer Sandbox…",
		traceOnHost: "Beobachtung auf dem Host selbst, ohne Sandbox: Was sie schreibt, sendet und ändert, bleibt…",
		attach: "Beobachte, was schon läuft …",
		attached: (pid, processes) =>
			processes === 1 ? `beobachte Prozess ${pid}` : `beobachte Prozess ${pid} und ${processes - 1} weitere`,
		plan: "Planung…",
		build: "Der Käfig wird gebaut…",
		trial: (round, rounds) => `Erprobung im Käfig, Runde ${round} von ${rounds}…`,
		paths: (paths, missing) => `Beobachtung: ${paths} Pfade (${missing} nicht vorhanden)`,
		copying: (percent, path) => `Bau: ${percent} % ${path}`,
		probe: (ok, command) => `${ok ? "beantwortet" : "keine Antwort"}: ${command}`,
		awaitsEnd: (program, seconds) => `warte, bis ${program} endet (${seconds} s)`,
		awaitsAnswer: (seconds, said) => `noch keine Antwort auf die Probe (${seconds} s)${said === "" ? "" : `: ${said}`}`,
		exercise: (ok, command) => `${ok ? "geübt" : "Übung gescheitert"}: ${command}`,
		signal: (signal) => `${signal} gesendet`,
		missing: (count) => `${count} fehlen`,
	},
	install: installDe,
	record: recordVerbDe,
	transfer: transferDe,
	update: updateDe,
	watch: watchDe,
	minimise: minimiseDe,
	check: {
		clean: "nichts gefunden",
		danger: "Gefahr",
		warning: "Warnung",
		accepted: "hingenommen",
		known: "bekannt",
		damaged: "beschädigt",
		update: "Aktualisierung",
		securityUpdate: "SICHERHEITSAKTUALISIERUNG",
		drift: (name, from, to, files) => {
			if (name === undefined) return `Dateien ohne Paket sind auf dem Rechner inzwischen andere: ${files}`;
			if (to === undefined) return `${name} ${from ?? ""} oder Dateien daraus gibt es auf dem Rechner nicht mehr: ${files}`;
			if (from === to) return `Dateien von ${name} ${to} wurden auf dem Rechner geändert: ${files}`;
			return `${name} ${from ?? "?"} -> ${to}: ${files}`;
		},
		moreFiles: (count) => `${count} weitere`,
		wouldAdd: (count, paths) => `${count} ${count === 1 ? "Eintrag käme" : "Einträge kämen"} hinzu: ${paths}`,
		wouldDrop: (count, paths) => `${count} ${count === 1 ? "Eintrag fiele" : "Einträge fielen"} weg: ${paths}`,
		wouldChange: (count, paths) => `${count} ${count === 1 ? "Eintrag würde" : "Einträge würden"} sich ändern: ${paths}`,
		behind: (name, pids) =>
			`Noch in einer anderen Generation: ${pids}. Was dort läuft, hat die jetzigen Dateien beim nächsten Start; cagewright update ${name} startet es neu.`,
		wouldSet: (settings) => `neben den Dateien würde sich ändern: ${settings}`,
		toUpdate: (name) => `auf den neuen Stand bringen, vor dem Gebrauch erprobt: cagewright update ${name}`,
		nagios: {
			clean: (count) => `${count} ${count === 1 ? "Käfig" : "Käfige"}, nichts gefunden`,
			dangers: (names) => `Gefahren in ${names}`,
			security: (names) => `Sicherheitsaktualisierungen fehlen in ${names}`,
			outdated: (names) => `Aktualisierungen fehlen in ${names}`,
			warnings: (names) => `Warnungen in ${names}`,
		},
	},
	list: {
		damaged: "beschädigt",
		none: "Es gibt noch keinen Käfig. Zum Beispiel: cagewright make demo --yes",
		head: ["Name", "Gen", "Dateien", "Größe", "Zustand", "Befehl"],
		running: (pid) => `läuft (${pid})`,
		stopped: "steht",
		stale: "veraltet",
		notBuilt: "nicht gebaut",
	},
	show: {
		aside: "Aufgehoben, damit nichts verloren geht; löschen Sie, was Sie nicht brauchen:",
		command: "Befehl",
		account: "Konto",
		generation: "Generation",
		others: "Auch da",
		made: "Gebaut",
		probes: "Proben",
		logs: "Protokolle",
		trials: "Erprobungen",
		trial: (round, answered, at) => `Runde ${round}: ${answered ? "beantwortet" : "nicht beantwortet"}, ${at}`,
		entries: "Einträge",
	},
	adoption: adoptionDe,
	remove: removeDe,
	unit: {
		done: {
			installed: (path) => `${path} geschrieben.`,
			replaced: (path) => `${path} neu geschrieben.`,
			unchanged: (path) => `${path} ist, wie es sein soll.`,
			removed: (path) => `${path} entfernt.`,
		},
		would: {
			installed: (path) => `${path} würde geschrieben.`,
			replaced: (path) => `${path} würde neu geschrieben.`,
			unchanged: (path) => `${path} ist, wie es sein soll.`,
			removed: (path) => `${path} würde entfernt.`,
		},
		notReloaded: "Hier läuft kein systemd; es liest die Datei, wenn es startet.",
		next: {
			installed: (unit) => `Im Käfig starten, jetzt und beim Hochfahren: systemctl enable ${unit} && systemctl restart ${unit}`,
			replaced: (unit) => `Es wirkt ab dem nächsten Start: systemctl restart ${unit}`,
			removed: (unit) => `Was von ${unit} läuft, läuft weiter, wie es gestartet wurde, bis es beendet oder neu gestartet wird.`,
		},
		score: {
			head: ["Dienst", "Angriffsfläche (0 geschlossen, 10 offen; systemd-analyze security)"],
			inCage: (name) => `${name} in seinem Käfig`,
			open: ["Was noch zählt", "Kostet", "Offen für"],
			asAccount:
				"Die Anwendung startet als root, das kostet am meisten, und jede Berechtigung kommt hinzu. `--refuse capability:NAME` schließt eine, sofern die Probe dann noch antwortet; am besten geschlossen ist, was unter einem Konto starten kann (`--user`).",
			forLogs: (name, openings) =>
				`${openings.join(" und ")} braucht sie nur für ihre Logs. Neu gemacht mit ${openings.map((word) => `--refuse ${word}`).join(" ")} kommt sie ohne aus, wenn logrotate sie so anlegt, wie \`cagewright unit ${name} --logrotate\` es sagt.`,
			noProof: "Die Zahl ist kein Beweis: sie zählt Einstellungen. `cagewright selftest` versucht die Auswege.",
		},
	},
	certificateCopied: (name, path) =>
		`${name} hat ${path} als Kopie, die eine Erneuerung nicht erreicht. Machen Sie den Käfig neu mit: --bind /etc/letsencrypt/live --bind /etc/letsencrypt/archive`,
	shell: (name, keepWrites) =>
		`Eine Shell im Käfig ${name}, eingesperrt wie seine Anwendung. ${keepWrites ? "Was sie in die Daten schreibt, bleibt." : `Was sie schreibt, wird verworfen${keepWrites === undefined ? "" : " (--keep-writes behält es)"}.`} Mit exit verlassen Sie sie.`,
	apps: {
		head: ["Name", "Gefunden als", "Lauscht", "Paket", "Befehl"],
		reasons: { unit: "Unit", process: "Prozess", template: "Vorlage" },
		enabled: "eingeschaltet",
		running: (pid) => `läuft (${pid})`,
		cannot: "Können so nicht in einen Käfig",
		next: "Mehr über eine: cagewright apps NAME. Eine Unit in einen Käfig: cagewright make NAME.service",
		make: (unit) => `In einen Käfig: cagewright make ${unit}`,
		found: "Gefunden als",
		file: "Unit-Datei",
		package: "Paket",
		listens: "Lauscht",
		command: "Befehl",
		account: "Konto",
		directory: "Arbeitsverzeichnis",
		environment: "Umgebung",
		directories: "Verzeichnisse",
		notes: "Hinweise",
		none: "Keine Anwendung gefunden. Jeder Befehl kann in einen Käfig: cagewright make --name NAME --probe BEFEHL -- BEFEHL",
	},
	doctor: doctorDe,
	sessions: {
		head: ["Sitzung", "Käfig", "Schritt", "Verlassen", "Was in den Käfig kommt"],
		none: "Es gibt keine verlassene Sitzung.",
		open: (pid) => `offen in Prozess ${pid}`,
		damaged: "nicht lesbar; der Assistent legt sie beiseite",
		session: "Sitzung",
		cage: "Käfig",
		command: "Befehl",
		left: "Verlassen",
		step: "Schritt",
		state: "Zustand",
		place: "Ort",
		traced: "Beobachtet",
		planned: "Geplant",
		rounds: "Erprobungen",
		goOn: "Weiter",
		same: "Ohne Assistent",
		no: "noch nicht",
		paths: (count) => `${count} Pfade`,
		entries: (count) => `${count} Einträge`,
		question: (name) => `Die Sitzung ${name} verwerfen, mit allen Antworten und der Beobachtung? [j/N]`,
		kept: (name) => `Die Sitzung ${name} bleibt.`,
		removed: (name) => `Die Sitzung ${name} ist fort.`,
	},
	template: templateDe,
};
