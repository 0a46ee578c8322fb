import { adoptionDe, clientsDe } from "../../adopt/text/de.ts";
import { doctorDe, installDe } from "../../install/text/de.ts";
import { minimiseDe } from "../../minimise/text/de.ts";
import { planDe } from "../../plan/text/de.ts";
import { recordVerbDe } from "../../record/text/de.ts";
import { templateDe } from "../../template/text/de.ts";
import { transferDe } from "../../transfer/text/de.ts";
import { removeDe, staleDe, updateDe } from "../../upkeep/text/de.ts";
import { watchDe } from "../../watch/text/de.ts";
import type { CliMessages } from "./en.ts";

export const cliDe: CliMessages = {
	buildQuestion: (name) => `Den Käfig ${name} nach diesem Plan bauen? [j/N]`,
	isYes: (answer) => /^(j(a)?|y(es)?)$/i.test(answer),
	nothingMade: "Nichts wurde gebaut.",
	built: (root, unchanged, next) => `${unchanged ? "Unverändert" : "Gebaut"}: ${root}\nWeiter: ${next}`,
	wouldTry: (name, probes) =>
		`Würde ${name} in seinem Käfig mit eigenem Netz starten und ausführen:\n${probes.map((probe) => `  ${probe}`).join("\n")}`,
	dryRun: {
		title: (name) => `Würde den Käfig ${name} bauen. Nichts wurde gestartet oder geändert.`,
		command: "Befehl",
		account: "Konto",
		dedicatedAccount: (name) => `im Käfig ${name}, auf diesem System angelegt, falls es fehlt`,
		rootAccount: "root, nur mit den benötigten Capabilities",
		directory: "Arbeitsverzeichnis",
		probes: "Proben",
		exercises: "Übungen",
		directories: "Verzeichnisse",
		notes: "Hinweise",
		trace: (onHost, pid) =>
			pid !== undefined
				? `1. Prozess ${pid} mit strace beobachten und weiterlaufen lassen`
				: onHost
					? "1. Mit strace auf dem Host beobachten, ohne Sandbox: Was die Anwendung schreibt, sendet und ändert, bleibt bestehen"
					: "1. Mit strace in einer Sandbox beobachten: Was die Anwendung schreibt, wird verworfen",
		plan: "2. Dateien, Geräte, Konten und Berechtigungen planen",
		build: (place) => `3. ${place} bauen`,
		trial: (rounds) => `4. Im Käfig erproben, in höchstens ${rounds} Runden, bis jede Probe beantwortet ist`,
		minimise: "5. Dateien weglassen, die Erprobungen als unnötig erweisen, und den Rest erneut erproben",
		record: (step) => `${step}. Nachweis und Protokoll schreiben`,
		same: "Zum Ausführen:",
	},
	pressEnter: "Benutzen Sie die Anwendung wie gewohnt, und drücken Sie dann Enter.",
	traced: (name, paths, calls, next) => `${name} beobachtet: ${paths} Pfade in ${calls} Aufrufen. Weiter: ${next}`,
	plan: planDe,
	difference: {
		none: (generation) => `An Generation ${generation} würde sich nichts ändern.`,
		title: (generation) => `Verglichen mit Generation ${generation}:`,
		settings: {
			command: "Befehl",
			identity: "Konto",
			writable: "beschreibbare Verzeichnisse",
			binds: "eingebundene Verzeichnisse",
			accounts: "Konten im Käfig",
			openings: "Berechtigungen",
		},
		aspects: {
			kind: "Art",
			mode: "Modus",
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
		size: (files, links, bytes) => `${files} Dateien, ${links} Links, ${bytes}`,
		next: "Weiter",
		containers: "in Containern",
		fleet: "auf anderen Systemen",
		permissions: "Berechtigungen",
		noPermissions: "Berechtigungen: keine",
		permissionNeed: (call, program) => (program === undefined ? call : `${call} durch ${program}`),
		permissionSource: (source, round) =>
			({
				trace: "gelang bei der Beobachtung",
				trial: `verweigert in Runde ${round} der Erprobung`,
				option: "per Option erlaubt",
				company: "von ihrer Konfiguration oder ihren Bibliotheken genannt",
			})[source],
		offered: "Im Käfig verweigert; die Option erlaubt es",
		leftOut: "Weggelassen und von keiner Probe benötigt",
		warnings: "Warnungen",
	},
	round: {
		probe: (ok, command) => `${ok ? "[ok]    " : "[Fehler]"} ${command}`,
		exercise: (command) => `[Fehler] ${command} (gelang bei der Beobachtung)`,
		head: ["Runde", "Antwort", "Proben", "Fehlend", "Gen.", "Sek.", "Zuvor ergänzt"],
		yes: "ja",
		no: "nein",
		missing: "Gelang bei der Beobachtung, scheitert im Käfig; wahrscheinlichste Ursache zuerst:",
		none: "Nichts fehlt.",
		said: "Letzte Ausgabe:",
		fix: (name) => `Um Fehlendes zu ergänzen und erneut zu erproben: cagewright trial ${name} --yes`,
	},
	unitTrial: {
		passed: (unit: string, steps: readonly string[], seconds: string) =>
			`${unit} läuft im Käfig: ${steps.map((step) => `systemctl ${step}`).join(", ")} (${seconds} s).`,
		failed: (unit: string, step: string, state: string) => `${unit} scheitert im Käfig bei systemctl ${step}: ${state}.`,
	},
	progress: {
		unit: (unit: string) => `Die systemd-Unit ${unit} wird erprobt…`,
		trace: "Beobachtung in einer Sandbox…",
		traceOnHost: "Beobachtung auf dem Host, ohne Sandbox: Was die Anwendung schreibt, sendet und ändert, bleibt bestehen…",
		attach: "Ein laufender Prozess wird beobachtet…",
		attached: (pid, processes) =>
			processes === 1 ? `Prozess ${pid} wird beobachtet` : `Prozess ${pid} und ${processes - 1} weitere werden beobachtet`,
		plan: "Planung…",
		build: "Der Käfig wird gebaut…",
		trial: (round, rounds) => `Erprobung im Käfig, Runde ${round} von ${rounds}…`,
		paths: (paths, missing) => `Beobachtung: ${paths} Pfade (${missing} nicht vorhanden)`,
		copying: (percent, path) => `Bau: ${percent} % ${path}`,
		probe: (ok, command) => `${ok ? "beantwortet" : "keine Antwort"}: ${command}`,
		awaitsFor: (seconds, limit) => `${seconds} s von höchstens ${limit} s`,
		awaitsStart: (program, time) => `warte, bis ${program} startet, ${time}`,
		awaitsEnd: (program, time) => `warte, bis ${program} endet, ${time}`,
		awaitsAnswer: (time, said) => `warte auf eine Antwort, ${time}${said === "" ? "" : `: ${said}`}`,
		awaitsExercise: (time, command) => `warte auf eine Übung, ${time}: ${command}`,
		exercise: (ok, command) => `${ok ? "Übung gelungen" : "Übung gescheitert"}: ${command}`,
		signal: (signal) => `${signal} gesendet`,
		missing: (count) => `${count} fehlen`,
	},
	install: installDe,
	record: recordVerbDe,
	transfer: transferDe,
	stale: staleDe,
	update: updateDe,
	watch: watchDe,
	minimise: minimiseDe,
	check: {
		clean: "keine Befunde",
		danger: "Gefahr",
		warning: "Warnung",
		accepted: "akzeptiert",
		acknowledged: (by, at, until) => `(zur Kenntnis genommen von ${by} am ${at}${until === undefined ? "" : `, bis ${until}`})`,
		stillPrevents: (name, finding, command) =>
			`${finding} verhindert weiterhin jeden Start von ${name}; nur \`${command}\` erlaubt einen.`,
		toAcknowledge: (command) => `Einen Befund zur Kenntnis nehmen, sodass check ohne Fehler endet: ${command}`,
		known: "bekannt",
		damaged: "beschädigt",
		update: "Aktualisierung",
		securityUpdate: "SICHERHEITSAKTUALISIERUNG",
		drift: (name, from, to, files) => {
			if (name === undefined) return `Dateien ohne Paket haben sich auf dem Host geändert: ${files}`;
			if (to === undefined) return `${name} ${from ?? ""} oder Dateien daraus wurden vom Host entfernt: ${files}`;
			if (from === to) return `Dateien von ${name} ${to} wurden auf dem Host geändert: ${files}`;
			return `${name} ${from ?? "?"} -> ${to}: ${files}`;
		},
		moreFiles: (count) => `${count} weitere`,
		wouldAdd: (count, paths) => `${count} ${count === 1 ? "Eintrag käme" : "Einträge kämen"} hinzu: ${paths}`,
		wouldDrop: (count, paths) => `${count} ${count === 1 ? "Eintrag fiele" : "Einträge fielen"} weg: ${paths}`,
		wouldChange: (count, paths) => `${count} ${count === 1 ? "Eintrag würde" : "Einträge würden"} sich ändern: ${paths}`,
		behind: (name, pids) =>
			`Diese Prozesse laufen in einer anderen Generation: ${pids}. Um sie in der aktuellen neu zu starten: cagewright update ${name}`,
		wouldSet: (settings) => `Einstellungen würden sich ändern: ${settings}`,
		toUpdate: (name) => `neu bauen und erproben: cagewright update ${name}`,
		nagios: {
			clean: (count) => `${count} ${count === 1 ? "Käfig" : "Käfige"}, keine Befunde`,
			dangers: (names) => `Gefahren in ${names}`,
			security: (names) => `Sicherheitsaktualisierungen fehlen in ${names}`,
			outdated: (names) => `Aktualisierungen fehlen in ${names}`,
			warnings: (names) => `Warnungen in ${names}`,
		},
	},
	list: {
		damaged: "beschädigt",
		none: "Noch keine Käfige. Zum Ausprobieren: cagewright make demo --yes",
		head: ["Name", "Gen", "Dateien", "Größe", "Zustand", "Befehl"],
		running: (pid) => `läuft (${pid})`,
		stopped: "gestoppt",
		stale: "veraltet",
		notBuilt: "nicht gebaut",
	},
	show: {
		acknowledged: "Akzeptiert",
		aside: "Daten, die Cagewright vor dem Ersetzen gesichert hat; löschen Sie, was Sie nicht brauchen:",
		command: "Befehl",
		account: "Konto",
		generation: "Generation",
		others: "Weitere Generationen",
		made: "Gebaut",
		probes: "Proben",
		logs: "Protokolle",
		trials: "Erprobungen",
		trial: (round, answered, at) => `Runde ${round}: ${answered ? "beantwortet" : "nicht beantwortet"}, ${at}`,
		entries: "Einträge",
	},
	adoption: adoptionDe,
	clients: clientsDe,
	remove: removeDe,
	unit: {
		done: {
			installed: (path) => `${path} geschrieben.`,
			replaced: (path) => `${path} ersetzt.`,
			unchanged: (path) => `${path} ist aktuell.`,
			removed: (path) => `${path} entfernt.`,
		},
		would: {
			installed: (path) => `${path} würde geschrieben.`,
			replaced: (path) => `${path} würde ersetzt.`,
			unchanged: (path) => `${path} ist aktuell.`,
			removed: (path) => `${path} würde entfernt.`,
		},
		notReloaded: "Hier läuft kein systemd. Es liest die Datei beim Start.",
		next: {
			installed: (unit) =>
				`Um den Dienst im Käfig zu starten, jetzt und beim Systemstart: systemctl enable ${unit} && systemctl restart ${unit}`,
			installedOwn: (unit) =>
				`Falls der Dienst auch außerhalb läuft, zuerst anhalten: systemctl disable --now DIENST\nUm den Käfig zu starten, jetzt und beim Systemstart: systemctl enable --now ${unit}`,
			replaced: (unit) => `Um die Änderung anzuwenden: systemctl restart ${unit}`,
			removed: (unit) => `${unit} läuft unverändert weiter, bis der Dienst beendet oder neu gestartet wird.`,
		},
		score: {
			head: ["Dienst", "Angriffsfläche (0 geschlossen, 10 offen; systemd-analyze security)"],
			inCage: (name) => `${name} in seinem Käfig`,
			open: ["Verbleibende Angriffsfläche", "Kostet", "Grund"],
			asAccount:
				"Der größte Teil des Werts kommt vom Start als root; jede Capability erhöht ihn. Am stärksten senkt ihn ein Start unter einem anderen Konto (`--user`). `--refuse capability:NAME` entfernt eine Capability, sofern die Anwendung ohne sie noch antwortet.",
			forLogs: (name, permissions) =>
				`Die Anwendung braucht ${permissions.join(" und ")} nur für ihre Protokolle. Bauen Sie den Käfig mit ${permissions.map((word) => `--refuse ${word}`).join(" ")} neu, und lassen Sie logrotate die Protokolle anlegen, wie \`cagewright unit ${name} --logrotate\` es ausgibt.`,
			noProof: "Der Wert zählt Einstellungen und beweist nichts. `cagewright selftest` unternimmt echte Ausbruchsversuche.",
		},
	},
	certificateCopied: (name, path) =>
		`Der Käfig ${name} enthält eine Kopie von ${path}, die eine Erneuerung nicht aktualisiert. Bauen Sie den Käfig neu mit: --bind /etc/letsencrypt/live --bind /etc/letsencrypt/archive`,
	printed:
		"Die gedruckten Befehle geben ihre eigenen Ausgaben an die Anwendung weiter, die eine Datei dort leeren oder deren Rechte ändern könnte. `run` leitet sie stattdessen durch eine Pipe. Hängen Sie bei einer Datei oder einem Gerät an: 2>&1 | cat",
	left: {
		interrupted: "Abgebrochen.",
		nothingMade: "Es wurde nichts angelegt.",
		nothingChanged: "Es wurde nichts geändert.",
		traced: (name, remove) =>
			`Aufzeichnung und Einstellungen von ${name} bleiben für einen weiteren Versuch. Sie entfernt: \`${remove}\`.`,
		made: (name, generation, remove) =>
			`Käfig ${name} ist fertig (Generation ${generation}) und bleibt. Ihn entfernt: \`${remove}\`.`,
		switched: (name, generation, back) =>
			`Käfig ${name} hat jetzt die Generation ${generation}. Zurück geht es mit: \`${back}\`.`,
		adopted: (service, name, release) => `${service} läuft jetzt im Käfig ${name}. Zurück geht es mit: \`${release}\`.`,
		released: (service) => `${service} läuft wieder auf dem Host.`,
		removed: (name) => `Käfig ${name} ist teilweise entfernt. Der nächste Befehl bringt das zu Ende.`,
	},
	runs: (name) => `${name} läuft in seinem Käfig. Strg-C beendet die Anwendung.`,
	shell: (name, keepWrites) =>
		`Shell im Käfig ${name}, eingeschränkt wie seine Anwendung. ${keepWrites ? "Änderungen an den Daten bleiben." : `Änderungen werden verworfen${keepWrites === undefined ? "" : " (--keep-writes behält sie)"}.`} Mit 'exit' verlassen Sie sie.`,
	apps: {
		head: ["Name", "Gefunden als", "Lauscht auf", "Paket", "Befehl"],
		reasons: { unit: "Unit", process: "Prozess", template: "Vorlage" },
		enabled: "eingeschaltet",
		running: (pid) => `läuft (${pid})`,
		cannot: "Nicht für einen Käfig geeignet",
		next: "Einzelheiten: cagewright apps NAME. Um eine Unit in einen Käfig zu bringen: cagewright make NAME.service",
		make: (unit) => `Um sie in einen Käfig zu bringen: cagewright make ${unit}`,
		found: "Gefunden als",
		file: "Unit-Datei",
		package: "Paket",
		listens: "Lauscht auf",
		command: "Befehl",
		account: "Konto",
		directory: "Arbeitsverzeichnis",
		environment: "Umgebung",
		directories: "Verzeichnisse",
		notes: "Hinweise",
		none: "Keine Anwendungen gefunden. Um einen beliebigen Befehl in einen Käfig zu bringen: cagewright make --name NAME --probe BEFEHL -- BEFEHL",
	},
	doctor: doctorDe,
	sessions: {
		head: ["Sitzung", "Käfig", "Schritt", "Gespeichert", "Anwendung"],
		none: "Keine gespeicherten Sitzungen.",
		open: (pid) => `offen in Prozess ${pid}`,
		damaged: "beschädigt; der Assistent verschiebt sie",
		session: "Sitzung",
		cage: "Käfig",
		command: "Befehl",
		left: "Gespeichert",
		step: "Schritt",
		state: "Zustand",
		place: "Pfad",
		traced: "Beobachtet",
		planned: "Geplant",
		rounds: "Erprobungen",
		goOn: "Fortsetzen",
		same: "Ohne Assistent",
		no: "noch nicht",
		paths: (count) => `${count} Pfade`,
		entries: (count) => `${count} Einträge`,
		question: (name) => `Die Sitzung ${name} mit ihren Antworten und der Beobachtung verwerfen? [j/N]`,
		kept: (name) => `Die Sitzung ${name} wurde behalten.`,
		removed: (name) => `Die Sitzung ${name} wurde entfernt.`,
	},
	template: templateDe,
};
