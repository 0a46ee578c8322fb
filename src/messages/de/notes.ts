import type { Notes } from "../en/notes.ts";

export const notesDe: Notes = {
	"adopt-outdated":
		"Der Käfig {name} enthält ältere Fassungen dieser Dateien, und {service} startet mit ihnen: {paths}. Um die heutigen zu verwenden, führen Sie zuerst `cagewright update {name}` aus.",
	"adopt-pid-file":
		"{path} wird die Prozessnummer im Käfig enthalten; deshalb können diese Programme {service} kein Signal senden: {tools}. Verwenden Sie `systemctl reload {service}` oder `cagewright signal {name} HUP`.",
	"client-not-back":
		"{client} hat sich noch nicht wieder mit {offer} verbunden. Das ist möglich und geschieht vielleicht mit der nächsten Anfrage.",
	"clients-partial":
		"Cagewright sieht nicht, wer mit Unix-Sockets verbunden ist, weil ss fehlt oder scheiterte. Installieren Sie iproute2.",
	"release-probe-fails":
		"Eine Probe scheitert schon im Käfig {name}; deshalb muss {service} sie auf dem Host nicht bestehen: {probe}",
	"socket-of-released":
		"{client} darf sich noch mit {path} verbinden, aber kein Käfig begrenzt {service} mehr. Verlegen Sie {service} wieder in den Käfig, oder verlegen Sie auch {client} zurück auf den Host.",
	"release-undone-silent": "{service} läuft wieder im Käfig {name}, aber diese Probe scheitert dort: {probe}",
	"not-taken-back": "{service} ließ sich nicht zurückbringen: {cause}",
	rootless:
		"Ohne root: Die Anwendung läuft als {user}, dem einzigen Konto im Käfig. Sie kann keine Ports unter {port} benutzen und das Konto nicht wechseln. Der Käfig enthält nur Dateien, die {user} lesen darf.",
	"probe-guessed-port":
		"Die Probe ist geraten: Port {port} gehört meist zu {protocol}. Prüfen Sie, ob sie etwas Wichtiges abfragt.",
	"probe-guessed-http":
		"Die Probe ist geraten: {port?Port %}{socket?%} antwortet mit HTTP. Prüfen Sie, ob sie etwas Wichtiges abfragt.",
	"probe-guessed-banner":
		"Die Probe ist geraten: {port?Port %}{socket?%} meldet sich mit „{word}“. Prüfen Sie, ob sie etwas Wichtiges abfragt.",
	"probe-guess-failed":
		"Cagewright schlägt keine Probe vor, weil die aus dem Port abgeleitete beim laufenden Dienst scheitert: {probe} {words}",
	"probe-refused":
		"Cagewright schlägt keine Probe vor, weil der laufende Dienst keine der bekannten beantwortet: {probe} {words}",
	"second-start-unanswered":
		"Der zweite Start während der Aufzeichnung antwortete nicht (Status {status}). Was spätere Starts brauchen, kann also fehlen. {words}",
	"probe-went-back":
		"Eine gründlichere Probe scheiterte; deshalb verwendet Cagewright eine einfachere. Gründlichere Probe: {probe} {words}",
	"probe-behind-host":
		"Der laufende Dienst beantwortet eine Probe, an der die Anwendung in der Sandbox scheitert; dem Käfig fehlt also vielleicht etwas: {probe} {words} Der Käfig wurde hiermit geprüft: {used} Finden Sie heraus, was fehlt, etwa ein eingehängtes Verzeichnis oder ein anderer Dienst, und geben Sie die Probe erneut an (--probe).",
	"people-recipients":
		"Der Server nimmt Post für Konten dieses Systems an; deshalb kennt der Käfig die Namen {names}, ohne Passwörter und Shells. Um einen wegzulassen: {option}",
	"people-logins":
		"Benutzer dieses Systems können sich am Server anmelden; deshalb kennt der Käfig die Namen {names}, ohne Passwörter. Um einen wegzulassen: {option}",
	"opens-sessions":
		"Die Anwendung öffnet Sitzungen für Konten dieses Rechners ({program}: {shows}). Der Käfig enthält keine Passwörter, Home-Verzeichnisse und Shells dieser Konten, also würden ihre Anmeldungen, Aufträge oder Übertragungen scheitern. `adopt` und `unit --install` verweigern das deshalb ohne {option}.",
	"unproven-greeting":
		"Nicht bewiesen: echte Anfragen. Die Anwendung hat sich bei der Probe nur gemeldet. Fragen Sie etwas Wichtiges ab: {exercise}",
	"unproven-page":
		"Nicht bewiesen: andere Seiten. Die Probe rief nur eine Seite ab; andere brauchen vielleicht weitere Dateien oder Dienste. Rufen Sie eine wichtige ab: {exercise}",
	"unproven-backend":
		"Nicht bewiesen: Anfragen an einen Server dahinter. In der Sandbox war keiner erreichbar. Rufen Sie eine wichtige Seite ab: {exercise}",
	"unproven-forwarding":
		"Nicht bewiesen: das Weiterleiten. In der Sandbox war kein Ziel erreichbar. Versuchen Sie ein echtes: {exercise}",
	"unproven-names":
		"Nicht bewiesen: die Namen, für die der Server antwortet. Die Probe stellte nur eine eingebaute Frage. Fragen Sie nach einem wichtigen Namen: {exercise}",
	"unproven-query":
		"Nicht bewiesen: Anmeldung und Abfragen. Der Server antwortete vor einer Anmeldung. Führen Sie eine Abfrage aus: {exercise}",
	"unproven-login":
		"Nicht bewiesen: Anmeldungen mit Passwörtern (PAM, /etc/shadow), Konten und Home-Verzeichnissen. Keine wurde versucht, weil sie ein Passwort braucht. Melden Sie sich an: {exercise}",
	"unproven-mail":
		"Nicht bewiesen: die Zustellung. In keinem Postfach kam eine Nachricht an; Empfänger, Postfächer und Zustellprogramme könnten fehlen. Senden Sie eine: {exercise}",
	"unproven-message": "Nicht bewiesen: Nachrichten. Der Server verlangt ein Passwort. Senden Sie eine Nachricht: {exercise}",
	"unproven-script":
		"Nicht bewiesen: Skripte und Plugins. Die Probe fragte nur den Zustand des Servers ab und führte keines aus. Führen Sie ein wichtiges aus: {exercise}",
	"unproven-entry":
		"Nicht bewiesen: Verzeichniseinträge. Der Server beantwortete ein Bind, aber kein Eintrag wurde gelesen. Lesen Sie einen: {exercise}",
	"unproven-file": "Nicht bewiesen: Dateien. Der Server antwortete, aber keine Datei wurde geholt. Holen Sie eine: {exercise}",
	"unproven-time":
		"Nicht bewiesen: der Zeitabgleich. In der Sandbox ist kein Zeitserver erreichbar. Um auf einen echten zu warten: {exercise}",
	"unproven-exercise": "Nicht bewiesen: eine Übung, die auch in der Sandbox scheitert. Prüfen Sie sie: {exercise} {words}",
	"unproven-handed-sockets":
		"Nicht bewiesen: Nachrichten anderer Programme dieses Systems an {paths}. `cagewright run` öffnet diese Sockets im Käfig, wo jene Programme sie nicht erreichen. Mit einem Drop-in erreichen sie sie: cagewright unit NAME --dropin DIENST --install",
	"unproven-sockets":
		"Nicht bewiesen: Nachrichten anderer Programme dieses Systems an {paths}. Im Käfig legt die Anwendung diese Sockets innerhalb des Käfigs an, wo jene Programme sie nicht erreichen.",
	"unproven-logs":
		"Nicht bewiesen: neue Zeilen, die andere Programme nach {path} schreiben. Die Anwendung liest diese Datei, und die Kopie im Käfig ändert sich nie. Um die Datei des Hosts zu zeigen: --bind {path}:ro",
	"unproven-programs":
		"Nicht bewiesen: {count} {count|Programm|Programme} in {place}, die keine Anfrage startete: {paths}. Lassen Sie die Anwendung die wichtigen starten: --exercise 'BEFEHL'",
	"unproven-firewall":
		"Nicht bewiesen: Änderungen am Paketfilter. {place} nennt {paths}, und kein Käfig darf den Paketfilter ändern. Was die Anwendung damit sperrt oder öffnet, bleibt, wie es ist.",
	"unproven-processes":
		"Nicht bewiesen: was {program} über andere Prozesse mitteilt. Es listet Prozesse auf und sieht im Käfig nur seine eigenen.",
	"unproven-network":
		"Nicht bewiesen: was von {paths} abhängt. Die Anwendung las das, und der Käfig hat kein /proc/net. Ein Programm, das dort kein IPv6 findet, wartet nur auf IPv4. Um diese Dateien zu zeigen: --allow kernel-proc",
	"unproven-accounts":
		"Nicht bewiesen: Auskünfte über Konten an {socket}. Der Käfig kennt nur die Konten, die die Anwendung benutzt. Für weitere: --account NAME",
	"unproven-passwords":
		"Nicht bewiesen: Passwörter der Konten dieses Systems. {program} prüft sie ({shows}), und der Käfig enthält keine, sodass dort jede Prüfung scheitert. Um die eines Kontos prüfen zu lassen: {options}",
	"unproven-absent":
		"Nicht bewiesen: was {paths} braucht. {place} nennt es, und der Käfig enthält es nicht. Braucht die Anwendung es: {options}",
	"unproven-state":
		"Nicht bewiesen: Anfragen nach {count} {count|Datei|Dateien} in {path}, die kein Lauf gelesen hat. Der Käfig beginnt ohne sie. Um das Verzeichnis zu kopieren: --seed {path}",
	"unproven-left-out":
		"Nicht bewiesen: eine Übung, die in der Sandbox gelingt, aber im Käfig scheitert, weil Dateien weggelassen wurden: {exercise}. Um sie zu erlauben: {options}",
	"unproven-in-cage":
		"Nicht bewiesen: eine Übung, die in der Sandbox gelingt, aber im Käfig scheitert: {exercise}. `cagewright explain NAME` zeigt, was der Käfig verweigert.",
	"template-not-unit": "'{template}' wählt die Vorlage dieses Namens. Für die systemd-Unit schreiben Sie {unit}.",
	"writes-system-directory":
		"Die Anwendung schrieb nach {path}, in ein Systemverzeichnis, das im Käfig schreibgeschützt ist. Muss sie dort schreiben, machen Sie ein Verzeichnis darunter beschreibbar.",
	"configuration-holds-passwords":
		"Die Konfiguration der Anwendung enthält Passwörter, die ein Angreifer im Käfig wie auf dem Host lesen kann: {paths}.",
	"decoy-left-out":
		"Kein Köder unter {path}: Die Anwendung nutzt diesen Ort, der Käfig hat dort schon etwas, oder ihr Konto darf ein Verzeichnis darüber nicht betreten. Wählen Sie einen anderen Pfad.",
	"decoys-none": "Es fand sich kein Ort für einen Köder. Nennen Sie einen mit --decoy PFAD.",
	"writes-beside-program":
		"Die Anwendung schreibt nach {path}; dort liegen auch ihr Programm, ihre Quellen oder ihre Konfiguration. Im Käfig gehört das alles zu den beschreibbaren Daten, und Programme lassen sich dort nicht ausführen. Stellen Sie für ihre Daten ein eigenes Verzeichnis ein.",
	"template-untried":
		"Die Vorlage {template} enthält unerprobte Pfade für {systems}. Prüfen Sie die Dateien im Plan und das Ergebnis der Erprobung.",
	"exercise-timed-out":
		"Eine Übung endete nicht innerhalb von {seconds} Sekunden: {command}. Erhöhen Sie die Grenze mit --timeout.",
	"configuration-kept":
		"{path} wurde im Käfig {name} bearbeitet und hat sich auch auf dem Host geändert. Die Aktualisierung behält die bearbeitete Fassung. Um die des Hosts zu verwenden: cagewright update {name} --configuration host",
	"configuration-replaced": "Der Käfig {name} verwendet jetzt {path} des Hosts. Die bearbeitete Fassung ist gesichert: {kept}",
	"minimise-uncounted":
		"{command} scheitert schon im vollständigen Käfig; das Verkleinern berücksichtigt es deshalb nicht. Um zu beobachten, was der Befehl braucht: cagewright trace {name} --add --exercise BEFEHL",
	"minimise-keep-unmatched": "--keep '{pattern}' passt auf keine Datei im Käfig {name}. Prüfen Sie das Muster.",
	"rotation-removed":
		"Die logrotate-Datei von {name} wurde entfernt, weil diese Generation keine Protokollverzeichnisse hat. Um sie wiederherzustellen: cagewright unit {name} --logrotate --install",
	"rotation-not-refreshed":
		"Die logrotate-Datei von {name} wurde bearbeitet; deshalb hat Cagewright sie nicht aktualisiert. Rotiert sie Protokolle unterhalb eines Verzeichnisses, in das die Anwendung schreiben darf, kann die Anwendung die Rotation umleiten. Vergleichen Sie die Datei mit der Ausgabe von: cagewright unit {name} --logrotate",
	"unit-not-refreshed":
		"Die Unit von {name} wurde nicht aktualisiert. Um sie zu schreiben: cagewright unit {name}{service? --dropin %} --install. Grund: {cause}",
	"undone-silent":
		"{name} antwortet auch in der vorigen Generation nicht. Um sie zu erproben: cagewright trial {name}. Grund: {cause}",
	"undone-unanswered": "{service} läuft wie zuvor auf dem Host, antwortet aber nicht. Grund: {cause}",
	"companions-down":
		"{service} läuft wieder, aber Units, die mit dem Dienst stoppten, laufen nicht: {units}. `systemctl status` zeigt, warum. Starten Sie diese Units, wenn das behoben ist.",
	"run-again": "Der Käfig {name} hat die Generation gewechselt. Die Anwendung wird dort wieder gestartet.",
	"run-waits":
		"{name} ist noch nicht beendet. Die Anwendung wird in {seconds} s mit KILL beendet, bei einem zweiten TERM sofort.",
	"run-output-lost":
		"Ausgaben von {name} lassen sich nicht nach {output} schreiben ({error}) und gehen verloren; die Anwendung läuft weiter. Prüfen Sie die Platte oder das Gerät hinter {output}.",
	"run-killed": "{name} läuft noch. Die Anwendung wird mit KILL beendet.",
	"talks-to-port":
		"Die Anwendung verbindet sich mit Port {port} dieses Systems. Im Käfig erreicht sie den Port des Hosts, weil beide dasselbe Netz benutzen.",
	"talks-to-port-in-vain": "Die Anwendung verbindet sich mit Port {port} dieses Systems, den ein Käfig ohne Netz nicht erreicht.",
	"weaker-landlock":
		"Schwächerer Schutz: Dieser Kernel hat kein Landlock; nur Mounts, Modi und Capabilities begrenzen das Schreiben. Um das abzulehnen: --require full",
	"run-already":
		"Prozess {pid} läuft bereits im Käfig {name} und benutzt dieselben Daten. Um ihn zu beenden: cagewright signal {name} TERM",
	"ports-occupied":
		"{name} startet womöglich nicht, weil ein anderer Prozess dieses Systems auf {count|Port|den Ports} {ports} lauscht. `ss -ltnp` zeigt, welcher.",
	"unit-stop-untried":
		"{unit} endete nicht innerhalb von {seconds} Sekunden nach SIGTERM; Neustart und Stopp wurden deshalb nicht als Dienst geprüft. systemd beendet den Dienst nach TimeoutStopSec=, normalerweise 90 Sekunden. Wenn ihn ein anderes Signal beendet, setzen Sie KillSignal= mit systemctl edit {unit}.",
	"unit-trial-skipped":
		"Die systemd-Unit wurde nicht erprobt, weil die Erprobung mehr als {most} MiB Daten kopieren würde. Um sie zu erproben: cagewright trial {name} --unit",
	"unit-trial-impossible":
		"Die systemd-Unit ließ sich nicht erproben. Um es erneut zu versuchen: cagewright trial {name} --unit. Grund: {cause}",
	"unit-without-reload":
		"{unit} antwortet im Käfig nach einem Reload nicht; deshalb bietet die Unit keinen an. Verwenden Sie `systemctl restart`.",
	"unit-killed-for":
		"Der Filter für Systemaufrufe hat einen Prozess von {unit} wegen des Aufrufs {call} beendet. Um ihn zu erlauben: cagewright build {name} --allow call:{call}",
	"unit-killed":
		"Der Filter für Systemaufrufe hat {unit} beendet (SIGSYS), aber dieses System zeigt nicht, wegen welches Aufrufs. Das Kernelprotokoll des Hosts enthält seine Nummer (syscall=): journalctl -k --grep=type=1326, oder mit auditd: ausearch -m SECCOMP -i",
	"unit-trial-failed":
		"Der Dienst {unit} scheitert im Käfig bei `systemctl {step}` ({state}). Ausgabe: {words} Um es erneut zu versuchen: cagewright trial {name} --unit",
	"unit-trial-failed-silent":
		"Der Dienst {unit} scheitert im Käfig bei `systemctl {step}` ({state}) und gibt nichts aus. Um es erneut zu versuchen: cagewright trial {name} --unit",
	"socket-not-reached":
		"Der Käfig verweigert den Zugriff auf den Dienst dieses Systems unter {path}. Um ihn zu erlauben: {option}",
	"socket-controls-machine":
		"Der Käfig verweigert {path}, denn damit könnte die Anwendung dieses System steuern und den Käfig verlassen. Belassen Sie es dabei, wenn die Anwendung funktioniert. Um es trotzdem zu erlauben: {option}",
	"socket-not-shared":
		"Der Socket {path} ist erlaubt, aber der Käfig kann ihn nicht einhängen: Ein anderes Konto darf in {directory} schreiben, oder das Verzeichnis ist weggelassen oder gehört dem Käfig selbst. Verlegen Sie den Socket in ein Verzeichnis, das nur root ändern kann.",
	"socket-alone":
		"Der Käfig bekommt den Socket {path} ohne sein Verzeichnis, denn dort ist mehr, als die Anwendung sehen darf. Starten Sie den Käfig nach dem Dienst des Sockets, und starten Sie ihn neu, wenn dieser Dienst neu gestartet wurde, denn er legt einen neuen Socket an. Beides ist nicht nötig, wenn systemd den Socket hält (`systemctl list-sockets`).",
	"offered-socket-refused":
		"Clients dieses Systems werden den Socket {path} der Anwendung nicht finden, denn {directory} steuert dieses System. Konfigurieren Sie einen Socket in einem eigenen Verzeichnis der Anwendung.",
	"offered-socket-asks":
		"Clients dieses Systems werden den Socket {path} der Anwendung nicht finden, denn auch andere benutzen {directory}. Um das Verzeichnis trotzdem zu teilen: {option}",
	"offered-beside":
		"Die Anwendung wird auch die Sockets anderer in {directory} sehen: {paths}. Um sie zu verbergen, konfigurieren Sie ein eigenes Verzeichnis.",
	"offered-pid-file":
		"{path} wird die Prozessnummer im Käfig enthalten. Werkzeuge dieses Systems dürfen kein Signal an sie senden; verwenden Sie `systemctl reload`, `systemctl kill` oder `cagewright signal`.",
	"neighbour-undecided":
		"Die Anwendung erreicht {service} unter {path} nicht, obwohl {by} diesen Dienst nennt. Um es zu erlauben: --allow {word}",
	"neighbour-named":
		"Die Anwendung darf sich unter {path} mit {service} verbinden, weil {by} den Socket nennt, obwohl sie es in der Beobachtung nicht tat. Um es zu verweigern: {option}",
	"site-left-out":
		"Der Käfig enthält {path} nicht, obwohl {by} es nennt. Der Grund ist {problem}: ein Geheimnis, eine Datei, die die Anwendung nicht lesen darf, mehr als ein Käfig teilen darf, oder ein Verzeichnis, das andere ersetzen können. Um es trotzdem einzuhängen: --bind {path}",
	"site-read-only":
		"Die Anwendung kann nicht nach {path} schreiben, obwohl sie es auf dem Host darf: Das Verzeichnis gehört einem anderen Konto, oder ein anderes Konto kann es ersetzen. Um es trotzdem zu erlauben: --bind {path}:rw --allow-write {path}",
	"site-link":
		"Der Käfig enthält eine Kopie des Links {link}, der auf {path} zeigt. Wenn der Link ersetzt wurde, rufen Sie `cagewright update` auf. Liegt der Link mit allen möglichen Zielen in einem Verzeichnis, sieht der Käfig einen neuen sofort.",
	"neighbour-reached":
		"Die Anwendung verbindet sich mit einem Dienst dieses Systems unter {path}. Cagewright erlaubt das und beobachtet von vorn.",
	"shares-port":
		"Auf {port} lauscht auch {name}. Nur einer dieser Käfige kann laufen. Ändern Sie den Port, oder verwenden Sie --network none.",
	"shares-account-cage":
		"Als {account} läuft auch {name}; nur PID-Namensräume trennen diese Käfige. Um die Konten zu trennen: --dedicated-account",
	"shares-account-process":
		"Prozess {pid} ({program}) dieses Systems läuft ebenfalls als {account} (insgesamt {count}). Wenn der Käfig ihn nicht ersetzt, trennen Sie die Konten: --dedicated-account",
	"account-of-everybody":
		"Jedes Paket darf das Konto {account} benutzen. Um dem Käfig ein eigenes Konto zu geben: --dedicated-account",
	"account-owns-elsewhere":
		"Dem Konto {account} gehören auch Dateien anderer Anwendungen: {paths} (insgesamt {count}). Um dem Käfig ein eigenes Konto zu geben: --dedicated-account",
	"shares-directory":
		"{path} des Hosts benutzt auch {name}, und einer dieser Käfige darf dort schreiben. Binden Sie es schreibgeschützt ein, oder lassen Sie es weg.",
	"separate-state":
		"Nach {path} schreibt auch {name}. Jeder dieser Käfige hat eine eigene Kopie und sieht die Änderungen der anderen nicht.",
	"start-account-made":
		"Das Konto {account} wurde auf diesem System für den Käfig {name} angelegt. Mit dem Käfig wird auch das Konto entfernt.",
	"dedicated-account-to-be-made":
		"Das Konto {account} wird auf diesem System angelegt, ohne Home-Verzeichnis, Shell und Passwort. Mit dem Käfig wird auch das Konto entfernt.",
	"dedicated-account-inside":
		"Im Käfig bedeutet der Name {account} das Konto {dedicated} (uid {uid}). Nennt die Konfiguration das Konto als Nummer, ändern Sie diese in {uid}.",
	"export-variables":
		"Das Image enthält {count|die Variable|die Variablen} {names} nicht, weil {count|sie geheim sein kann|sie geheim sein können}. Setzen Sie sie beim Start.",
	"export-credentials":
		"Das Image enthält den Text {count|des Credentials|der Credentials} {names} nicht. Legen Sie {count|eine Datei mit seinem Namen|Dateien mit ihren Namen} in /etc/credstore an.",
	"export-renamed": "Namen von Images lassen den Namen {name} nicht zu; das Image heißt {as}.",
	"kubernetes-root":
		"Pod Security „restricted“ lehnt {name} ab, weil der Käfig als root startet. Damit er unter einem Konto startet: mit --user neu anlegen.",
	"kubernetes-capabilities":
		"Pod Security „restricted“ lehnt {name} ab, weil er Capabilities braucht. `cagewright show {name}` nennt sie.",
	"kubernetes-sockets":
		"Pod Security „restricted“ lehnt {name} ab, weil der Käfig Sockets seines Knotens bekommt. `cagewright show {name}` nennt sie.",
	"kubernetes-left-out":
		"Nicht exportiert, weil es solche Dateien in einem Cluster nicht gibt: {paths}. Der Anwendung können sie fehlen.",
	"kubernetes-renamed": "Kubernetes lässt den Namen {name} nicht zu; die Objekte heißen {as}.",
	"export-syslog": "Die Anwendung schreibt in das Syslog, das es in Containern nicht gibt. Ihre Meldungen gehen dort verloren.",
	"export-left-out":
		"Im Archiv {count|fehlt|fehlen} {count} {count|Datei|Dateien} der Daten, die andere Systeme nicht importieren können (Gerätedateien, Sockets, setuid-Dateien, Links aus ihrem Verzeichnis hinaus, sehr lange Pfade): {path}{count|.|, …}",
	"findings-accepted": "{name} startet trotz akzeptierter Befunde: {findings}.",
	"documented-not-stored":
		"Der Plan zeigt, was die Dokumentation nennt, speichert davon aber nichts. Um es zu übernehmen, geben Sie diese Optionen bei `build` an: {options}",
	"starts-with-finding":
		"{name} startet, aber {place} {what}. {fix}. Bis dahin erscheint diese Meldung bei jedem Start. Um den Befund zu akzeptieren: --accept-finding {finding}:{place}",
	"left-out-programs":
		"{name} antwortet, konnte aber nicht starten, was ausgelassen wurde: {paths}. Wenn die Anwendung das braucht, ergänzen Sie {options}",
	"allowance-unneeded": "--allow-write {path} hat keine Wirkung, denn kein --bind {path}:rw braucht es. Prüfen Sie den Pfad.",
	"allowance-unused": "{option} {path} hat keine Wirkung: Der Plan enthält keine solche Datei. Prüfen Sie den Pfad.",
	"capabilities-refused":
		"Die Anwendung verlangt die Capabilities {names} und funktioniert in der Sandbox und im Käfig ohne sie. Um sie zu erlauben: {option}",
	"capabilities-of-machine":
		"Die Anwendung verlangt die Capabilities {names} und funktioniert ohne sie. Sie ändern das System selbst; kein Käfig behält sie.",
	"call-refused":
		"Die Anwendung ruft {call}() auf; weder die Sandbox noch ein Käfig erlaubt das ({error}). Prüfen Sie, ob sie ohne diesen Aufruf funktioniert.",
	"kernel-setting-refused":
		"Die Anwendung schreibt {paths}; Kernel-Einstellungen sind in der Sandbox und in Käfigen aber schreibgeschützt. Setzen Sie die Werte auf dem Host.",
	"clock-pretended":
		"Die Anwendung stellt die Uhr ({call}). Die Sandbox simuliert das nur; der Käfig verweigert es, sofern Sie nicht {option} angeben. Erprobungen simulieren es immer.",
	"clock-allowed":
		"Die Anwendung stellt die Uhr des Systems ({call}), wie {option} es erlaubt. Sandbox und Erprobungen simulieren das nur.",
	"program-without-setuid":
		"{path} ist ein setuid-Programm. Weil es als root startet, hat seine Kopie im Käfig kein setuid-Bit. Gibt es root ab und führt sich dann selbst aus, erhält es root nicht zurück. Starten Sie es neu, statt es neu laden zu lassen.",
	"chroots-itself": "Die Anwendung wechselt selbst die Wurzel nach {path}. Im Käfig ist das unnötig und kann scheitern.",
	"abstract-sockets":
		"Die Anwendung benutzt abstrakte Unix-Sockets ({names}). Diese gehören zum Netzwerk-Namensraum; ein Käfig mit eigenem Netz teilt sie nicht mit dem Host.",
	"gap-io-uring":
		"Die Anwendung benutzt io_uring, das geöffnete Dateien vor der Beobachtung verbirgt; Dateien können fehlen. Schalten Sie es in der Anwendung ab, wenn das geht. Der Käfig verweigert es.",
	"gap-file-handle": "Die Anwendung öffnet Dateien über Handles, ohne Namen; Dateien können fehlen. Der Käfig verweigert das.",
	"gap-start-up":
		"Die Beobachtung begann erst nach dem Start der Anwendung. Was sie beim Start las und wieder schloss, finden die Runden der Erprobung.",
	"gap-line-dropped":
		"Eine Zeile der Aufzeichnung war zu lang zum Lesen; eine Datei kann fehlen. Wenn die Erprobung eine vermisst, ergänzen Sie sie mit --include.",
	"attached-late":
		"Die Anwendung lief bereits; die Beobachtung zeigt ihren Start nicht. Sie enthält eingebundene Bibliotheken und offene Dateien; den Rest finden die Runden der Erprobung. Keine Sandbox umschließt einen laufenden Prozess: Er läuft mit allen Rechten weiter.",
	"attached-partly":
		"Die Anwendung startet Prozesse schneller, als Cagewright sie beobachten kann; die Beobachtung ist deshalb unvollständig. Beobachten Sie erneut, länger oder mit weiteren Übungen.",
	"attach-env-left-out":
		"Diese Umgebungsvariablen wurden nicht übernommen, weil sie geheim sein können: {names}. Setzen Sie die benötigten mit --env.",
	"syslog-shared":
		"Die Anwendung schreibt in das Syslog des Hosts; deshalb hängt der Käfig den Socket {socket} als /dev/log ein. Das erlaubt auch Unix-Sockets. Um es zu verweigern: --exclude /dev/log",
	"syslog-not-shared":
		"Die Anwendung schreibt in das Syslog des Hosts, aber ihre Meldungen gehen im Käfig verloren: {directory} enthält mehr als den Socket {socket} und wird nicht eingehängt. Stellen Sie für den Syslog-Socket ein eigenes Verzeichnis ein, und machen Sie /dev/log zu einem Link darauf.",
	"own-chroot-empty":
		"{program} kann sich auch selbst einsperren: `{setting}` ({source}). Nötig ist ein leeres Verzeichnis, das root gehört; {program} öffnet seine Dateien vor dem Wechsel der Wurzel.",
	"own-chroot-files":
		"{program} kann sich auch selbst einsperren: `{setting}` ({source}). Nötig ist ein Verzeichnis mit allen Dateien, die {program} nach dem Wechsel der Wurzel öffnet, unter denselben Pfaden.",
	"own-chroot-sessions":
		"{program} kann auch jede Sitzung einsperren: `{setting}` ({source}). Nötig ist je Sitzung ein Verzeichnis, das root gehört; der Server selbst bleibt außerhalb.",
	"found-elsewhere":
		"Die Anwendung läuft in einem Container oder unter einer anderen Wurzel; auf diesem System funktioniert ihr Befehl vielleicht nicht.",
	"found-program-missing": "{program} ist auf diesem System nicht installiert. Installieren Sie es zuerst.",
	"found-title-rewritten": "Der Prozess hat seine Befehlszeile überschrieben. Prüfen Sie den Befehl.",
	"found-account-unknown":
		"Die Anwendung läuft unter uid {uid}, für die es auf diesem System kein Konto gibt. Wählen Sie eines mit --user.",
	"unit-without-command": "Die Unit startet keinen Befehl.",
	"unit-member": "{unit} hat kein eigenes Programm. Cagewright verwendet {member}, den einzigen Dienst, den sie startet.",
	"unit-oneshot": "Die Unit ist eine Aufgabe, die endet; ein Käfig ist für Anwendungen, die weiterlaufen.",
	"unit-dbus": "Andere Programme starten die Anwendung über D-Bus; im Käfig ist D-Bus nicht verfügbar.",
	"unit-foreground": "Cagewright hält die Anwendung im Vordergrund: {from} wurde durch {to} ersetzt.",
	"unit-forking-unknown":
		"{program} geht in den Hintergrund. Der Käfig folgt ihm und kann es dort beenden; besser ist eine Vordergrund-Option, falls {program} eine hat.",
	"unit-several-commands": "Die Unit hat {count} Befehle. Cagewright verwendet den ersten.",
	"unit-start-pre":
		"Nicht ausgeführt: {command} (ExecStartPre). Braucht die Anwendung das Ergebnis, führen Sie den Befehl vorher auf dem Host aus. Für Verzeichnisse verwenden Sie --directory.",
	"unit-start-pre-inside": "Vor jedem Start führt der Käfig {command} aus (ExecStartPre).",
	"unit-start-pre-check": "Nicht ausgeführt: {command} (ExecStartPre). Der Befehl prüft nur die Konfiguration.",
	"unit-start-pre-directories": "Der Käfig legt {directories} an, anstelle von {command} (ExecStartPre).",
	"unit-start-post": "Nach jedem Start führt der Käfig {command} aus (ExecStartPost).",
	"unit-start-post-omitted":
		"Nicht ausgeführt: {command} (ExecStartPost). Braucht die Anwendung das Ergebnis, führen Sie den Befehl nach ihrem Start aus.",
	"unit-stop-inside": "Vor jedem Halt führt der Käfig {command} aus (ExecStop).",
	"unit-stop-omitted": "Nicht ausgeführt: {command} (ExecStop). Die Anwendung bekommt ihr Signal sofort.",
	"unit-shell": "Der Befehl ist eine Shell-Zeile oder ein Skript; der Käfig enthielte deshalb die Shell {program}.",
	"unit-shell-exec":
		"Die Unit führt eine Shell-Zeile aus. Cagewright verwendet nur den letzten Befehl, {command}. Die Schritte davor prüfen nur etwas oder legen Verzeichnisse an, die der Käfig hat.",
	"unit-argument-zero": "Die Unit startet das Programm unter einem anderen Namen ({name}). Der Käfig tut das nicht.",
	"unit-environment-file-missing":
		"Die Umgebungsdatei {path} gibt es nicht. Braucht die Anwendung deren Variablen, setzen Sie sie mit --env.",
	"unit-variables-missing": "Der Befehl verwendet Variablen, die nicht gesetzt sind: {names}. Um sie zu setzen: --env",
	"unit-variables-passed":
		"systemd gibt {names} aus seiner eigenen Umgebung an den Dienst weiter; Cagewright nicht. Braucht die Anwendung sie, setzen Sie sie mit --env.",
	"unit-dynamic-user":
		"systemd legt das Konto {user} nur an, solange der Dienst läuft. Cagewright legt für den Käfig ein dauerhaftes Konto an und entfernt es mit ihm. Um ein anderes Konto zu verwenden: --user",
	"unit-ambient-capabilities": "Die Unit gewährt {capabilities}. Der Käfig gewährt nur, was die Beobachtung als nötig zeigt.",
	"unit-capabilities-withheld": "Die Unit gewährt auch {names}; der Käfig hat sie nur, wenn Sie sie erlauben: {option}",
	"unit-capabilities-of-machine": "Die Unit gewährt auch {names}. Sie ändern das System selbst; kein Käfig hat sie.",
	"unit-process-settings": "Die Unit setzt {settings}. Der Käfig tut das nicht.",
	"unit-link-broken": "Die Unit-Datei {path} ist ein defekter Link. Reparieren oder entfernen Sie ihn.",
	"unit-unreadable": "Die Unit-Datei {path} ist nicht lesbar. Prüfen Sie ihren Modus.",
	"unit-sockets-passed": "Die Sockets {sockets} sind wie bei systemd offen, bevor die Anwendung startet.",
	"unit-sockets-unsupported":
		"Die Anwendung bekommt die Sockets {sockets} von systemd, und Cagewright kann sie nicht weitergeben. Lassen Sie die Anwendung selbst lauschen.",
	"unit-connections": "Die Anwendung startet wie bei systemd einmal für jede Verbindung, die {sockets} annimmt.",
	"unit-per-connection":
		"{socket} startet die Anwendung einmal für jede Verbindung und übergibt die Verbindung als Dateideskriptor. Käfige unterstützen das nur mit StandardInput=socket.",
	"unit-root-directory": "Die Unit wechselt bereits die Wurzel nach {directory}.",
	"unit-credentials": "systemd übergibt die Zugangsdaten {names}. Der Käfig tut das nicht.",
	"unit-credentials-passed":
		"Jeder Start übergibt die Zugangsdaten {names} der Unit. Die aus Dateien des Hosts sind in keiner Generation und in keinem Export.",
	"unit-reload-signal": "Um die Konfiguration neu zu laden: cagewright signal NAME {signal}",
	"unit-reload-inside": "Um die Konfiguration neu zu laden, führt der Dienst des Käfigs {command} im Käfig aus.",
	"unit-reload-command": "Die Unit lädt die Konfiguration neu mit {command}. Der Befehl kann im Käfig nicht laufen.",
	"unit-privileged": "Die Unit startet den Befehl als root, obwohl sie ein Konto nennt.",
	"unit-home": "Das Arbeitsverzeichnis ist ein unbekanntes Home-Verzeichnis. Setzen Sie es mit --cwd.",
	"unit-template": "{name} braucht eine Instanz. Schreiben Sie sie hinter das '@'.",
	"unit-lines-skipped": "Cagewright hat {count} nicht lesbare {count|Zeile|Zeilen} der Unit übersprungen.",
};
