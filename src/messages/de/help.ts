/**
 * Die Hilfe zur Befehlszeile, deutsch. Ihr englischer Satz steht bei der Option oder dem Verb, das er beschreibt (src/cli/program.ts und
 * options.ts), und ist hier der Schlüssel: wird er geändert, so fehlt die Übersetzung, und ein Test sagt es.
 */
export const helpDe: Readonly<Record<string, string>> = {
	"Puts an application into a chroot cage, proves that it works there, and writes the record. Without a verb: the wizard.":
		"Setzt eine Anwendung in einen chroot-Käfig, weist nach, dass sie darin arbeitet, und schreibt den Nachweis. Ohne Verb: der Assistent.",
	"output the version number": "die Version ausgeben",
	"display help for command": "Hilfe zu einem Verb zeigen",
	"where cages and templates live": "wo Käfige und Vorlagen liegen",
	language: "Sprache",
	"no colour": "keine Farben",
	"no progress": "kein Fortschritt",
	"one JSON document on stdout": "ein JSON-Dokument auf stdout",
	"one JSON object a line on stderr while the work runs": "während der Arbeit je Zeile ein JSON-Objekt auf stderr",
	"refuse to start a cage with less than every layer": "keinen Käfig starten, dem eine Schicht fehlt",
	"open the wizard where a session was left (without a name: the latest)":
		"den Assistenten dort öffnen, wo eine Sitzung verlassen wurde (ohne Namen: die letzte)",
	"the wizard as questions and answers, line by line, for screen readers":
		"der Assistent als Fragen und Antworten, Zeile für Zeile, für Vorleseprogramme",
	"the wizard below what stands in the terminal, instead of in a screen of its own":
		"der Assistent unter dem, was im Terminal steht, statt auf einem eigenen Bildschirm",
	"the wizard in ASCII alone": "der Assistent nur in ASCII",
	"the whole job: trace, plan, build, trial rounds, record": "die ganze Arbeit: beobachten, planen, bauen, erproben, Nachweis",
	"watch the application in a sandbox and store what it touches":
		"die Anwendung in einer Sandbox beobachten und aufheben, was sie berührt",
	"show what would go into the cage, why, and what that would change":
		"zeigen, was in den Käfig käme, warum, und was sich damit änderte",
	"build a generation from the plan": "aus dem Plan eine Generation bauen",
	"try the application in the cage, and say what is missing": "die Anwendung im Käfig erproben und sagen, was fehlt",
	"run the application in its cage, in the foreground": "die Anwendung in ihrem Käfig im Vordergrund laufen lassen",
	"a shell in the cage for looking around, confined as the application is; the cage stays without one":
		"eine Shell im Käfig zum Umsehen, abgeschottet wie die Anwendung; der Käfig selbst bleibt ohne",
	"send HUP, USR1 … to the application in the running cage": "HUP, USR1 … an die Anwendung im laufenden Käfig senden",
	"print a hardened systemd unit, or what else the host needs beside it":
		"eine gehärtete Unit für systemd ausgeben, oder was der Wirt sonst noch braucht",
	"try the known ways out from inside the cage, and audit it from outside":
		"von innen die bekannten Auswege versuchen und den Käfig von außen prüfen",
	"move a running systemd service into its cage, which is made first where there is none":
		"einen laufenden Dienst von systemd in seinen Käfig umziehen; fehlt der, so wird er erst gebaut",
	"move a service out of its cage, with what it wrote there":
		"einen Dienst aus seinem Käfig holen, mit allem, was er dort schrieb",
	"look at cages: the audit, and what differs from what was built":
		"Käfige ansehen: die Prüfung, und was anders ist, als es gebaut wurde",
	"a new generation from the host's files, tried beside the present one, then used; else everything stays":
		"eine neue Generation aus den Dateien des Wirts, neben der jetzigen erprobt und dann benutzt; sonst bleibt alles",
	"leave out what trials prove unnecessary, and make a generation without it":
		"weglassen, was Versuche als unnötig erweisen, und eine Generation ohne es bauen",
	"leave out at the end what trials prove unnecessary; --keep, --keep-kind, --give-up and --jobs say how":
		"am Ende weglassen, was Versuche als unnötig erweisen; --keep, --keep-kind, --give-up und --jobs sagen, wie",
	"never leave this out; repeatable": "dies nie weglassen; mehrmals möglich",
	"never leave out files of this kind; repeatable": "Dateien dieser Art nie weglassen; mehrmals möglich",
	"try also what stays as a rule, because no probe would miss it; repeatable":
		"auch versuchen, was sonst bleibt, weil keine Probe es vermissen würde; mehrmals möglich",
	"end the search after 90s, 10m, 1h with the best that was found":
		"die Suche nach 90s, 10m, 1h mit dem Besten beenden, was gefunden ist",
	"trials side by side (default: one for each processor)": "Versuche nebeneinander (Vorgabe: einer je Prozessor)",
	"shell line that must work as well in each trial, from now on; repeatable":
		"Shell-Zeile, die in jedem Versuch ebenfalls gelingen muss, auch künftig; mehrmals möglich",
	"make the smaller cage without a question": "den kleineren Käfig ohne Frage bauen",
	"say what would be tried and what stays, and do nothing": "sagen, was versucht würde und was bleibt, und nichts tun",
	"name the cages that an upgrade of the host has made old":
		"die Käfige nennen, die nach einer Aktualisierung des Wirts veraltet sind",
	"put the program, completion, hooks of the package manager and a daily timer in fixed places":
		"Programm, Vervollständigung, Haken der Paketverwaltung und einen täglichen Timer an feste Plätze legen",
	"take all of that away again, and nothing else": "all das wieder wegnehmen und nichts sonst",
	"back to the generation before; the data stays as it is": "zurück zur Generation davor; die Daten bleiben, wie sie sind",
	"what differs between two generations (else the last two)":
		"worin sich zwei Generationen unterscheiden (sonst die letzten zwei)",
	"why a path is in the cage or not, which layer refuses a path, a system call or a capability, and what opens it":
		"warum ein Pfad im Käfig ist oder nicht, welche Schicht einen Pfad, Systemaufruf oder eine Capability verweigert, und was sie öffnet",
	"the cages on this machine": "die Käfige auf diesem Rechner",
	"what is in a cage, and why": "was in einem Käfig ist, und warum",
	"take a cage away": "einen Käfig wegnehmen",
	"the applications found on this machine, or all that is known of one":
		"die Anwendungen, die sich auf diesem Rechner finden, oder alles über eine",
	"what this machine offers and lacks": "was dieser Rechner bietet und was ihm fehlt",
	"templates: list, show NAME, new NAME, save CAGE, diff CAGE, check FILE, import FILE|FOLDER|GIT-ADDRESS, accept NAME, export NAME, remove NAME":
		"Vorlagen: list, show NAME, new NAME, save KÄFIG, diff KÄFIG, check DATEI, import DATEI|ORDNER|GIT-ADRESSE, accept NAME, export NAME, remove NAME",
	"with export and new: a new file (else stdout)": "bei export und new: eine neue Datei (sonst stdout)",
	"with import: let it take the place of a template of that name": "bei import: eine Vorlage dieses Namens ersetzen",
	"with import and accept: accept the commands that it would run, without a question":
		"bei import und accept: die Befehle, die sie ausführen würde, ohne Frage annehmen",
	"with import and accept: show them, and take nothing in": "bei import und accept: sie zeigen und nichts aufnehmen",
	"what the wizard was left with: list, show NAME, remove NAME":
		"womit der Assistent verlassen wurde: list, show NAME, remove NAME",
	"name of the cage (else the template's, the unit's, or the command's base name)":
		"Name des Käfigs (sonst der von Vorlage, Unit oder Befehl)",
	"account to start as, with its groups and these (else as root, with only the capabilities it needs)":
		"Konto, als das gestartet wird, mit seinen Gruppen und diesen (sonst root, nur mit den nötigen Capabilities)",
	"a socket that is open before the application starts, as systemd hands it over: KIND ADDRESS [name=NAME] [mode=MODE] [user=USER] [group=GROUP] [OPTION…]; repeatable":
		"ein Socket, der offen ist, bevor die Anwendung startet, wie systemd ihn übergibt: ART ADRESSE [name=NAME] [mode=MODUS] [user=KONTO] [group=GRUPPE] [OPTION…]; mehrfach möglich",
	"working directory (default: /)": "Arbeitsverzeichnis (sonst /)",
	"time for the first answer (default: 30)": "Zeit bis zur ersten Antwort (sonst 30)",
	"network of the cage when it runs (default: host)": "Netz des Käfigs, wenn er läuft (sonst host)",
	"try it in this network (default: the cage's own)": "in diesem Netz versuchen (sonst in dem des Käfigs)",
	"most memory that the application may use, e.g. 512M": "wie viel Speicher die Anwendung höchstens benutzt, z. B. 512M",
	"most processes and threads of the application": "wie viele Prozesse und Threads sie höchstens hat",
	"most open files of each of its processes": "wie viele offene Dateien jeder ihrer Prozesse höchstens hat",
	"a variable of the application's environment; repeatable": "eine Variable der Umgebung der Anwendung; mehrmals möglich",
	"shell line that exits 0 when the application answered a real request; repeatable, all must pass":
		"Shell-Zeile, die mit 0 endet, wenn die Anwendung eine echte Anfrage beantwortet hat; mehrmals möglich, alle müssen gelingen",
	"shell line to run while tracing, to reach more of the application; repeatable":
		"Shell-Zeile, die beim Beobachten mehr von der Anwendung erreicht; mehrmals möglich",
	"put this into the cage, with all below it; repeatable": "dies mit allem darunter in den Käfig nehmen; mehrmals möglich",
	"leave this out of the cage; repeatable": "dies aus dem Käfig lassen; mehrmals möglich",
	"a directory that the application may write; repeatable":
		"ein Verzeichnis, in das die Anwendung schreiben darf; mehrmals möglich",
	"state to copy once into the cage's data; repeatable":
		"Zustand, der einmal in die Daten des Käfigs kopiert wird; mehrmals möglich",
	"a directory of the host, mounted instead of copied; repeatable":
		"ein Verzeichnis des Wirts, eingehängt statt kopiert; mehrmals möglich",
	"a device node that the cage gets; repeatable": "ein Gerät, das der Käfig bekommt; mehrmals möglich",
	"a directory that must exist before the application starts, like systemd's RuntimeDirectory; repeatable":
		"ein Verzeichnis, das es vor dem Start geben muss, wie RuntimeDirectory bei systemd; mehrmals möglich",
	"a private key, shadow file or token that may go into the cage; repeatable":
		"ein privater Schlüssel, eine shadow-Datei oder ein Token, das in den Käfig darf; mehrmals möglich",
	"a danger that `check` names and that shall not stop the launch; said again at each launch; repeatable":
		"eine Gefahr, die `check` nennt und die den Start nicht aufhält; wird bei jedem Start wieder gesagt; mehrmals möglich",
	"a setuid file that may go into the cage; repeatable": "eine setuid-Datei, die in den Käfig darf; mehrmals möglich",
	"leave this open although no need was seen: proc, kernel-proc, sys, unix-sockets, netlink, multicast, syslog, memfd, writable-code, capability:NAME, socket:PATH, executable-data:DIR; repeatable":
		"dies offen lassen, obwohl kein Bedarf zu sehen war: proc, kernel-proc, sys, unix-sockets, netlink, multicast, syslog, memfd, writable-code, capability:NAME, socket:PFAD, executable-data:VERZEICHNIS; mehrmals möglich",
	"keep this closed although a need was seen; repeatable":
		"dies geschlossen halten, obwohl Bedarf zu sehen war; mehrmals möglich",
	"let the cage know this user or group of the host (NAME, user:NAME, group:NAME); never a password or a shell; repeatable":
		"dem Käfig diesen Benutzer oder diese Gruppe des Wirts bekannt machen (NAME, user:NAME, group:NAME); nie Passwort oder Shell; mehrmals möglich",
	"a parameter of the template; repeatable": "ein Parameter der Vorlage; wiederholbar",
	"leave this user or group out although a need was seen; repeatable":
		"diesen Benutzer oder diese Gruppe weglassen, obwohl Bedarf zu sehen war; mehrmals möglich",
	"run as an account that no other service has, made where it is missing (default: cage-NAME)":
		"als ein Konto laufen, das kein anderer Dienst hat; fehlt es, so wird es angelegt (sonst cage-NAME)",
	"trace on the host itself, without the sandbox: what the application writes, sends and changes stays":
		"auf dem Host selbst beobachten, ohne Sandbox: was die Anwendung schreibt, sendet und ändert, bleibt",
	"do not try the ways out once the application answers": "die Auswege nicht versuchen, wenn die Anwendung antwortet",
	"do not try the ways out of the new generation": "die Auswege aus der neuen Generation nicht versuchen",
	"trial rounds at most (default: 5; with --attach 20)": "höchstens so viele Runden (sonst 5, mit --attach 20)",
	"accept what is proposed (never a secret or a setuid file)":
		"annehmen, was vorgeschlagen wird (nie ein Geheimnis oder eine setuid-Datei)",
	"take up what the application's documentation names and no run has used":
		"aufnehmen, was die Dokumentation der Anwendung nennt und kein Lauf benutzt hat",
	"do not ask": "nicht fragen",
	"keep what was edited in the cage where the host's configuration changed as well":
		"behalten, was im Käfig geändert wurde, auch wo sich die Konfiguration des Wirts änderte",
	"say everything that would be done, and do nothing": "alles sagen, was getan würde, und nichts tun",
	"with --install or --uninstall: say what would be done": "mit --install oder --uninstall: sagen, was getan würde",
	"say what would be done, and do nothing": "sagen, was getan würde, und nichts tun",
	"say what is new and what would be done, and do nothing": "sagen, was neu ist und was getan würde, und nichts tun",
	"say what would be written, and do nothing": "sagen, was geschrieben würde, und nichts tun",
	"say what would be removed": "sagen, was entfernt würde",
	"let a cage of this name become another application's; its data stays":
		"einen Käfig dieses Namens einer anderen Anwendung geben; seine Daten bleiben",
	"watch this process, which runs already, with all that it started; it runs on":
		"diesen Prozess beobachten, der schon läuft, mit allem, was er startete; er läuft weiter",
	"how long to watch, such as 90, 30m or 24h: with --attach at least so long; of a cage that runs, for what it misses there":
		"wie lange beobachtet wird, etwa 90, 30m oder 24h: mit --attach mindestens so lange; ein laufender Käfig darauf, was ihm fehlt",
	"take up what `trace NAME --for` saw missing in production": "aufnehmen, was `trace NAME --for` im Betrieb fehlen sah",
	"add this run to what was traced of the cage, with these exercises":
		"diesen Lauf zu dem nehmen, was vom Käfig schon beobachtet ist, mit diesen Übungen",
	"kill it when it has not ended so long after TERM (default: 90; 0: never)":
		"mit KILL beenden, was so lange nach TERM nicht beendet ist (Vorgabe: 90; 0: nie)",
	"say what would be taken away, and do nothing": "nur sagen, was entfernt würde",
	"print the plain shell commands instead": "stattdessen die Shell-Befehle ausgeben",
	"pass escape sequences of the application on to the terminal (else they are shown as text)":
		"Steuersequenzen der Anwendung ans Terminal weitergeben (sonst werden sie als Text gezeigt)",
	"let it write to the application's data (else what it writes is thrown away)":
		"in die Daten der Anwendung schreiben lassen (sonst wird Geschriebenes verworfen)",
	"a drop-in instead, that moves this service of the host into the cage":
		"stattdessen ein Drop-in, das diesen Dienst des Wirts in den Käfig umzieht",
	"the same under the drop-in for this service of the host": "dasselbe unter dem Drop-in für diesen Dienst des Wirts",
	"put it where the host reads it: a unit below /etc/systemd/system, which systemd reads at once":
		"dorthin schreiben, wo der Rechner es liest: eine Unit unter /etc/systemd/system, die systemd gleich liest",
	"remove what --install wrote": "entfernen, was --install schrieb",
	"how exposed systemd says the service is, before and after": "wie angreifbar der Dienst nach systemd ist, vorher und nachher",
	"units of another system, whose file tree is there": "Units eines anderen Systems, dessen Dateien dort liegen",
	"another system, whose file tree is there": "ein anderes System, dessen Dateien dort liegen",
	"a file for logrotate instead, for the cage's logs": "stattdessen eine Datei für logrotate, für die Logs des Käfigs",
	"a hook for certbot instead, that reloads a renewed certificate":
		"stattdessen einen Haken für certbot, der ein erneuertes Zertifikat neu laden lässt",
	"try it as a service of the systemd that runs here, as the unit of `cagewright unit` starts it":
		"als Dienst des laufenden systemd versuchen, so wie die Unit von `cagewright unit` startet",
	"try it under the unit of `cagewright unit`, by the systemd that runs here":
		"unter der Unit von `cagewright unit` versuchen, mit dem systemd, das hier läuft",
	"whose state counts where both changed": "wessen Zustand gilt, wo sich beide änderten",
	"every cage on this machine": "jeden Käfig auf diesem Rechner",
	"read every file, of the cage and of the host, instead of those that were touched":
		"jede Datei von Käfig und Wirt lesen statt nur die berührten",
	"one line and an exit status for monitoring (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN)":
		"eine Zeile und ein Status für die Überwachung (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN)",
	"what goes on where both were changed: the cage's or the host's":
		"was gilt, wo beide geändert wurden: das des Käfigs oder das des Wirts",
	"leave what runs in the generation that it was started in": "was läuft, in der Generation lassen, in der es gestartet wurde",
	"from now on, keep so many old generations (default: 2)": "von nun an so viele alte Generationen behalten (sonst 2)",
	"from now on, clear old generations after so many days; the last one stays":
		"von nun an alte Generationen nach so vielen Tagen wegräumen; die letzte bleibt",
	"mark them, for `list`; what the hooks of the package manager do":
		"sie für `list` kennzeichnen, wie es die Haken der Paketverwaltung tun",
	"what is done once a day (default: check)": "was einmal am Tag getan wird (sonst check)",
	"to this generation": "zu dieser Generation",
	"the log of the cage": "das Protokoll des Käfigs",
	"the record, as written after the last trial": "der Nachweis, wie er nach der letzten Erprobung geschrieben wurde",
	"leave the application's data": "die Daten der Anwendung lassen",
	"install what is missing with the system's package manager": "mit der Paketverwaltung installieren, was fehlt",
	"name of the template that is saved or taken in (else the cage's, or its own)":
		"Name der Vorlage, die gesichert oder aufgenommen wird (sonst der des Käfigs oder ihr eigener)",
	"the cage as a tar archive, for another machine of the same kind":
		"der Käfig als tar-Archiv, für einen anderen Rechner derselben Art",
	"tar, the only one": "tar, das einzige",
	"a new file (else stdout)": "eine neue Datei (sonst stdout)",
	"with the application's data, while nothing runs in the cage": "mit den Daten der Anwendung, während im Käfig nichts läuft",
	"take in an exported cage: verified, shown, tried": "einen ausgegebenen Käfig aufnehmen: geprüft, gezeigt, erprobt",
	"under another name": "unter einem anderen Namen",
	"take it in without a question: its probes run as root": "ohne Frage aufnehmen: seine Proben laufen als root",
	"verify and show it, and take nothing in": "prüfen und zeigen und nichts aufnehmen",
	"a secret of this machine that later builds may copy; repeatable":
		"ein Geheimnis dieses Rechners, das spätere Builds kopieren dürfen; mehrfach möglich",
	"a setuid file of the archive that may stay one; repeatable":
		"eine setuid-Datei des Archivs, die eine bleiben darf; mehrfach möglich",
	"do not try whether it answers here": "nicht erproben, ob er hier antwortet",
	"Usage:": "Aufruf:",
	"Arguments:": "Argumente:",
	"Options:": "Optionen:",
	"Global Options:": "Optionen für alle Verben:",
	"Commands:": "Verben:",
	"Example:": "Beispiel:",
	choices: "möglich",
	default: "sonst",
	"the documentation of a cage, for whoever signs and audits it":
		"die Dokumentation eines Käfigs für alle, die sie unterschreiben oder prüfen",
	"its form (else by the name of the file, or md)": "ihre Form (sonst nach dem Namen der Datei, oder md)",
	"write it there, readable by its owner alone (else to stdout)":
		"dorthin schreiben, nur für den Eigentümer lesbar (sonst auf stdout)",
	"with -o: lay its SHA-256 beside it, for sha256sum, and into the cage's log":
		"mit -o: seine SHA-256 daneben legen, für sha256sum, und in das Protokoll des Käfigs",
	"say instead whether this file is a record of the cage as it was written":
		"stattdessen sagen, ob diese Datei ein Nachweis des Käfigs ist, wie er geschrieben wurde",
	"what the cage is for; kept for the next record, as the names are":
		"wozu der Käfig dient; wird wie die Namen für den nächsten Nachweis behalten",
	"who initiated it; kept for every later cage too": "wer ihn veranlasst hat; wird auch für alle späteren Käfige behalten",
	"who implemented it; kept for every later cage too": "wer ihn umgesetzt hat; wird auch für alle späteren Käfige behalten",
	"who approves the present generation and takes on what risk remains":
		"wer die jetzige Generation freigibt und das verbleibende Risiko übernimmt",
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
