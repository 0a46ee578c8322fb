import type { HelpMessages } from "../en/help.ts";

export const helpDe: HelpMessages = {
	program:
		"Setzt eine Anwendung in einen chroot-Käfig, weist nach, dass sie darin arbeitet, und schreibt den Nachweis. Ohne Verb: der Assistent.",
	groups: { application: "Anwendung:", files: "Dateien:", permissions: "Erlaubnisse und Konten:" },
	options: {
		version: "die Version ausgeben",
		help: "Hilfe zu einem Verb zeigen",
		state: "wo Käfige und Vorlagen liegen",
		lang: "Sprache",
		color: "keine Farben",
		quiet: "kein Fortschritt",
		json: "ein JSON-Dokument auf stdout",
		events: "während der Arbeit je Zeile ein JSON-Objekt auf stderr",
		require: "keinen Käfig starten, dem eine Schicht fehlt",
		resume: "den Assistenten dort öffnen, wo eine Sitzung verlassen wurde (ohne Namen: die letzte)",
		linear: "der Assistent als Fragen und Antworten, Zeile für Zeile, für Vorleseprogramme",
		inline: "der Assistent unter dem, was im Terminal steht, statt auf einem eigenen Bildschirm",
		ascii: "der Assistent nur in ASCII",
		name: "Name des Käfigs (sonst der von Vorlage, Unit oder Befehl)",
		user: "Konto, als das gestartet wird, mit seinen Gruppen und diesen (sonst root, nur mit den nötigen Capabilities)",
		cwd: "Arbeitsverzeichnis (sonst /)",
		timeout: "Zeit bis zur ersten Antwort (sonst 30)",
		network: "Netz des Käfigs, wenn er läuft (sonst host)",
		limitMemory: "wie viel Speicher die Anwendung höchstens benutzt, z. B. 512M",
		limitProcesses: "wie viele Prozesse und Threads sie höchstens hat",
		limitFiles: "wie viele offene Dateien jeder ihrer Prozesse höchstens hat",
		env: "eine Variable der Umgebung der Anwendung; mehrmals möglich",
		probe:
			"Shell-Zeile, die mit 0 endet, wenn die Anwendung eine echte Anfrage beantwortet hat; mehrmals möglich, alle müssen gelingen",
		exercise: "Shell-Zeile, die beim Beobachten mehr von der Anwendung erreicht; mehrmals möglich",
		include: "dies mit allem darunter in den Käfig nehmen; mehrmals möglich",
		exclude: "dies aus dem Käfig lassen; mehrmals möglich",
		writable: "ein Verzeichnis, in das die Anwendung schreiben darf; mehrmals möglich",
		seed: "Zustand, der einmal in die Daten des Käfigs kopiert wird; mehrmals möglich",
		bind: "ein Verzeichnis des Wirts, eingehängt statt kopiert; mehrmals möglich",
		device: "ein Gerät, das der Käfig bekommt; mehrmals möglich",
		directory: "ein Verzeichnis, das es vor dem Start geben muss, wie RuntimeDirectory bei systemd; mehrmals möglich",
		socket:
			"ein Socket, der offen ist, bevor die Anwendung startet, wie systemd ihn übergibt: ART ADRESSE [name=NAME] [mode=MODUS] [user=KONTO] [group=GRUPPE] [OPTION…]; mehrfach möglich",
		allowSecret: "ein privater Schlüssel, eine shadow-Datei oder ein Token, das in den Käfig darf; mehrmals möglich",
		acceptFinding:
			"eine Gefahr, die `check` nennt und die den Start nicht aufhält; wird bei jedem Start wieder gesagt; mehrmals möglich",
		allowSetuid: "eine setuid-Datei, die in den Käfig darf; mehrmals möglich",
		allow:
			"dies offen lassen, obwohl kein Bedarf zu sehen war: proc, kernel-proc, sys, unix-sockets, netlink, multicast, syslog, memfd, writable-code, capability:NAME, socket:PFAD, executable-data:VERZEICHNIS; mehrmals möglich",
		refuse: "dies geschlossen halten, obwohl Bedarf zu sehen war; mehrmals möglich",
		account:
			"dem Käfig diesen Benutzer oder diese Gruppe des Wirts bekannt machen (NAME, user:NAME, group:NAME); nie Passwort oder Shell; mehrmals möglich",
		set: "ein Parameter der Vorlage; wiederholbar",
		withoutAccount: "diesen Benutzer oder diese Gruppe weglassen, obwohl Bedarf zu sehen war; mehrmals möglich",
		dedicatedAccount: "als ein Konto laufen, das kein anderer Dienst hat; fehlt es, so wird es angelegt (sonst cage-NAME)",
		onHost: "auf dem Host selbst beobachten, ohne Sandbox: was die Anwendung schreibt, sendet und ändert, bleibt",
		selftest: "die Auswege nicht versuchen, wenn die Anwendung antwortet",
		rounds: "höchstens so viele Runden (sonst 5, mit --attach 20)",
		yes: "annehmen, was vorgeschlagen wird (nie ein Geheimnis oder eine setuid-Datei)",
		dryRun: "alles sagen, was getan würde, und nichts tun",
		replace: "einen Käfig dieses Namens einer anderen Anwendung geben; seine Daten bleiben",
		attach: "diesen Prozess beobachten, der schon läuft, mit allem, was er startete; er läuft weiter",
		for: "wie lange beobachtet wird, etwa 90, 30m oder 24h: mit --attach mindestens so lange; ein laufender Käfig darauf, was ihm fehlt",
		takeDocumented: "aufnehmen, was die Dokumentation der Anwendung nennt und kein Lauf benutzt hat",
		minimise: "am Ende weglassen, was Versuche als unnötig erweisen; --keep, --keep-kind, --give-up und --jobs sagen, wie",
		keep: "dies nie weglassen; mehrmals möglich",
		keepKind: "Dateien dieser Art nie weglassen; mehrmals möglich",
		giveUp: "auch versuchen, was sonst bleibt, weil keine Probe es vermissen würde; mehrmals möglich",
		jobs: "Versuche nebeneinander (Vorgabe: einer je Prozessor)",
		dropin: "dasselbe unter dem Drop-in für diesen Dienst des Wirts",
		root: "ein anderes System, dessen Dateien dort liegen",
		all: "jeden Käfig auf diesem Rechner",
		restart: "was läuft, in der Generation lassen, in der es gestartet wurde",
	},
	verbs: {
		make: { about: "die ganze Arbeit: beobachten, planen, bauen, erproben, Nachweis" },
		trace: {
			about: "die Anwendung in einer Sandbox beobachten und aufheben, was sie berührt",
			add: "diesen Lauf zu dem nehmen, was vom Käfig schon beobachtet ist, mit diesen Übungen",
		},
		plan: { about: "zeigen, was in den Käfig käme, warum, und was sich damit änderte" },
		build: { about: "aus dem Plan eine Generation bauen" },
		trial: {
			about: "die Anwendung im Käfig erproben und sagen, was fehlt",
			unit: "als Dienst des laufenden systemd versuchen, so wie die Unit von `cagewright unit` startet",
		},
		run: {
			about: "die Anwendung in ihrem Käfig im Vordergrund laufen lassen",
			print: "stattdessen die Shell-Befehle ausgeben",
			stopTimeout: "mit KILL beenden, was so lange nach TERM nicht beendet ist (Vorgabe: 90; 0: nie)",
			raw: "Steuersequenzen der Anwendung ans Terminal weitergeben (sonst werden sie als Text gezeigt)",
		},
		shell: {
			about: "eine Shell im Käfig zum Umsehen, abgeschottet wie die Anwendung; der Käfig selbst bleibt ohne",
			keepWrites: "in die Daten der Anwendung schreiben lassen (sonst wird Geschriebenes verworfen)",
		},
		signal: { about: "HUP, USR1 … an die Anwendung im laufenden Käfig senden" },
		unit: {
			about: "eine gehärtete Unit für systemd ausgeben, oder was der Wirt sonst noch braucht",
			dropin: "stattdessen ein Drop-in, das diesen Dienst des Wirts in den Käfig umzieht",
			install: "dorthin schreiben, wo der Rechner es liest: eine Unit unter /etc/systemd/system, die systemd gleich liest",
			uninstall: "entfernen, was --install schrieb",
			score: "wie angreifbar der Dienst nach systemd ist, vorher und nachher",
			dryRun: "mit --install oder --uninstall: sagen, was getan würde",
			root: "Units eines anderen Systems, dessen Dateien dort liegen",
			logrotate: "stattdessen eine Datei für logrotate, für die Logs des Käfigs",
			deployHook: "stattdessen einen Haken für certbot, der ein erneuertes Zertifikat neu laden lässt",
		},
		selftest: {
			about: "von innen die bekannten Auswege versuchen und den Käfig von außen prüfen",
			network: "in diesem Netz versuchen (sonst in dem des Käfigs)",
			unit: "unter der Unit von `cagewright unit` versuchen, mit dem systemd, das hier läuft",
		},
		watch: {
			about: "Angriffe melden: was der Kernel in laufenden Käfigen verweigert, eine Zeile je Alarm",
			format: "wie jeder Alarm ausgegeben wird",
			onAlarm:
				"nach einem Alarm hoher Schwere: report, stop oder freeze für den Käfig, oder ein Befehl, der den Alarm auf stdin bekommt",
			journal: "Alarme auch ins Journal schreiben, mit Feldern (journalctl CAGE=NAME)",
			withTests: "auch melden, was Proben und Selbsttests der Käfige auslösen",
			install: "eine systemd-Unit schreiben, die ab jetzt und nach jedem Start beobachtet, und sie starten",
			uninstall: "diese Unit stoppen und entfernen",
			dryRun: "sagen, was --install oder --uninstall täte",
		},
		adopt: { about: "einen laufenden Dienst von systemd in seinen Käfig umziehen; fehlt der, so wird er erst gebaut" },
		release: {
			about: "einen Dienst aus seinem Käfig holen, mit allem, was er dort schrieb",
			keep: "wessen Zustand gilt, wo sich beide änderten",
			yes: "nicht fragen",
			dryRun: "sagen, was getan würde, und nichts tun",
		},
		check: {
			about: "Käfige ansehen: die Prüfung, und was anders ist, als es gebaut wurde",
			deep: "jede Datei von Käfig und Wirt lesen statt nur die berührten",
			nagios: "eine Zeile und ein Status für die Überwachung (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN)",
		},
		update: {
			about: "eine neue Generation aus den Dateien des Wirts, neben der jetzigen erprobt und dann benutzt; sonst bleibt alles",
			dryRun: "sagen, was neu ist und was getan würde, und nichts tun",
			yes: "behalten, was im Käfig geändert wurde, auch wo sich die Konfiguration des Wirts änderte",
			configuration: "was gilt, wo beide geändert wurden: das des Käfigs oder das des Wirts",
			takeMissed: "aufnehmen, was `trace NAME --for` im Betrieb fehlen sah",
			selftest: "die Auswege aus der neuen Generation nicht versuchen",
			keepGenerations: "von nun an so viele alte Generationen behalten (sonst 2)",
			keepDays: "von nun an alte Generationen nach so vielen Tagen wegräumen; die letzte bleibt",
		},
		minimise: {
			about: "weglassen, was Versuche als unnötig erweisen, und eine Generation ohne es bauen",
			exercise: "Shell-Zeile, die in jedem Versuch ebenfalls gelingen muss, auch künftig; mehrmals möglich",
			for: "die Suche nach 90s, 10m, 1h mit dem Besten beenden, was gefunden ist",
			yes: "den kleineren Käfig ohne Frage bauen",
			dryRun: "sagen, was versucht würde und was bleibt, und nichts tun",
			selftest: "die Auswege aus der neuen Generation nicht versuchen",
		},
		stale: {
			about: "die Käfige nennen, die nach einer Aktualisierung des Wirts veraltet sind",
			mark: "sie für `list` kennzeichnen, wie es die Haken der Paketverwaltung tun",
		},
		install: {
			about: "Programm, Vervollständigung, Haken der Paketverwaltung und einen täglichen Timer an feste Plätze legen",
			timer: "was einmal am Tag getan wird (sonst check)",
			dryRun: "sagen, was geschrieben würde, und nichts tun",
		},
		uninstall: { about: "all das wieder wegnehmen und nichts sonst", dryRun: "nur sagen, was entfernt würde" },
		export: {
			about: "der Käfig als tar-Archiv, für einen anderen Rechner derselben Art",
			format: "tar, das einzige",
			output: "eine neue Datei (sonst stdout)",
			withData: "mit den Daten der Anwendung, während im Käfig nichts läuft",
		},
		import: {
			about: "einen ausgegebenen Käfig aufnehmen: geprüft, gezeigt, erprobt",
			name: "unter einem anderen Namen",
			yes: "ohne Frage aufnehmen: seine Proben laufen als root",
			dryRun: "prüfen und zeigen und nichts aufnehmen",
			trial: "nicht erproben, ob er hier antwortet",
			allowSecret: "ein Geheimnis dieses Rechners, das spätere Builds kopieren dürfen; mehrfach möglich",
			allowSetuid: "eine setuid-Datei des Archivs, die eine bleiben darf; mehrfach möglich",
		},
		rollback: {
			about: "zurück zur Generation davor; die Daten bleiben, wie sie sind",
			to: "zu dieser Generation",
			dryRun: "sagen, was getan würde, und nichts tun",
		},
		diff: { about: "worin sich zwei Generationen unterscheiden (sonst die letzten zwei)" },
		explain: {
			about:
				"warum ein Pfad im Käfig ist oder nicht, welche Schicht einen Pfad, Systemaufruf oder eine Capability verweigert, und was sie öffnet",
		},
		list: { about: "die Käfige auf diesem Rechner" },
		show: {
			about: "was in einem Käfig ist, und warum",
			history: "das Protokoll des Käfigs",
			record: "der Nachweis, wie er nach der letzten Erprobung geschrieben wurde",
		},
		record: {
			about: "die Dokumentation eines Käfigs für alle, die sie unterschreiben oder prüfen",
			format: "ihre Form (sonst nach dem Namen der Datei, oder md)",
			output: "dorthin schreiben, nur für den Eigentümer lesbar (sonst auf stdout)",
			checksum: "mit -o: seine SHA-256 daneben legen, für sha256sum, und in das Protokoll des Käfigs",
			verify: "stattdessen sagen, ob diese Datei ein Nachweis des Käfigs ist, wie er geschrieben wurde",
			purpose: "wozu der Käfig dient; wird wie die Namen für den nächsten Nachweis behalten",
			initiatedBy: "wer ihn veranlasst hat; wird auch für alle späteren Käfige behalten",
			implementedBy: "wer ihn umgesetzt hat; wird auch für alle späteren Käfige behalten",
			approvedBy: "wer die jetzige Generation freigibt und das verbleibende Risiko übernimmt",
		},
		remove: {
			about: "einen Käfig wegnehmen",
			keepData: "die Daten der Anwendung lassen",
			yes: "nicht fragen",
			dryRun: "sagen, was entfernt würde",
		},
		apps: { about: "die Anwendungen, die sich auf diesem Rechner finden, oder alles über eine" },
		doctor: { about: "was dieser Rechner bietet und was ihm fehlt", fix: "mit der Paketverwaltung installieren, was fehlt" },
		template: {
			about:
				"Vorlagen: list, show NAME, new NAME, save KÄFIG, diff KÄFIG, check DATEI, import DATEI|ORDNER, accept NAME, export NAME, remove NAME",
			as: "Name der Vorlage, die gesichert oder aufgenommen wird (sonst der des Käfigs oder ihr eigener)",
			output: "bei export und new: eine neue Datei (sonst stdout)",
			replace: "bei import: eine Vorlage dieses Namens ersetzen",
			yes: "bei import und accept: die Befehle, die sie ausführen würde, ohne Frage annehmen",
			dryRun: "bei import und accept: sie zeigen und nichts aufnehmen",
		},
		sessions: { about: "womit der Assistent verlassen wurde: list, show NAME, remove NAME", yes: "nicht fragen" },
	},
};

