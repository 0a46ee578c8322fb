import type { verbFailuresEn } from "../en/verb-failures.ts";

export const verbFailuresDe: Record<keyof typeof verbFailuresEn, string> = {
	"install-packaged":
		"Ein Paket hat Cagewright schon in {path} installiert. Zuerst das Paket entfernen, dann noch einmal installieren.",
	"install-foreign":
		"{path} stammt nicht von Cagewright und wird nicht überschrieben. Verschieben Sie es, und installieren Sie erneut.",
	"export-damaged":
		"{path} ist beschädigt oder stammt nicht von Cagewright; nichts wurde importiert. Exportieren Sie den Käfig erneut.",
	"export-data-changed":
		"Die Daten von {name} haben sich während des Exports geändert. Beenden Sie die Prozesse, die sie benutzen, und exportieren Sie erneut.",
	"export-without-data":
		"--with-data gibt es nur für Archive von `import`: Andere Formate enthalten keine Daten. Lassen Sie --with-data oder --format weg.",
	"export-needs-output":
		"--format {format} schreibt mehr als eine Datei. Nennen Sie eine neue Datei oder einen neuen Ordner: `-o {example}`.",
	"export-secrets":
		"Der Käfig {name} wurde nicht exportiert, weil er {count} {count|Geheimnis|Geheimnisse} enthält: {path}{count|.|, …} Um ihn dennoch zu exportieren: --allow-secret-export",
	"export-whiteout":
		"Der Käfig {name} wurde nicht exportiert, weil Engines {path}{count|.|, …} als Anweisung lesen, eine andere Datei zu entfernen: Namen in Images dürfen nicht mit '.wh.' beginnen. Benennen Sie die Datei um, lassen Sie sie mit --exclude weg, oder exportieren Sie den Käfig als tar oder portable.",
	"export-secret-command":
		"Der Käfig {name} wurde nicht exportiert, weil seine Befehlszeile ein Geheimnis enthält. Verschieben Sie es in eine Datei, oder exportieren Sie dennoch: --allow-secret-export",
	"portable-name": "systemd nimmt diesen portablen Dienst nur als „{name}*“ an. Wählen Sie einen anderen Namen als {path}.",
	"export-sockets":
		"Der Käfig {name} wurde nicht exportiert, weil systemd seiner Anwendung Sockets übergibt; andere Umgebungen tun das nicht. Exportieren Sie ihn als tar.",
	"export-changed":
		"Der Käfig {name} wurde nicht exportiert, weil er nach dem Bau verändert wurde: {path} {what}. Abhilfe: {fix}.",
	"import-architecture":
		"Nichts wurde importiert: Der Käfig wurde für {theirs}-Prozessoren gebaut, dieses System ist aber {ours}. Bauen Sie den Käfig hier aus seiner Vorlage.",
	"import-there":
		"Nichts wurde importiert: Auf diesem System gibt es bereits einen Käfig oder Daten namens {name}. Wählen Sie mit --name einen anderen Namen.",
	"import-unknown":
		"Nichts wurde importiert: Das Archiv enthält '{name}' ({what}); diese Version von cagewright unterstützt das nicht.",
	"import-published":
		"Nichts wurde importiert: Das Archiv veröffentlicht {path} auf diesem System; das tut kein exportierter Käfig. Exportieren Sie den Käfig erneut.",
	"import-setuid": "Nichts wurde importiert: {path} im Archiv ist setuid oder setgid. Um es zu erlauben: --allow-setuid {path}",
	"archive-name": "Nichts wurde importiert: Das Archiv enthält den ungültigen Namen '{path}'. Exportieren Sie den Käfig erneut.",
	"archive-twice": "Nichts wurde importiert: Das Archiv enthält {path} doppelt. Exportieren Sie den Käfig erneut.",
	"archive-place":
		"Nichts wurde importiert: Das Archiv enthält {path}; das gehört nicht zu einem exportierten Käfig. Exportieren Sie den Käfig erneut.",
	"archive-link":
		"Nichts wurde importiert: {path} im Archiv ist ein symbolischer Link, den kein Export schreibt. Exportieren Sie den Käfig erneut.",
	"archive-hard-link":
		"Nichts wurde importiert: {path} im Archiv ist ein harter Link, den kein Export schreibt. Exportieren Sie den Käfig erneut.",
	"archive-node":
		"Nichts wurde importiert: {path} im Archiv ist eine Spezialdatei ({kind}), die kein Export schreibt. Exportieren Sie den Käfig erneut.",
	"archive-setuid":
		"Nichts wurde importiert: {path} in den Daten des Archivs ist setuid oder setgid; kein Export schreibt das. Exportieren Sie den Käfig erneut.",
	"archive-limit":
		"Nichts wurde importiert: {path} im Archiv überschreitet eine Grenze ({what}: {most}). Legen Sie den Käfig hier aus seiner Vorlage an.",
	"import-refused":
		"Nichts wurde importiert: {path} im Archiv {what}. Beheben Sie das auf dem anderen System, wo `cagewright check` es erklärt, und exportieren Sie den Käfig erneut.",
	"import-without-checksum":
		"Nichts wurde importiert: Das Archiv enthält keine SHA-256-Summe von {path}. Exportieren Sie den Käfig erneut.",
	"import-device":
		"Nichts wurde importiert: Das Gerät {path} hat auf diesem System eine andere Nummer. Legen Sie den Käfig hier aus seiner Vorlage an.",
	"import-account":
		"Nichts wurde importiert: Das Archiv widerspricht sich oder diesem System beim Konto {account}. Exportieren Sie den Käfig erneut, oder geben Sie ihm mit --dedicated-account ein eigenes Konto.",
	"import-nameless":
		"Nichts wurde importiert: Das Archiv nennt keinen Namen für {what} {id}, und Nummern unterscheiden sich zwischen Systemen. Geben Sie {what} {id} auf dem anderen System einen Namen, und exportieren Sie den Käfig erneut.",
	"import-no-user":
		"Nichts wurde importiert: Auf diesem System fehlt das Konto {name}, das der Käfig braucht. Legen Sie es an (`useradd --system {name}`), oder geben Sie dem Käfig mit --dedicated-account ein eigenes Konto.",
	"import-no-group":
		"Nichts wurde importiert: Auf diesem System fehlt die Gruppe {name}, der Dateien des Käfigs gehören. Legen Sie sie an (`groupadd --system {name}`), und importieren Sie erneut.",
	"import-needs-root":
		"Nichts wurde importiert: Nur root kann diesem Käfig ein anderes Konto als {own} geben. Führen Sie den Befehl als root aus.",
	"import-unconfirmed":
		"Nichts wurde importiert, weil Befehle des Käfigs hier als root laufen. Prüfen Sie sie mit --dry-run, und wiederholen Sie den Befehl mit --yes.",
	"export-needs-file":
		"--json berichtet über den Export und gibt das Archiv nicht aus. Nennen Sie eine Datei: `cagewright export {name} -o {name}.tar --json`.",
	"export-to-terminal":
		"Ein Archiv wird nicht auf das Terminal geschrieben. Nennen Sie eine Datei: `cagewright export {name} -o {name}.tar`.",
	"minimise-not-asked": "--keep, --keep-kind, --give-up und --jobs setzen --minimise voraus. Ergänzen Sie --minimise.",
	"minimise-unconfirmed":
		"Nichts wurde weggelassen, weil ohne Terminal keine Rückfrage möglich ist. Prüfen Sie mit --dry-run, und führen Sie `cagewright minimise {name} --yes` aus.",
	"minimise-unanswered":
		"{name} antwortet auch mit allen Dateien nicht ({probe} scheitert); keine Datei lässt sich als unnötig erweisen. Führen Sie zuerst `cagewright trial {name}` aus.",
	"minimise-refused": "Die kleinere Generation scheiterte. Deshalb bleibt {name} bei Generation {generation}: {cause}",
	"minimise-undone":
		"Die kleinere Generation antwortete nach dem Neustart nicht. Deshalb läuft {name} wieder in Generation {generation}: {cause}",
	"update-refused": "Die neue Generation scheiterte. Deshalb bleibt {name} bei Generation {generation}: {cause}",
	"update-undone":
		"Die neue Generation scheiterte nach dem Neustart. Deshalb läuft {name} wieder in Generation {generation}, mit unveränderten Daten: {cause}",
	"undone-down":
		"{name} antwortet nach dem Neustart nicht, weder in der neuen Generation noch in Generation {generation}, die wieder gilt. Die Anwendung ist vielleicht ausgefallen, und der nächste cagewright-Befehl versucht noch einmal, sie zu starten: {cause}",
	"update-silent": "{service} antwortet nach dem Neustart nicht: {probe}",
	"update-include-one":
		"--include betrifft einen einzigen Käfig. Nennen Sie nur diesen. Beispiel: `cagewright update redis --include /etc/app.key`.",
	"include-not-missed":
		"Der Käfig {name} hat nicht nach {path} gefragt. `cagewright update {name} --dry-run` zeigt, was fehlt. Um eine beliebige Datei aufzunehmen: `cagewright build {name} --include PFAD`.",
	"update-private":
		"Nichts wurde aktualisiert, weil mit einer fehlenden Datei auch {path} in den Käfig {name} käme und nicht jedes Konto sie lesen darf. Nehmen Sie sie ausdrücklich auf: `cagewright build {name} --include PFAD`.",
	"update-names-or-all":
		"Nennen Sie die zu aktualisierenden Käfige, oder geben Sie --all an. Beispiel: `cagewright update redis`.",
	"adopt-failed": "{service} scheiterte im Käfig {name} und läuft deshalb wie zuvor auf dem Host: {cause}",
	"adopt-failed-kept":
		"{service} scheiterte im Käfig {name} und läuft deshalb wie zuvor auf dem Host: {cause} Daten, die der Dienst im Käfig schrieb, sind in {path} gesichert.",
	"lockout-service":
		"{service} kommt nicht in einen Käfig: Der Dienst öffnet Sitzungen für Konten dieses Rechners ({program}: {shows}). Der Käfig enthält keine Passwörter, Home-Verzeichnisse und Shells dieser Konten, also würden Anmeldungen, Aufträge oder Übertragungen scheitern, und Sie könnten sich aussperren. Lassen Sie ihn auf dem Host; für Dateiübertragungen erzeugt die Vorlage sftp einen zweiten Server. Eine Anmeldung als --client-probe zeigt, was der Käfig bräuchte. Um das hinzunehmen: {option}",
	"lockout-unit":
		"Für Käfig {name} wird keine Unit installiert: Seine Anwendung öffnet Sitzungen für Konten dieses Rechners ({program}: {shows}). Der Käfig enthält keine Passwörter, Home-Verzeichnisse und Shells dieser Konten, also würden Anmeldungen, Aufträge oder Übertragungen scheitern. Falls sie nur Konten bedient, die Sie nennen, erzeugen Sie den Käfig mit --account user:NAME und einer Probe, die sich als eines davon anmeldet. Um das hinzunehmen: {option}",
	"adopt-consent":
		"{service} wurde nicht geändert, weil ohne Terminal keine Rückfrage möglich ist. Prüfen Sie mit --dry-run, und wiederholen Sie den Befehl mit --yes.",
	"adopt-probe-fails":
		"{service} antwortet auf dem Host nicht; deshalb wurde nichts geändert. Probe: {probe}. Verwenden Sie eine andere --probe.",
	"adopt-exercise-fails":
		"Eine Übung scheitert im Käfig {name}; deshalb bleibt {service} auf dem Host: {exercise} · `cagewright explain {name}` zeigt, was der Käfig verweigert, und `cagewright trial {name}` erprobt ihn erneut.",
	"client-probe-fails": "Eine Client-Probe scheitert schon vor dem Umzug. Deshalb wurde nichts geändert: {probe} {words}",
	"client-probe-silent": "Ein Client ist abgeschnitten: Seine Probe scheitert: {probe} {words}",
	"client-path-gone": "{client} ist abgeschnitten, weil {path} fehlt.",
	"client-path-changed":
		"{client} ist vielleicht abgeschnitten, weil {path} anderen Besitzer oder andere Rechte hat ({after} statt {before}, als Zahlen).",
	"client-file-differs":
		"{client} ist abgeschnitten: Er hat {path} geöffnet, und der Dienst benutzt in seinem Käfig dort eine andere Datei. Um das Verzeichnis zu teilen: --bind PFAD:rw.",
	"client-pid-file-differs":
		"{client} ist abgeschnitten: {path} enthält nicht mehr die Prozessnummer, die der Dienst auf dem Host hat.",
	"client-port-gone": "{client} ist abgeschnitten, weil der Dienst nicht mehr auf {offer} wartet.",
	"client-refused": "{client} ist abgeschnitten: Sein Konto kann sich nicht mehr mit {offer} verbinden ({error}).",
	"client-rejected":
		"{client} ist abgeschnitten: Der Dienst schließt seine Verbindungen zu {offer} sofort. Vielleicht kennt er das Konto nicht: --account user:NAME.",
	"client-down": "{client} endete mit dem Dienst und läuft nicht wieder.",
	"adopt-homes":
		"{service} ändert Dateien in {paths}, den Home-Verzeichnissen von Personen. Der Käfig bekäme Kopien, die diese Personen nicht sehen. Um die Home-Verzeichnisse aller Personen zu teilen, nehmen Sie {all} dazu. Um nur diese zu teilen, {these}.",
	"adopt-socket-alone":
		"{service} benutzt {path}, aber der Käfig kann den Socket nicht einhängen: Ein anderes Konto darf in {directory} schreiben, oder das Verzeichnis ist weggelassen oder gehört dem Käfig selbst. Verlegen Sie den Socket in ein Verzeichnis, das nur root ändern kann. Wenn ihn niemand braucht, nehmen Sie --refuse socket:{path} dazu",
	"adopt-sockets":
		"Die Konfiguration von {service} nennt {paths}. Ein Käfig erreicht einen solchen Dienst nur, wenn Sie es erlauben, denn dessen Clients könnten auf diesem Rechner mehr tun, als Daten abzufragen. Wenn der Käfig sich verbinden darf, nehmen Sie {allow} dazu. Wenn es niemand braucht, {refuse}.",
	"adopt-secrets":
		"{service} benutzt {paths}. Mit --yes kommt das in keinen Käfig. Wenn der Käfig es enthalten darf, nehmen Sie {allow} dazu. Wenn es niemand braucht, {exclude}.",
	"adopt-used-hidden": "Er ist selbst ein Client und findet {path} nicht mehr, das er benutzte.",
	"adopt-path-gone": "Seine Clients sind abgeschnitten, weil {path} fehlt.",
	"adopt-port-gone": "Seine Clients sind abgeschnitten, weil er nicht mehr auf {offer} wartet.",
	"adopt-network-hidden":
		"{cause} Vielleicht entschied er das nach {paths}, was sein Käfig nicht zeigt. Um solche Dateien zu zeigen: --allow kernel-proc",
	"adopt-file-differs":
		"Seine Clients sind vielleicht abgeschnitten, weil der Dienst in seinem Käfig eine andere Datei unter {path} benutzt. Um das Verzeichnis zu teilen: --bind PFAD:rw.",
	"adopt-path-silent": "Seine Clients sind abgeschnitten, weil an {path} niemand antwortet.",
	"adopt-path-changed":
		"Seine Clients sind vielleicht abgeschnitten, weil {path} anderen Besitzer oder andere Rechte hat ({after} statt {before}, als Zahlen).",
	"adopt-together-failed": "{service} scheiterte. Deshalb kehrte auch auf den Host zurück: {back}. Ursache: {cause}",
	"release-together-failed": "{service} scheiterte. Deshalb kehrte auch in den Käfig zurück: {back}. Ursache: {cause}",
	"adopt-together-option":
		"{option} gehört zu einem einzigen Dienst. Übernehmen Sie {service} zuerst einzeln, oder lassen Sie {option} weg.",
	"adopt-too-wide":
		"Im Käfig {name} ist {path} beschreibbar, wo auch andere Programme ihren Zustand ablegen. Bauen Sie den Käfig mit engeren --writable-Verzeichnissen neu.",
	"adopt-has-cage":
		"Im Käfig {name} läuft schon das Programm von {service}; deshalb wurde nichts geändert. Den Dienst dorthin verlegt: `{use}`. Einen zweiten Käfig baut: `{other}`.",
	"adopt-which-cage": "{service} hat mehrere Käfige ({names}). Wählen Sie einen mit --name.",
	"adopt-other-application":
		"Der Käfig {name} gehört nicht zu {service}: Er startet {program}. Wählen Sie mit --name den richtigen Käfig, oder bauen Sie einen.",
	"release-failed": "{service} scheiterte auf dem Host und läuft deshalb wie zuvor im Käfig {name}: {cause}",
	"release-failed-kept":
		"{service} scheiterte auf dem Host und läuft deshalb wie zuvor im Käfig {name}: {cause} Daten, die der Dienst auf dem Host schrieb, sind in {path} gesichert.",
	"release-unfinished":
		"Eine frühere Rückgabe von {service} ist noch nicht zurückgenommen. `cagewright list` versucht es erneut und sagt, was hindert.",
	"release-link":
		"{path} ist ein Link, den die Anwendung im Käfig {name} angelegt hat, und verweist auf ein Ziel außerhalb ihres Zustands. Prüfen Sie ihn, und entfernen Sie ihn vor der Rückgabe aus den Daten des Käfigs.",
	"release-place-changed":
		"{path} ist kein gewöhnliches Verzeichnis mehr, oder sein Pfad enthält einen Link. Stellen Sie das Verzeichnis vor der Rückgabe wieder her.",
	"release-stage-changed":
		"{path} wurde während der Rückgabe ersetzt; deshalb wurde nichts verschoben. Prüfen Sie es, und verschieben Sie es.",
	"service-not-running": "{service} läuft nicht ({state}). Starten Sie den Dienst zuerst, damit sich seine Antwort prüfen lässt.",
	"service-outside":
		"Der Hauptprozess von {service} ist nicht im Käfig {name}. Vielleicht ändert ein anderes Drop-in RootDirectory=: Prüfen Sie `systemctl cat {service}`.",
	"service-silent-words":
		"{service} ist {state} und antwortet nicht: {probe}. Ausgabe: {words} Mehr zeigt `journalctl -u {service}`.",
	"service-silent": "{service} ist {state} und antwortet nicht: {probe}. Mehr zeigt `journalctl -u {service}`.",
	"undo-failed":
		"{service} ließ sich nicht wiederherstellen und ist vielleicht ausgefallen: {cause} Der nächste cagewright-Befehl versucht es erneut. Die Daten sind vollständig, auf dem Host und im Käfig {name}.",
	"dropin-there":
		"{service} hat bereits ein Drop-in für den Käfig {name}. Entfernen Sie es zuerst: `cagewright unit {name} --dropin {service} --uninstall`.",
	"attach-forbidden":
		"Prozess {pid} lässt sich nicht beobachten: kernel.yama.ptrace_scope ist bis zum nächsten Neustart 3. Setzen Sie den Wert in /etc/sysctl.d auf 1, und starten Sie das System neu. Oder beobachten Sie ohne --attach einen neuen Start.",
	"attach-needs-root":
		"Dieses Konto darf Prozess {pid} nicht beobachten (kernel.yama.ptrace_scope ist {scope}). Führen Sie den Befehl als root aus.",
	"attach-refused":
		"Prozess {pid} lässt sich auch als root nicht beobachten ({detail}). CAP_SYS_PTRACE fehlt, wie in vielen Containern. Führen Sie den Befehl auf dem Host aus, oder lassen Sie --attach weg.",
	"unit-needs-root":
		"{option} ist für Units des Systems, und der Käfig {name} gehört einem gewöhnlichen Benutzer. Lassen Sie {option} weg, und speichern Sie die ausgegebene Unit unter ~/.config/systemd/user.",
	"dropin-needs-root":
		"Der Käfig {name} wurde ohne root gebaut, und nur root kann {service} ändern. Bauen Sie den Käfig als root, oder verwenden Sie seine eigene Unit: `cagewright unit {name}`.",
	"unit-not-loaded": "systemd verwendet {path} nicht für {unit}, daher wurde nichts geändert: {problem}",
	"watch-not-running": "{unit} läuft nicht, daher wurde der Dienst nicht installiert: {words}",
	"kernel-log-unreadable":
		"Das Kernel-Protokoll /dev/kmsg ist nicht lesbar ({detail}). Starten Sie `cagewright watch` als root auf dem Host, nicht in einem Container.",
	"alarms-landlock-old":
		"Dieser Kernel zeichnet nicht auf, was Landlock verweigert. Ports, Signale, abstrakte Sockets und Dateien, die nur Landlock verweigert, lösen daher keinen Alarm aus. Linux ab 6.15 zeichnet es auf.",
	"alarms-landlock-off":
		"Audit ist ausgeschaltet. Ports, Signale, abstrakte Sockets und Dateien, die nur Landlock verweigert, lösen daher keinen Alarm aus. Zum Aufzeichnen: auditctl -e 1 oder mit audit=1 booten",
	"alarms-limited":
		"Hier ist nur das Protokoll des Kernels lesbar, das höchstens zehn verweigerte Aufrufe in fünf Sekunden für das ganze System enthält. Um alle zu sehen, führen Sie `cagewright watch` als root auf dem Host aus.",
	"alarms-foreign-numbers":
		"Dies ist nicht der PID-Namensraum des Hosts. Daher sagen die Einträge des Kernels nicht, welchem Prozess etwas verweigert wurde. Käfige sind nur an ihren Audit-Sitzungen zu erkennen: Abstürze lösen keinen Alarm aus, und Prozesse eines Käfigs ohne eigene Sitzung auch nicht. Führen Sie `cagewright watch` auf dem Host aus, nicht in einem Container.",
	"alarms-unrecorded":
		"Alarme wurden nicht gemessen, weil kein Eintrag über einen verweigerten Aufruf dieses System erreichte. Bei einem Container hat der Host die Einträge: `cagewright selftest --alarm` dort ausführen.",
	"alarms-lost":
		"Einträge über verweigerte Aufrufe gingen verloren: Sie kamen zu schnell, der Kernel begrenzt ihre Zahl (rate_limit in `auditctl -s`), oder der Prozess, der sie liest, wurde beendet. Einige Alarme können fehlen.",
	"alarm-not-printed": "Ein Alarm wurde nicht ausgegeben, die Überwachung läuft aber weiter: {cause}",
	"alarm-not-handled": "Ein Alarm wurde ausgelöst, ließ sich aber nicht speichern oder beantworten: {cause}",
	"not-stopped-processes":
		"Die Prozesse {pids} von {name} laufen auch nach SIGKILL noch: Sie warten auf ein Gerät oder eine Platte, oder etwas startet sie wieder. `ps -o pid,ppid,stat,wchan:20,args -p {pids}` zeigt sie.",
	"not-stopped-service":
		"Von {name} läuft kein Prozess mehr, aber {service} ist nicht gestoppt ({detail}); systemd startet den Dienst vielleicht wieder. Siehe `systemctl status {service}`.",
	"not-frozen":
		"Die Prozesse {pids} von {name} ließen sich nicht anhalten. `cagewright watch --on-alarm stop` würde sie beenden.",
	"reaction-command-failed": "Der Befehl ist gescheitert ({status}): {command}",
	"reaction-command-hung": "Der Befehl wurde nach {seconds} Sekunden beendet: {command}",
	"reaction-left":
		"Die Reaktion auf einen Alarm von {name} ist nicht abgeschlossen. Das nächste `cagewright watch` mit derselben Reaktion holt sie nach.",
	"decoys-unwatched":
		"Geöffnete Köder lösen keinen Alarm aus, weil der Kernel fanotify verweigert. Starten Sie `cagewright watch` als root auf dem Host, nicht in einem Container.",
	"watch-impossible":
		"Dieses System kann einen Käfig nicht auf Fehler beobachten ({detail}). Nötig sind root und ein Kernel mit BPF. `cagewright trace NAME --add --attach PID --for ZEIT` beobachtet stattdessen mit strace, bremst aber die Anwendung.",
	"watch-not-built":
		"In diesem Build fehlt `trace --for`, weil gcc für BPF fehlte. Installieren Sie das Debian-Paket gcc-bpf, führen Sie `npm run build` aus und versuchen Sie es noch einmal.",
	"watch-no-namespace":
		"Prozess {pid} des Käfigs hat keinen eigenen PID-Namensraum; seine Aufrufe lassen sich nicht von anderen unterscheiden. `cagewright trace NAME --add --attach {pid} --for ZEIT` beobachtet ihn mit strace, bremst ihn aber.",
	"watch-ended":
		"Die Beobachtung von {name} endete vorzeitig. Die bisherigen Ergebnisse sind gespeichert. Führen Sie den Befehl noch einmal aus, um fortzufahren.",
	"install-needs-root": "Nur root kann Pakete installieren. Führen Sie dies als root aus: {command}",
	"install-failed": "Die Paketverwaltung ist gescheitert bei `{command}`: {detail}",
	"dropin-other-application":
		"{service} startet nicht {program}, das Programm des Käfigs {name}; seine Clients erreichten eine andere Anwendung. Nennen Sie den richtigen Käfig, oder bauen Sie einen: `cagewright make {service}`.",
	"selftest-blind":
		"Der Selbsttest kann diesen Käfig nicht beurteilen: Selbst im Kontrolllauf ohne jede Schutzschicht gelang kein Ausbruch ({groups}). Führen Sie `cagewright doctor` aus.",
	"selftest-broken":
		"Der Selbsttest wurde nicht fertig und sagt nichts über den Käfig aus. Versuchen Sie es erneut, wenn das System weniger ausgelastet ist. {detail}",
	"selftest-escaped":
		"Der Käfig {name} ist nicht sicher: {ways}. Nehmen Sie ihn nicht in Betrieb. `cagewright selftest {name}` erklärt jedes Ergebnis und die Abhilfe, und `cagewright trial {name}` prüft ihn erneut.",
	"selftest-needs-systemd":
		"Eine Unit lässt sich nicht prüfen: Hier läuft kein systemd. Prüfen Sie ohne --unit den Starter, oder prüfen Sie dort, wo die Unit laufen soll.",
	"selftest-own-unit":
		"Die Unit von {name} startet cagewright, das den Käfig selbst einrichtet. Prüfen Sie das ohne --unit: `cagewright selftest {name}`.",
	"unit-changed":
		"{path} wurde geändert, nachdem Cagewright es geschrieben hat. Verschieben Sie Ihre Änderungen in ein Drop-in mit anderem Namen, oder entfernen Sie die Datei. Versuchen Sie es dann erneut.",
	"unit-ends":
		"{unit} ist eine Aufgabe, die endet. Nennen Sie eine dauerhaft laufende Unit (`cagewright apps` zeigt sie), oder geben Sie einen Befehl an.",
	"unit-foreign":
		"{path} stammt nicht von Cagewright und wird nicht überschrieben. Verschieben Sie es, und versuchen Sie es erneut.",
	"unit-inexpressible": "Eine systemd-Unit kann {setting}={value} nicht ausdrücken. Ändern Sie den Wert.",
	"unit-needs-instance":
		"{unit} ist eine Vorlagen-Unit von systemd und braucht eine Instanz. Schreiben Sie NAME@INSTANZ, etwa postgresql@17-main.",
	"unit-not-installed": "{path} gibt es nicht. Nichts wurde entfernt.",
	"unit-of-other": "{path} gehört zum Käfig {cage}. Entfernen Sie es zuerst dort.",
	"unit-overridden":
		"{path} setzt {setting} nach {dropin}; der Dienst liefe nicht in seinem Käfig. Entfernen Sie die Zeile, oder benennen Sie die Datei so um, dass sie vor {dropin} kommt.",
	"unit-per-connection-refused":
		"{socket} startet {unit} einmal für jede Verbindung und übergibt die Verbindung als Dateideskriptor. Käfige unterstützen das nur mit StandardInput=socket. Geben Sie den Befehl eines Servers an, der selbst lauscht.",
	"unit-program-missing":
		"{unit} startet {program}, das nicht installiert ist. Installieren Sie es, oder geben Sie einen anderen Befehl an.",
	"unit-trial-needs-systemd":
		"Eine Unit lässt sich nicht erproben: Hier läuft kein systemd. Erproben Sie den Starter ohne --unit und --dropin.",
	"unit-trial-sockets":
		"Die Unit von {name} lässt sich nicht erproben, weil {sockets} ihre Sockets belegt. Installieren Sie das Drop-in, und starten Sie den Dienst.",
	"unit-trial-own":
		"Die Unit von {name} startet cagewright, das den Käfig selbst einrichtet. Erproben Sie das ohne --unit: `cagewright trial {name}`.",
	"unit-rejected":
		"systemd lehnt die Unit ab ({complaint}); nichts wurde geschrieben. Bitte melden Sie das mit der Ausgabe von `cagewright unit`.",
	"unit-score-launched":
		"systemd {version} kann diese Unit nicht bewerten, weil ein Skript den Käfig erzeugt. Um den Schutz zu prüfen: `cagewright selftest {name} {option}`.",
	"unit-reload-failed":
		"systemd konnte seine Units nicht neu laden ({problem}); die Änderung wurde zurückgenommen. Führen Sie `systemctl daemon-reload` aus, beheben Sie den gemeldeten Fehler, und versuchen Sie es erneut.",
	"unit-sockets-refused":
		"{unit} bekommt die Sockets {sockets} von systemd, und Cagewright kann sie nicht weitergeben. Lassen Sie die Anwendung selbst lauschen, und geben Sie diesen Befehl an.",
	"unit-per-connection-own":
		"{name} startet für jede Verbindung, und das kann nur eine Socket-Unit. Verwenden Sie ein Drop-in für den Dienst: `cagewright unit {name} --dropin {unit}`.",
	"unit-without-sockets":
		"{name} bekommt seine Sockets beim Start, und keine Unit dieses Systems öffnet sie. Starten Sie den Käfig mit `cagewright run {name}`. Oder schreiben Sie eine Socket-Unit mit Dienst, und verwenden Sie `cagewright unit {name} --dropin UNIT`.",
	"unit-starts-nothing":
		"{unit} startet keinen Befehl. Nennen Sie eine andere Unit (`cagewright apps` zeigt sie), oder geben Sie einen Befehl an.",
	"unit-starts-several": "{unit} hat kein eigenes Programm. Sie startet {units}. Nennen Sie eine davon.",
	"unit-unknown": "Unbekannte oder maskierte systemd-Unit '{name}'. `cagewright apps` zeigt die verfügbaren Units.",
	"session-unknown": "Unbekannte Sitzung '{name}'. `cagewright sessions list` zeigt alle Sitzungen.",
	"session-ambiguous": "Mehrere Sitzungen heißen '{name}'. Verwenden Sie stattdessen eine dieser Kennungen: {ids}.",
	"session-open":
		"Die Sitzung {id} ist in Prozess {pid} geöffnet. Arbeiten Sie dort weiter, oder beenden Sie den Prozess zuerst.",
	"session-newer":
		"Die Sitzung {id} wurde von einem neueren cagewright gespeichert. Arbeiten Sie mit dieser Version weiter, oder entfernen Sie die Sitzung.",
	"session-damaged": "Die Sitzung {id} ist beschädigt und lässt sich nicht fortsetzen. Sie wurde nach {path} verschoben.",
	"session-not-kept": "Die Sitzung ließ sich nicht speichern und lässt sich deshalb nicht fortsetzen: {cause}",
	"session-removal-unconfirmed":
		"Mit der Sitzung {name} werden ihre Antworten und ihre Beobachtung gelöscht. Bestätigen Sie mit --yes.",
	"session-name-needed":
		"Nennen Sie eine Sitzung mit ihrem Käfig oder ihrer Kennung. `cagewright sessions list` zeigt alle Sitzungen.",
};
