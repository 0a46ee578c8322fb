import type { Notes } from "../en/notes.ts";

/** Was ein Administrator wissen sollte, deutsch. */
export const notesDe: Notes = {
	rootless:
		"Ohne root: Sie läuft als {user}, das einzige Konto darin; kein Port unter {port}, kein Kontowechsel, und hinein kommt nur, was {user} lesen darf.",
	"probe-guessed-port":
		"Die Probe ist geraten: Port {port} gehört meist zu {protocol}. Prüfen Sie, ob sie nach dem Wichtigen fragt.",
	"probe-guessed-http": "Die Probe ist geraten: Port {port} spricht HTTP. Prüfen Sie, ob sie nach dem Wichtigen fragt.",
	"probe-guessed-banner": "Die Probe ist geraten: Port {port} grüßt mit „{word}“. Prüfen Sie, ob sie nach dem Wichtigen fragt.",
	"probe-guess-failed":
		"Die Probe zu seinem Port gelingt beim laufenden Dienst nicht, deshalb wird keine vorgeschlagen: {probe} {words}",
	"probe-went-back": "Eine tiefere Probe gelang nicht, deshalb gilt eine einfachere. Tiefere Probe: {probe} {words}",
	"people-recipients":
		"Der Server nimmt Post für Konten dieser Maschine an; der Käfig kennt deshalb die Namen {names}, ohne Passwort und Shell. Einen weglassen: {option}",
	"people-logins":
		"Beim Server melden sich Leute dieser Maschine an; der Käfig kennt deshalb die Namen {names}, ohne Passwort. Einen weglassen: {option}",
	"unproven-greeting":
		"Nicht bewiesen: Die Anwendung hat die Probe nur begrüßt, und niemand hat etwas von ihr verlangt. Verlangen Sie, worauf es ankommt: {exercise}",
	"unproven-page":
		"Nicht bewiesen: andere Seiten. Nur eine Seite wurde abgerufen; andere brauchen vielleicht mehr Dateien oder Dienste. Rufen Sie eine wichtige ab: {exercise}",
	"unproven-backend":
		"Nicht bewiesen: Anfragen, die ein Server dahinter beantwortet. In der Sandbox war keiner erreichbar. Rufen Sie eine wichtige Seite ab: {exercise}",
	"unproven-forwarding":
		"Nicht bewiesen: das Weiterleiten. In der Sandbox war kein Ziel erreichbar. Versuchen Sie ein wirkliches: {exercise}",
	"unproven-names":
		"Nicht bewiesen: die Namen, für die er antwortet. Nur eine eingebaute Frage wurde gestellt. Fragen Sie nach einem wichtigen Namen: {exercise}",
	"unproven-query":
		"Nicht bewiesen: Anmeldung und Abfragen. Der Server antwortete vor einer Anmeldung. Fragen Sie etwas ab: {exercise}",
	"unproven-login":
		"Nicht bewiesen: eine Anmeldung mit ihren Passwörtern (PAM, /etc/shadow), Konten und Home-Verzeichnissen. Keine wurde versucht, denn sie braucht ein Passwort. Melden Sie sich an: {exercise}",
	"unproven-mail":
		"Nicht bewiesen: die Zustellung. In keinem Postfach kam eine Nachricht an; Empfänger, Postfächer und zustellende Programme könnten fehlen. Senden Sie eine: {exercise}",
	"unproven-message": "Nicht bewiesen: Nachrichten. Der Server lässt niemanden ohne Passwort ein. Senden Sie eine: {exercise}",
	"unproven-script":
		"Nicht bewiesen: Skripte und Plugins. Der Server wurde nach sich selbst gefragt, und keines lief. Führen Sie ein wichtiges aus: {exercise}",
	"unproven-entry":
		"Nicht bewiesen: Einträge des Verzeichnisses. Der Server beantwortete ein Bind, und kein Eintrag wurde gelesen. Lesen Sie einen: {exercise}",
	"unproven-file": "Nicht bewiesen: Dateien. Der Server antwortete, und keine Datei wurde geholt. Holen Sie eine: {exercise}",
	"unproven-time": "Nicht bewiesen: die Zeit. In der Sandbox war kein Zeitserver erreichbar. Warten Sie auf einen: {exercise}",
	"unproven-exercise": "Nicht bewiesen: eine Übung, die auch in der Sandbox nicht gelingt: {exercise} {words}",
	"unproven-handed-sockets":
		"Nicht bewiesen: was andere Programme dieser Maschine an {paths} senden. `cagewright run` öffnet es im Käfig, wo sie es nicht finden; sie erreichen es, wenn systemd den Käfig startet: cagewright unit NAME --dropin DIENST --install",
	"unproven-sockets":
		"Nicht bewiesen: was andere Programme dieser Maschine an {paths} senden. Auf dem Host legt die Anwendung diese Sockets an, im Käfig kann sie es nicht: Diese Programme erreichen sie nicht.",
	"unproven-logs":
		"Nicht bewiesen: was andere Programme weiter nach {path} schreiben. Die Anwendung liest das, und der Käfig hat eine Kopie, in der nichts Neues erscheint. Um das des Hosts zu zeigen: --bind {path}:ro",
	"unproven-programs":
		"Nicht bewiesen: {count} {count|Programm|Programme}, die {place} nennt oder enthält und die keine Anfrage startete: {paths}. Lassen Sie die Anwendung starten, worauf es ankommt: --exercise 'BEFEHL'",
	"unproven-left-out":
		"Nicht bewiesen: Diese Übung gelingt in der Sandbox und scheitert im Käfig ohne das, was weggelassen wurde: {exercise}. Wenn das hineindarf: {options}",
	"unproven-in-cage": "Nicht bewiesen: eine Übung, die in der Sandbox gelingt und im Käfig nicht: {exercise}",
	"template-not-unit": "{template} gilt als die Vorlage dieses Namens; für die systemd-Unit schreiben Sie {unit}.",
	"writes-system-directory":
		"Sie schrieb nach {path}, in ein Verzeichnis des Systems; im Käfig bleibt es nur lesbar. Machen Sie nötigenfalls ein Verzeichnis darunter beschreibbar.",
	"configuration-holds-passwords":
		"Ihre Konfiguration enthält Passwörter; wer in die Anwendung einbricht, kann sie im Käfig lesen wie auf dem Rechner: {paths}.",
	"writes-beside-program":
		"Sie schreibt nach {path}, wo ihr Programm, ihre Quellen oder ihre Konfiguration liegen; im Käfig wird das alles zu Zustand, und von dort läuft kein Programm. Lassen Sie sie in ein eigenes Verzeichnis schreiben.",
	"template-untried":
		"Die Vorlage {template} hat für {systems} andere Pfade, und die hat noch niemand erprobt: Sehen Sie genau hin, was hineinkommt und was der Probelauf sagt.",
	"exercise-timed-out":
		"Eine Übung endete nicht innerhalb von {seconds} Sekunden: {command}. Mit --timeout bekommt sie länger Zeit.",
	"configuration-kept":
		"{path} wurde im Käfig {name} bearbeitet und hat sich auch auf dem Rechner geändert: die bearbeitete Fassung gilt weiter. Die des Rechners liegt an ihrem Ort; cagewright update {name} --configuration host nimmt sie.",
	"configuration-replaced": "{path} im Käfig {name} ist jetzt die Fassung des Rechners; die bearbeitete ist aufgehoben: {kept}",
	"minimise-uncounted":
		"{command} scheitert im Käfig, wie er ist, und sagt über keine Datei etwas: nicht gezählt. Was es braucht und nie beobachtet wurde: cagewright trace {name} --add --exercise.",
	"minimise-keep-unmatched": "--keep {pattern} benennt nichts, was in {name} ist.",
	"rotation-removed":
		"Die logrotate-Datei von {name} wurde entfernt: Diese Generation hat keine Protokollverzeichnisse. cagewright unit {name} --logrotate --install legt sie wieder an.",
	"rotation-not-refreshed":
		"Die logrotate-Datei von {name} wurde von Hand geändert und bleibt, wie sie ist. Vergleichen Sie sie mit cagewright unit {name} --logrotate: Unterhalb eines Verzeichnisses, in das die Anwendung schreiben darf, kann sie eine Rotation umleiten.",
	"unit-not-refreshed": "Die Unit von {name} wurde nicht neu geschrieben ({problem}); siehe cagewright unit {name}.",
	"undone-silent": "{name} antwortet auch in der vorigen Generation nicht ({problem}): siehe die Ausgabe.",
	"run-again": "{name} wurde aktualisiert und wird in der neuen Generation wieder gestartet.",
	"run-waits": "{name} ist noch nicht beendet; in {seconds} s, oder sofort beim zweiten TERM, wird es mit KILL beendet.",
	"run-killed": "{name} läuft noch; es wird jetzt mit KILL beendet.",
	"talks-to-port":
		"Sie verbindet sich mit Port {port} dieses Rechners; im Käfig ist das der des Wirts, denn beide haben dasselbe Netz.",
	"talks-to-port-in-vain": "Sie verbindet sich mit Port {port} dieses Rechners; ein Käfig ohne Netz kann ihn nicht erreichen.",
	"weaker-landlock":
		"Schwächer hier: Dieser Kern hat kein Landlock, das Schreiben begrenzen allein Mounts, Modi und Capabilities. Stattdessen ablehnen: --require full.",
	"weaker-pids":
		"Schwächer hier: systemd vor 257 kennt kein PrivatePIDs=, Prozesse des Rechners unter demselben Konto sind also in Reichweite. Stattdessen ablehnen: --require full.",
	"run-already":
		"Im Käfig {name} läuft schon etwas (pid {pid}), mit denselben Daten. `cagewright signal {name} TERM` beendet es.",
	"unit-stop-untried":
		"{unit} endete nicht innerhalb von {seconds} Sekunden nach SIGTERM; Neustart und Stopp wurden deshalb nicht als Dienst geprüft. systemd beendet den Dienst nach TimeoutStopSec=, normalerweise 90 Sekunden. Wenn ihn ein anderes Signal beendet, setzen Sie KillSignal= mit systemctl edit {unit}.",
	"unit-trial-skipped":
		"Nicht als Dienst von systemd ausprobiert, denn die Daten, die dafür kopiert würden, sind größer als {most} MiB. `cagewright trial {name} --unit` holt es nach.",
	"unit-trial-impossible":
		"Ließ sich nicht als Dienst von systemd ausprobieren ({problem}). `cagewright trial {name} --unit` versucht es noch einmal.",
	"unit-without-reload":
		"Als Dienst antwortet {unit} im Käfig nach einem Reload nicht mehr, deshalb bietet seine Unit dort keinen an. Nehmen Sie stattdessen `systemctl restart`.",
	"unit-trial-failed":
		"Als Dienst scheitert {unit} im Käfig bei `systemctl {step}` ({state}); `cagewright trial NAME --unit` versucht es noch einmal. Er sagt: {words}",
	"unit-trial-failed-silent":
		"Als Dienst scheitert {unit} im Käfig bei `systemctl {step}` ({state}) und sagt nichts; `cagewright trial NAME --unit` versucht es noch einmal.",
	"socket-not-reached": "Sie fragte nach dem Dienst dieses Rechners unter {path}; er bleibt ihr verschlossen. Erlauben: {option}",
	"socket-not-shared":
		"Der Socket {path} ist erlaubt, doch {directory} enthält anderes, das kein Käfig sehen darf. Legen Sie den Socket in ein eigenes Verzeichnis.",
	"neighbour-reached":
		"Sie spricht mit einem Dienst dieses Rechners unter {path}; das wird durchgelassen, und alles beginnt von vorn.",
	"shares-port":
		"Der Käfig {name} lauscht ebenfalls an {port}, die beiden können also nicht zugleich laufen: Geben Sie einem einen anderen Port, oder --network none.",
	"shares-account-cage":
		"Der Käfig {name} läuft ebenfalls als {account}; nur PID-Namensräume trennen die beiden. Geben Sie diesem ein eigenes Konto: --dedicated-account.",
	"shares-account-process":
		"Prozess {pid} ({program}) dieses Rechners läuft ebenfalls als {account} (insgesamt {count}). Wenn er nicht das ist, was der Käfig ersetzt, geben Sie dem Käfig ein eigenes Konto: --dedicated-account.",
	"account-of-everybody":
		"{account} ist ein Konto, das jedes Paket benutzen darf; geben Sie dem Käfig ein eigenes: --dedicated-account.",
	"account-owns-elsewhere":
		"{account} besitzt auch, was nicht zu dieser Anwendung gehört: {paths} (insgesamt {count}). Geben Sie dem Käfig ein eigenes Konto: --dedicated-account.",
	"shares-directory":
		"Der Käfig {name} hat ebenfalls {path} vom Wirt, und einer der beiden darf dort schreiben: Binden Sie es nur lesend ein, oder lassen Sie es nur in einem.",
	"separate-state":
		"Der Käfig {name} schreibt ebenfalls {path}; jeder hat eine eigene Kopie, und keiner sieht, was der andere schreibt.",
	"start-account-made": "Das Konto {account} wird auf diesem Rechner für den Käfig {name} angelegt und mit ihm entfernt.",
	"dedicated-account-to-be-made":
		"Das Konto {account} wird auf diesem Rechner angelegt, ohne Heimatverzeichnis, Shell und Passwort, und verschwindet wieder mit dem Käfig.",
	"dedicated-account-inside":
		"Im Käfig steht der Name {account} für {dedicated} (uid {uid}); wo die Konfiguration das Konto als Nummer nennt, ändern Sie sie in {uid}.",
	"export-left-out":
		"{count} {count|Name|Namen} der Daten {count|lässt|lassen} sich anderswo nicht importieren (Gerätedateien, Sockets, setuid-Dateien, Links aus ihrem Verzeichnis hinaus, sehr lange Pfade) und {count|fehlt|fehlen} im Archiv: {path}{count|.|, …}",
	"findings-accepted": "{name} startet, obwohl die Prüfung dies fand und es namentlich hingenommen wurde: {findings}.",
	"allowance-unused": "{option} {path} erlaubt nichts: Der Plan hat dort keine solche Datei. Prüfen Sie den Pfad.",
	"capabilities-refused":
		"Sie will die Capabilities {names} behalten und kommt hier wie im Käfig ohne aus. Erlauben lassen sie sich mit {option}.",
	"call-refused":
		"Sie ruft {call}() auf; das erlauben weder die Sandbox noch ein Käfig ({error}). Prüfen Sie, ob sie ohne das auskommt.",
	"kernel-setting-refused":
		"Sie schreibt {paths}. Kerneleinstellungen sind in der Sandbox und in Käfigen schreibgeschützt: Setzen Sie auf dem Host, was sie braucht.",
	"clock-pretended":
		"Sie stellt die Uhr ({call}). Die Sandbox tut nur so. Der Käfig verweigert den Aufruf, außer mit {option}; auch dann tun Probeläufe nur so.",
	"clock-allowed": "Sie stellt die Uhr des Systems ({call}), wie {option} es erlaubt. Die Sandbox und Probeläufe tun nur so.",
	"program-without-setuid":
		"{path} ist ein Setuid-Programm. Es startet als root, darum hat seine Kopie im Käfig kein Setuid-Bit. Führt es sich selbst neu aus, nachdem es root abgegeben hat, bleibt es ohne root: Starten Sie es neu, statt es neu laden zu lassen.",
	"chroots-itself": "Sie sperrt sich selbst in {path} ein; in einem Käfig ist das unnötig und kann scheitern.",
	"abstract-sockets":
		"Sie benutzt abstrakte Unix-Sockets ({names}); die gehören zum Netz, nicht zu den Dateien, und ein Käfig mit eigenem Netz hat andere.",
	"gap-io-uring":
		"Sie benutzt io_uring, womit Dateien ungesehen geöffnet werden: Hier können welche fehlen. Schalten Sie es in der Anwendung ab, wenn das geht; der Käfig erlaubt es nicht.",
	"gap-file-handle": "Sie öffnet Dateien über Handles, ohne Namen; das erlaubt der Käfig nicht, und hier können welche fehlen.",
	"gap-start-up":
		"Sie wurde erst beobachtet, als sie schon lief. Was sie zum Start gelesen und wieder geschlossen hat, zeigt sich erst in den Proberunden.",
	"gap-line-dropped": "Eine Zeile der Aufzeichnung war zu lang zum Lesen; hier kann eine Datei fehlen.",
	"attached-late":
		"Sie lief schon: Was sie zum Start getan hat, fehlt in der Aufzeichnung. Eingebundene Bibliotheken und offene Dateien sind darin; den Rest finden die Proberunden. Keine Sandbox hält einen laufenden Prozess: Er läuft weiter wie zuvor, mit allen seinen Rechten.",
	"attached-partly":
		"Sie startet Prozesse zu schnell, um alle zu beobachten; geben Sie mehr Zeit oder Übungen, und versuchen Sie es noch einmal.",
	"attach-env-left-out":
		"Aus ihrer Umgebung nicht übernommen, weil es geheim sein kann: {names}. Was sie zum Start braucht, geben Sie mit --env.",
	"syslog-shared":
		"Sie schreibt in das Syslog des Wirts: Der Socket {socket} wird als /dev/log in den Käfig eingehängt, und kein anderer. Unix-Sockets darf sie dann benutzen. Abzulehnen mit: --exclude /dev/log.",
	"syslog-not-shared":
		"Sie schreibt in das Syslog des Wirts, dessen Socket {socket} in {directory} liegt; dort liegt mehr als Syslog, der Käfig bekommt also nichts davon, und Meldungen gehen verloren. Lassen Sie den Syslog-Dienst in einem eigenen Verzeichnis lauschen und machen Sie /dev/log zu einem Verweis auf diesen Socket.",
	"own-chroot-empty":
		"{program} kann sich auch selbst einsperren: `{setting}` ({source}). Dazu gehört ein leeres Verzeichnis von root; was es braucht, hat es vorher geöffnet.",
	"own-chroot-files":
		"{program} kann sich auch selbst einsperren: `{setting}` ({source}). Dazu gehört ein Verzeichnis mit allem, was es danach öffnet, unter denselben Pfaden.",
	"own-chroot-sessions":
		"{program} kann auch jede Sitzung einsperren: `{setting}` ({source}). Dazu gehört für jede ein Verzeichnis von root; der Server selbst bleibt draußen.",
	"found-elsewhere": "Sie läuft in einem Container oder einer eigenen Wurzel; der Befehl stammt von dort.",
	"found-program-missing": "{program} ist auf diesem Rechner nicht installiert.",
	"found-title-rewritten": "Der Prozess hat seine Befehlszeile überschrieben; prüfen Sie den Befehl.",
	"found-account-unknown": "Sie läuft unter der uid {uid}, zu der es hier kein Konto gibt.",
	"unit-without-command": "Die Unit startet keinen Befehl.",
	"unit-oneshot": "Die Unit ist eine Aufgabe, die endet; ein Käfig ist für das, was weiterläuft.",
	"unit-dbus": "Andere starten sie über D-Bus, und den gibt es im Käfig nicht.",
	"unit-notify": "Sie meldet systemd, dass sie bereit ist; im Käfig läuft sie einfach.",
	"unit-foreground": "Geändert, damit sie im Vordergrund bleibt: aus {from} wurde {to}.",
	"unit-forking-unknown":
		"{program} geht in den Hintergrund. Der Käfig folgt ihm dorthin und beendet es trotzdem; besser ist eine Option, mit der es vorn bleibt, falls es sie gibt.",
	"unit-several-commands": "Der erste von {count} Befehlen wurde genommen.",
	"unit-start-pre":
		"Nicht ausgeführt: {command} (ExecStartPre). Legt es etwas an, das gebraucht wird, führen Sie es vorher auf dem Host aus; Verzeichnisse nennt --directory.",
	"unit-start-pre-check": "Nicht ausgeführt: {command} (ExecStartPre); es prüft nur die Konfiguration.",
	"unit-start-pre-directories": "Der Käfig hat {directories}; sonst legt das {command} an (ExecStartPre).",
	"unit-shell": "Der Befehl läuft über {program}, die Shell käme also in den Käfig.",
	"unit-shell-exec":
		"Die Unit läuft über eine Shell-Zeile; genommen wurde, worin sie endet: {command}. Was sie davor tut, entfällt.",
	"unit-argument-zero": "Die Unit gibt dem Programm einen anderen Namen ({name}); der Käfig nicht.",
	"unit-environment-file-missing": "Die Umgebungsdatei {path} ist nicht da.",
	"unit-variables-missing": "Diese Variablen des Befehls setzt nichts: {names}.",
	"unit-variables-passed": "systemd gibt {names} aus seiner eigenen Umgebung weiter; geben Sie sie nötigenfalls mit --env an.",
	"unit-dynamic-user":
		"systemd erfindet das Konto {user}, solange der Dienst läuft. Der Käfig bekommt ein eigenes Konto, das auf diesem Rechner angelegt und mit dem Käfig entfernt wird; nennen Sie mit --user ein anderes.",
	"unit-ambient-capabilities": "Die Unit gewährt {capabilities}; der Käfig lernt aus der Beobachtung, was nötig ist.",
	"unit-process-settings": "Die Unit setzt {settings}; der Käfig nicht.",
	"unit-link-broken": "Die Unit-Datei {path} ist ein Link, der ins Leere führt.",
	"unit-unreadable": "Die Unit-Datei {path} ist nicht lesbar.",
	"unit-sockets-passed": "Die Sockets {sockets} sind offen, bevor die Anwendung startet, wie bei systemd.",
	"unit-sockets-unsupported":
		"Sie bekommt die Sockets {sockets} von systemd, und die lassen sich hier nicht übergeben; lassen Sie sie mit eigenen Optionen lauschen.",
	"unit-connections": "Die Anwendung startet für jede Verbindung an {sockets}, wie bei systemd.",
	"unit-per-connection":
		"{socket} startet sie für jede Verbindung und übergibt diese als Deskriptor; ein Käfig nimmt Dienste, die sie von ihrer Standardeingabe lesen (StandardInput=socket).",
	"unit-root-directory": "Die Unit läuft schon in {directory}.",
	"unit-credentials": "Die Unit übergibt die Zugangsdaten {names}; der Käfig nicht.",
	"unit-reload-signal": "Ihre Konfiguration liest sie auf {signal} neu: cagewright signal NAME {signal}.",
	"unit-reload-command": "Ihre Konfiguration wird neu gelesen durch: {command}.",
	"unit-privileged": "Die Unit startet den Befehl mit den Rechten von root, obwohl sie ein Konto nennt.",
	"unit-home": "Das Arbeitsverzeichnis ist ein Heimatverzeichnis, das nicht bekannt ist.",
	"unit-template": "{name} braucht eine Instanz; schreiben Sie sie hinter das @.",
	"unit-lines-skipped":
		"{count} {count|Zeile|Zeilen} der Unit {count|war|waren} nicht lesbar und {count|wurde|wurden} übergangen.",
};