/** Was commander selbst sagt. */
export const commanderDe: Readonly<Record<string, string>> = {
	"Usage:": "Aufruf:",
	"Arguments:": "Argumente:",
	"Options:": "Optionen:",
	"Global Options:": "Optionen für alle Verben:",
	"Commands:": "Verben:",
	"Example:": "Beispiel:",
	choices: "möglich",
	default: "sonst",
};

/** Wovon commander sagt, dass es nicht geht: das Muster seines Satzes und der deutsche. */
export const usageDe: readonly (readonly [RegExp, string])[] = [
	[/^unknown command '(.*?)'\.?/, "Das Verb „$1“ gibt es nicht."],
	[/^unknown option '(.*?)'/, "Die Option „$1“ gibt es nicht."],
	[/^missing required argument '(.*)'/, "Es fehlt das Argument „$1“."],
	[/^option '(.*)' argument missing/, "Der Option „$1“ fehlt ihr Wert."],
	[/^option '(.*)' cannot be used with option '(.*)'/, "Die Option „$1“ verträgt sich nicht mit „$2“."],
	[/^too many arguments(?: for '(.*?)')?.*/, "Das sind zu viele Argumente ($1)."],
	[/^option '(.*)' argument '(.*)' is invalid\. Allowed choices are (.*?)\.?$/, "Die Option „$1“ kennt „$2“ nicht; möglich: $3."],
	[
		/^option '(.*)' argument '(.*)' is invalid\. a number of seconds above 0\.$/,
		"Die Option „$1“ braucht Sekunden über 0, nicht „$2“.",
	],
	[
		/^option '(.*)' argument '(.*)' is invalid\. a time(?: above 0,)? such as (.*) or (.*)\.$/,
		"Die Option „$1“ braucht eine Zeit wie $3 oder $4, nicht „$2“.",
	],
	[
		/^command-argument value '(.*)' is invalid for argument '(.*)'\. a whole number from (.*?)(?: to (.*))?\.$/,
		"Das Argument „$2“ braucht eine ganze Zahl ab $3, nicht „$1“.",
	],
	[
		/^option '(.*)' argument '(.*)' is invalid\. the id of a process\.$/,
		"Die Option „$1“ braucht die Nummer eines Prozesses, nicht „$2“.",
	],
	[
		/^option '(.*)' argument '(.*)' is invalid\. a whole number from (.*?)(?: to (.*))?\.$/,
		"Die Option „$1“ braucht eine ganze Zahl ab $3, nicht „$2“.",
	],
	[/^option '(.*)' argument '' is invalid\. a folder\.$/, "Die Option „$1“ braucht ein Verzeichnis."],
	[
		/^option '(.*)' argument '(.*)' is invalid\. a size of at least 4M.*$/,
		"Die Option „$1“ braucht eine Größe ab 4M, etwa 512M oder 2G, nicht „$2“.",
	],
];

/** What commander adds to those about a word that it does not know. */
export const similarDe: readonly (readonly [RegExp, string])[] = [
	[/ ?\(Did you mean one of (.*)\?\)$/, " (Meinten Sie eines von $1?)"],
	[/ ?\(Did you mean (.*)\?\)$/, " (Meinten Sie $1?)"],
];

export const seeHelpDe = "Siehe: cagewright --help";
