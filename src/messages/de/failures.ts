import { probeFailuresDe } from "../../probe/text/de.ts";
import { foreignSelftestDe } from "../../selftest/text/foreign.de.ts";
import { templateFailuresDe } from "../../template/text/de.ts";
import type { Failures } from "../en/failures.ts";
import { trialFailuresDe } from "./trial-failures.ts";
import { verbFailuresDe } from "./verb-failures.ts";

export const failuresDe: Failures = {
	...trialFailuresDe,
	...verbFailuresDe,
	...foreignSelftestDe.failures,
	...probeFailuresDe,
	...templateFailuresDe,
	"access-denied":
		"Keine Berechtigung für {path}. Führen Sie den Befehl als root aus, oder wählen Sie mit --state einen anderen Zustandsordner.",
	"account-file-damaged":
		"{path} ist beschädigt. Cagewright weiß deshalb nicht mehr, welches Konto es für den Käfig angelegt hat. Stellen Sie die Datei aus einer Sicherung wieder her. Oder löschen Sie sie, und entfernen Sie das Konto selbst.",
	"account-needs-root":
		"Nur root kann eine Anwendung als {account} starten. Führen Sie den Befehl als root aus, oder lassen Sie --user weg; dann startet die Anwendung als {own}.",
	"account-always-kept-dedicated":
		"Das Konto {name} lässt sich nicht weglassen: Es ist das eigene Konto des Käfigs. Entfernen Sie --without-account {name}.",
	"account-always-kept-root":
		"Das Konto {name} lässt sich nicht weglassen: Ihm gehören die Dateien jedes Käfigs. Entfernen Sie --without-account {name}.",
	"account-always-kept-started-as":
		"Das Konto {name} lässt sich nicht weglassen: Die Anwendung startet unter diesem Konto. Wählen Sie mit --user ein anderes.",
	"account-word-invalid":
		"Ungültiges Konto '{value}' für --{option}: Schreiben Sie NAME, user:NAME oder group:NAME. Nummern sind unzulässig, weil sie auf jedem System etwas anderes bedeuten.",
	"account-word-unknown":
		"Unbekanntes Konto '{value}': Dieses System hat kein solches Konto. Prüfen Sie den Namen, oder entfernen Sie --account {value}.",
	"account-unknown":
		"Unbekanntes Konto '{account}'.{similar? Meinten Sie %?} Nennen Sie ein vorhandenes Konto, oder legen Sie dieses mit useradd an.",
	"configuration-conflict":
		"{paths} wurde im Käfig {name} bearbeitet und hat sich auch auf dem Host geändert; deshalb wurde nichts aktualisiert. Wählen Sie eine Fassung mit --configuration keep (die des Käfigs) oder --configuration host.",
	"no-export": "{path} ist kein Käfig-Archiv, oder sein Anfang fehlt. Erzeugen Sie das Archiv neu mit `cagewright export`.",
	"dedicated-account-foreign":
		"Nichts wurde importiert: Das eigene Konto {account} des Käfigs lässt sich hier nicht anlegen, weil der Name vergeben ist oder nicht mit „cage-“ beginnt. Wählen Sie mit --dedicated-account NAME einen anderen.",
	"identity-other":
		"Das Konto {account} des Käfigs (uid {uid}) ist auf diesem System ein anderes: Der Name oder die Nummer gehört zu einem anderen Konto ({other}). Bauen Sie den Käfig auf diesem System neu.",
	"capability-unknown": "Cagewright lehnt den Käfig ab, weil er die unbekannte Capability '{name}' verlangt. Bauen Sie ihn neu.",
	"syslog-refused":
		"Der Käfig hängt {path} als Syslog-Socket ein, /dev/log dieses Systems ist aber ein anderer. Bauen Sie den Käfig neu.",
	"value-refused": "'{value}' abgelehnt: Befehl, Verzeichnis und Umgebung dürfen kein NUL enthalten, Variablennamen kein '='.",
	"one-form": "{one} und {other} wählen zwei Formate für ein Ergebnis. Entfernen Sie eine der Optionen.",
	"rollback-undone":
		"Die andere Generation scheiterte beim Start. Deshalb läuft {name} wieder in Generation {generation}: {cause}",
	"file-not-shown": "'{path}' wird nicht gezeigt: Nur gewöhnliche Dateien, die Sie lesen dürfen, können gezeigt werden.",
	"nothing-before":
		"Der Käfig {name} hat keine Generation vor {generation}. `cagewright show {name} --history` zeigt, was mit früheren geschah.",
	"already-adopted":
		"{service} läuft bereits im Käfig {name}. Geben Sie den Dienst zuerst zurück: `cagewright release {service}`.",
	"adopt-dedicated":
		"Mit einem eigenen Konto kann der Käfig den Zustand von {service} nicht an seinem Ort benutzen, weil er einem anderen Konto gehört. Damit der Käfig eine Kopie bekommt: --copy-data",
	"adopt-own-unit":
		"Käfig {name} hat eine eigene Unit, die eine zweite Instanz auf demselben Zustand starten könnte. Entfernen Sie sie zuerst: `cagewright unit {name} --uninstall`. Sie heißt {unit}.",
	"both-changed":
		"{path} von {service} hat sich auf dem Host und im Käfig geändert. Wählen Sie eine Fassung mit --keep host oder --keep cage.",
	"cage-adopted":
		"Im Käfig {name} läuft noch der Dienst {service}. Geben Sie den Dienst zuerst zurück: `cagewright release {service}`.",
	"export-state-in-place":
		"Käfig {name} benutzt den Zustand seines Dienstes an dessen Ort ({path}), deshalb kann das Archiv ihn nicht enthalten. Exportieren Sie ohne --with-data, und übertragen Sie den Zustand mit den Werkzeugen des Dienstes.",
	"cage-state-in-place":
		"Käfig {name} benutzt den Zustand von {service} an seinem Ort ({path}), deshalb darf nur dieser Dienst ihn starten: `cagewright adopt {service}`. Zwei Instanzen auf demselben Zustand würden ihn zerstören.",
	"socket-in-use":
		"Ein anderer Prozess lauscht auf {path}, und der Käfig {name} würde dort an seine Stelle treten. Beenden Sie den Dienst zuerst, oder holen Sie ihn mit `cagewright adopt` in den Käfig.",
	"cage-has-service":
		"Im Käfig {name} läuft bereits der Dienst {service}. Führen Sie zuerst `cagewright release {service}` aus, oder wählen Sie mit --name einen anderen Käfig.",
	"no-systemd":
		"Dienste lassen sich nicht übernehmen oder zurückgeben, weil auf diesem System kein systemd läuft. Starten Sie den Käfig mit `cagewright run NAME`.",
	"not-adopted": "{service} läuft in keinem Käfig. `cagewright show NAME` zeigt, welchen Dienst ein Käfig ausführt.",
	"systemctl-failed": "systemctl ist gescheitert ({what}); mehr zeigt vielleicht `journalctl -xe`. Seine Ausgabe: {detail}",
	"app-unknown": "Unbekannte Anwendung '{name}'. `cagewright apps` zeigt die Anwendungen dieses Systems.",
	"assignment-before-command": "Der Befehl darf nicht mit '{name}=' beginnen. Setzen Sie die Variable mit --env {name}=WERT.",
	"add-same-application":
		"--add setzt die Beobachtung des Käfigs fort; {option} kann sie nicht ändern. Entfernen Sie {option}, oder entfernen Sie --add, um neu zu beobachten.",
	"attached-ended":
		"Die Beobachtung von Prozess {pid} endete, weil er oder strace sich beendet hat. Prüfen Sie, ob er läuft, und versuchen Sie es erneut. Oder beobachten Sie ohne --attach einen neuen Start.",
	"account-name-invalid":
		"Ungültiger Kontoname '{name}': Erlaubt sind bis zu 32 Kleinbuchstaben, Ziffern, '-' und '_', beginnend mit einem Buchstaben.",
	"audit-danger":
		"Der Käfig {name} wurde nicht gestartet, weil er nicht sicher ist: {place}{what}. Abhilfe: {fix}. Um diesen Befund zu akzeptieren: --accept-finding {finding}:{path}",
	"audit-dangers":
		"Der Käfig {name} wurde nicht gestartet, weil er nicht sicher ist: {place}{what}. Abhilfe: {fix}. Um diesen Befund zu akzeptieren: --accept-finding {finding}:{path}. `cagewright check {name}` zeigt {more} weitere.",
	"backslash-at-end": "Der Befehl endet mit einem umgekehrten Schrägstrich ohne Wirkung. Entfernen Sie ihn.",
	"bad-name":
		"Ungültiger Käfigname '{name}': Erlaubt sind Buchstaben, Ziffern, '.', '-' und '_', beginnend mit Buchstabe oder Ziffer.",
	"cage-busy": "Prozess {pid} arbeitet am Käfig {name}. Warten Sie, bis er endet, und versuchen Sie es erneut.",
	"cage-name-needed": "Nennen Sie einen Käfig. `cagewright list` zeigt alle Käfige.",
	"cage-not-built": "Der Käfig {name} ist noch nicht gebaut. Führen Sie `cagewright build {name}` aus.",
	"cage-not-running": "Die Anwendung im Käfig {name} läuft nicht. Starten Sie sie mit `cagewright run {name}`.",
	"cage-running": "Prozess {pid} benutzt den Käfig {name}. Beenden Sie ihn zuerst.",
	"cage-runs-wider":
		"Prozess {pid} im Käfig {name} hat noch {above} eingehängt; künftig ist nur {path} beschreibbar. Halten Sie den Käfig zuerst an, und versuchen Sie es dann erneut.",
	"cage-unit-runs": "{service} des Käfigs {name} ist {state}. Halten Sie den Dienst zuerst an: `systemctl stop {service}`.",
	"cage-unknown": "Unbekannter Käfig '{name}'.{similar? Meinten Sie %?} `cagewright list` zeigt alle Käfige.",
	"cannot-read": "{path} lässt sich nicht lesen ({error}). Prüfen Sie die Datei und ihr Dateisystem.",
	"cannot-remove": "{path} lässt sich nicht entfernen ({error}). Prüfen Sie, was es benutzt, und versuchen Sie es erneut.",
	"cannot-write": "{path} lässt sich nicht schreiben ({error}). Prüfen Sie das Dateisystem und seine Mount-Optionen.",
	"check-names-or-all": "Nennen Sie die zu prüfenden Käfige, oder geben Sie --all an.",
	"choice-gone": "{name} gibt es nicht mehr. Wählen Sie erneut.",
	"command-empty": "Der Befehl ist leer. Geben Sie das Programm mit seinen Argumenten ein.",
	"command-needs-separator": "Unerwartetes Argument '{word}'. Setzen Sie `--` vor den Befehl: `cagewright make -- BEFEHL`.",
	"command-unused": "`{verb}` nimmt keinen Befehl, denn der Käfig hat einen. Entfernen Sie '{word}' und das Folgende.",
	"command-not-in-cage":
		"{program} ist nicht im Käfig {name}; er enthält {programs}. Nehmen Sie es mit --include PFAD auf, oder sehen Sie sich mit `cagewright shell {name}` um.",
	"consent-needed":
		"Nichts wurde gebaut, weil ohne Terminal keine Rückfrage möglich ist. Lesen Sie den Plan, und wiederholen Sie den Befehl mit {option}.",
	"dedicated-account-group":
		"Das Konto {account} lässt sich nicht anlegen: Es gibt eine Gruppe dieses Namens. Wählen Sie einen anderen Namen mit --dedicated-account NAME.",
	"dedicated-account-of-everybody":
		"Jedes Paket darf das Konto {account} benutzen; es kann keinem Käfig allein gehören. Wählen Sie einen anderen Namen mit --dedicated-account NAME.",
	"dedicated-account-root":
		"{program} läuft durchgehend als root; es gibt kein Konto zu ersetzen. Kann es unter einem anderen Konto laufen, nennen Sie dieses mit --user.",
	"dedicated-account-several":
		"Die Anwendung benutzt mehrere Konten ({accounts}); ein eigenes Konto kann nur eines davon ersetzen. Wählen Sie dieses mit --user.",
	"dedicated-account-shared":
		"Das Konto {account} kann nicht diesem Käfig allein gehören: Es wird auch benutzt von {why}. Wählen Sie einen anderen Namen mit --dedicated-account NAME.",
	"device-refused": "Gerät {path} abgelehnt: Es würde einen Ausbruch erlauben. Lassen Sie es weg.",
	"device-unknown": "Unbekanntes Gerät '{path}': Dieses System hat keine solche Gerätedatei. Prüfen Sie den Pfad.",
	"disk-error":
		"Das Laufwerk meldet einen Fehler (EIO) bei {path}. Sehen Sie im Kernel-Log nach (dmesg), und prüfen Sie Laufwerk und Dateisystem.",
	"disk-full": "Für {path} ist kein Speicherplatz mehr frei. Schaffen Sie Platz, und versuchen Sie es erneut.",
	"env-invalid": "Ungültige Umgebungsvariable '{value}': Schreiben Sie NAME=WERT, den Namen mit Buchstaben, Ziffern und '_'.",
	"explain-unknown":
		"Unbekannt: '{subject}'. Nennen Sie einen Pfad, der mit '/' beginnt, einen Systemaufruf oder eine Capability.",
	"file-unreadable": "{file} lässt sich nicht lesen: {detail}",
	"foreign-directory":
		"Der Zustandsordner {path} enthält Dateien anderer Programme ({name}). Wählen Sie mit --state ein leeres Verzeichnis.",
	"foreign-link":
		"{path} ist ein Link im Zustandsordner eines anderen Benutzers, und root folgt ihm nicht. Führen Sie den Befehl als dieser Benutzer aus.",
	"finding-not-reported": "Käfig {name} hat keinen Befund '{finding}'.{similar? Meinten Sie %?} Er hat: {findings}.",
	"finding-none":
		"Käfig {name} hat keinen Befund '{finding}' und auch keinen anderen. `cagewright check {name}` zeigt seine Befunde.",
	"finding-ambiguous": "Käfig {name} hat mehrere Befunde '{finding}'. Nennen Sie einen davon: {findings}.",
	"acknowledgement-unknown":
		"Niemand hat '{finding}' im Käfig {name} zur Kenntnis genommen.{similar? Meinten Sie %?} Zur Kenntnis genommen: {findings}.",
	"acknowledgement-none": "Niemand hat '{finding}' oder etwas anderes im Käfig {name} zur Kenntnis genommen.",
	"accept-one-cage": "--accept und --revoke betreffen einen Käfig. Nennen Sie genau einen, ohne --all und --nagios.",
	"until-without-accept": "--until gehört zu --accept FINDING. Ergänzen Sie es.",
	"until-invalid": "'{until}' ist kein Datum. Schreiben Sie es als JJJJ-MM-TT, zum Beispiel 2027-01-31.",
	"until-past": "{until} ist vorbei (heute ist {today}). Nennen Sie heute oder einen späteren Tag.",
	"finding-unknown": "Unbekannter Befund '{code}'.{similar? Meinten Sie %?} Diese Befunde lassen sich akzeptieren: {codes}.",
	"for-needs-attach":
		"--for legt fest, wie lange ein laufender Prozess beobachtet wird. Ergänzen Sie --attach PID, oder nennen Sie bei `trace` einen laufenden Käfig.",
	"generation-in-use":
		"Generation {generation} ist in Gebrauch und lässt sich nicht entfernen. Wechseln Sie zuerst mit `cagewright rollback {name} --to N` zu einer anderen.",
	"group-unknown":
		"Unbekannte Gruppe '{group}'.{similar? Meinten Sie %?} Nennen Sie eine vorhandene Gruppe, oder legen Sie diese mit groupadd an.",
	"option-unused": "`{verb}` unterstützt {option} hier nicht. Entfernen Sie die Option, oder verwenden Sie sie bei {others}.",
	"action-without-name": "`{verb}` nimmt keinen Namen. Entfernen Sie '{name}'.",
	"no-home":
		"Dieses Konto hat kein Heimatverzeichnis, in dem der Zustandsordner sonst wäre. Nennen Sie ihn mit --state oder CAGEWRIGHT_STATE, oder setzen Sie HOME auf einen absoluten Pfad.",
	"no-json": "`{verb}` hat kein JSON-Ergebnis, weil die Ausgabe vom Befehl im Käfig kommt. Entfernen Sie --json.",
	"option-of-wizard": "{option} gehört zum Assistenten, der sich ohne Verb öffnet. Entfernen Sie {option} oder das Verb.",
	"option-without": "{option} setzt {needs} voraus. Ergänzen Sie {needs}, oder entfernen Sie {option}.",
	"removal-unconfirmed":
		"{name} wurde nicht entfernt, weil ohne Terminal keine Rückfrage möglich ist. Prüfen Sie mit --dry-run, und wiederholen Sie den Befehl mit --yes.",
	"seed-unknown": "Von '{path}' lässt sich nichts übernehmen: Den Pfad gibt es auf diesem System nicht. Prüfen Sie ihn.",
	"bind-below-bind":
		"{path} liegt unter dem Bind-Mount {above} und lässt sich nicht eigens einhängen. Entfernen Sie einen der beiden Bind-Mounts.",
	"bind-below-writable":
		"{path} liegt unter {above}, das zu den beschreibbaren Daten des Käfigs gehört; dort ist kein Bind-Mount möglich. Binden Sie stattdessen {above}:rw ein, oder entfernen Sie den Bind-Mount.",
	"bind-gone":
		"Der Bind-Mount {bind} ist nicht möglich: {path} fehlt oder ist nicht zugänglich. Stellen Sie es wieder her, oder bauen Sie den Käfig ohne diesen Bind-Mount neu.",
	"bind-unsafe":
		"Der Bind-Mount {bind} wird abgelehnt: {path}, ein Teil seines Pfads, ist weder ein Verzeichnis noch ein Socket. Klären Sie, wer es ersetzt hat, und stellen Sie es wieder her.",
	"data-gone":
		"Die Daten des Käfigs lassen sich nicht einhängen: {path} fehlt oder ist nicht zugänglich ({error}). Stellen Sie es aus einer Sicherung wieder her, oder führen Sie `cagewright make` mit --replace aus.",
	"data-twice":
		"Die Daten des Käfigs enthalten {path} und {other}; nur eines davon kann an den neuen Ort. Entfernen Sie eines, oder benennen Sie es um, und versuchen Sie es erneut.",
	"data-unsafe":
		"{path} wird nicht eingehängt: Es ist kein Verzeichnis. Vielleicht hat die Anwendung dort einen Link angelegt. Prüfen Sie es, entfernen Sie es, und stellen Sie das Verzeichnis wieder her.",
	"bind-unknown": "'{path}' lässt sich nicht einbinden: Den Pfad gibt es auf diesem System nicht. Prüfen Sie ihn.",
	"bind-socket":
		"'{path}' lässt sich nicht einbinden: Es ist ein Socket. Damit die Anwendung sich mit ihm verbinden kann: {option}",
	"bind-state":
		"{path} wird nicht eingebunden: Es überschneidet sich mit dem Zustandsordner {state}, den kein Käfig sehen darf. Binden Sie ein anderes Verzeichnis ein.",
	"bind-refused":
		"{path} wird nicht eingebunden: Es ist ein Systemverzeichnis. Binden Sie nur das Verzeichnis darunter ein, das die Anwendung braucht.",
	"bind-executed":
		"{path} wird nicht schreibbar eingebunden: Der Host führt aus oder vertraut, was in {trusted} liegt, siehe {source}. Binden Sie es nur lesbar ein ({path}:ro), oder binden Sie ein anderes Verzeichnis ein.",
	"bind-contains-executed":
		"{path} wird nicht schreibbar eingebunden: Es enthält {trusted}, und der Host führt aus oder vertraut, was dort liegt, siehe {source}. Binden Sie nur das Verzeichnis ein, das die Anwendung braucht{narrower?, etwa %}.",
	"bind-others":
		"{path} wird nicht schreibbar eingebunden: {trusted} gehört Personen oder anderen Diensten dieses Hosts, siehe {source}. Binden Sie es nur lesbar ein, oder erlauben Sie es mit {option}",
	"bind-contains-others":
		"{path} wird nicht schreibbar eingebunden: Es enthält {trusted}, das Personen oder anderen Diensten dieses Hosts gehört, siehe {source}. Binden Sie nur das Verzeichnis ein, das die Anwendung braucht{narrower?, etwa %}, oder erlauben Sie es mit {option}",
	"bind-other-account":
		"{path} wird nicht schreibbar eingebunden: Es gehört dem Konto {account}, das die Anwendung nicht benutzt. Binden Sie es nur lesbar ein, oder erlauben Sie es mit {option}",
	"bind-control-socket":
		"{path} wird nicht eingebunden: Wer sich mit dem Socket {socket} darin verbindet, beherrscht diese Maschine. Binden Sie ein anderes Verzeichnis ein, oder erlauben Sie es mit {option}",
	"writable-executed":
		"{path} wird nicht beschreibbar ({option}): Der Host führt aus oder vertraut, was in {trusted} liegt, siehe {source}. Nennen Sie ein Verzeichnis der Anwendung.",
	"writable-refused":
		"{path} wird nicht beschreibbar ({option}): Es ist ein Systemverzeichnis. Nennen Sie ein Verzeichnis der Anwendung darunter.",
	"decoy-refused":
		"Unter '{path}' kann kein Köder liegen: Dieses Verzeichnis wird bei jedem Start eingehängt oder geleert. Wählen Sie einen anderen Pfad.",
	"include-matches-nothing": "'{value}' passt auf nichts in diesem System. Prüfen Sie Pfad oder Muster.",
	"include-matches-too-much":
		"'{value}' passt auf mehr als {most} Dateien und Verzeichnisse in diesem System. Nennen Sie ein Verzeichnis oder Muster mit weniger.",
	"program-replaced":
		"Cagewright wurde durch eine andere Version ersetzt, während dieser Befehl lief. Führen Sie den Befehl erneut aus.",
	internal: "Interner Fehler: {detail}. Bitte melden Sie ihn mit der Ausgabe von --debug.",
	"kernel-file-missing": "{path} fehlt, weil /proc hier nicht eingehängt ist. Hängen Sie es ein und versuchen Sie es erneut.",
	"launch-failed": "Der Käfig ließ sich nicht starten ({detail}). `cagewright doctor` prüft die Voraussetzungen dieses Systems.",
	"lock-unreadable": "Die Sperre {path} ist nicht lesbar. Wenn kein anderer cagewright-Prozess läuft, entfernen Sie sie.",
	"manifest-damaged":
		"{path} ist beschädigt. Kehren Sie mit `cagewright rollback {name}` zur vorigen Generation zurück, oder bauen Sie den Käfig mit --replace neu; seine Daten bleiben.",
	"manifest-newer":
		"{path} stammt von Cagewright {version}, das neuer als dieses ist. Verwenden Sie jene Version, oder kehren Sie mit `cagewright rollback {name}` zu einer Generation zurück, die diese kennt.",
	"manifest-invalid":
		"Das Manifest des Käfigs ist beschädigt{where? (Feld %)}. Stellen Sie es aus einer Sicherung wieder her, oder bauen Sie den Käfig neu.",
	"mount-point-unsafe":
		"An {path} wird nichts eingehängt: Es ist kein gewöhnliches Verzeichnis. Entfernen Sie es aus den Daten des Käfigs.",
	"mounted-below": "Unter {path} ist {mount} eingehängt. Hängen Sie es zuerst aus.",
	"name-taken":
		"Der Käfig {name} besteht bereits für eine andere Anwendung ({command}). Wählen Sie einen anderen Namen, oder ersetzen Sie den Käfig mit --replace.",
	"no-free-account-id":
		"Das Konto {account} lässt sich nicht anlegen: Alle Nummern zwischen SYS_UID_MIN und SYS_UID_MAX sind vergeben. Erhöhen Sie SYS_UID_MAX in /etc/login.defs.",
	"opening-both": "--allow und --refuse nennen beide '{value}'. Entfernen Sie eine der Optionen.",
	"calls-general":
		"'{word}' wirkt nicht auf den allgemeinen Filter für Systemaufrufe. Ergänzen Sie --calls observed, oder entfernen Sie die Option.",
	"calls-unobserved":
		"Die gespeicherte Beobachtung enthält nicht alle Systemaufrufe der Anwendung. Führen Sie `trace` oder `make` noch einmal mit --calls observed aus.",
	"opening-unknown":
		"Unbekannte Berechtigung '{value}' für --{option}. Es gibt proc, own-process, kernel-proc, sys, unix-sockets, netlink, uevents, packet-sockets, multicast, syslog, memfd, writable-code, ports, abstract-sockets, call:NAME, capability:NAME, port:NUMMER, socket:PFAD und executable-data:VERZEICHNIS.",
	"file-exists": "{path} existiert bereits und wird nicht überschrieben. Wählen Sie einen anderen Dateinamen.",
	"no-package-manager": "Dieses System hat keine unterstützte Paketverwaltung. Installieren Sie diese Pakete selbst: {packages}.",
	"no-cages":
		"Der Zustandsordner {path} enthält keinen Käfig. Prüfen Sie den Pfad, oder wählen Sie mit --state einen anderen Ordner.",
	"no-launcher":
		"Der Käfig wird nicht gestartet, weil dieses System ihn nicht abschotten kann. Fehlende Voraussetzungen: {requirements}. `cagewright doctor` erklärt die Abhilfe.",
	"logs-unknown":
		"{name} schreibt keine Protokolle unter /var/log; es gibt nichts zu rotieren. Die Ausgabe erhält der startende Prozess.",
	"logs-in-place":
		"{name} schreibt in {path} des Systems. Dessen Protokolle rotieren wie bisher die Dateien in /etc/logrotate.d.",
	"limit-not-held":
		"Dieses System kann eine als root gestartete Anwendung nicht auf {value} Prozesse begrenzen: Es gibt keine cgroup, und Ressourcenlimits gelten nicht für root. Starten Sie sie mit --user unter einem anderen Konto, oder entfernen Sie --limit-processes.",
	"logrotate-inexpressible":
		"Eine logrotate-Datei kann {path} nicht ausdrücken: Geschweifte Klammern, Zeilenumbrüche und Bytes, die kein Text sind, sind unzulässig.",
	"reload-unknown":
		"Es ist kein Signal bekannt, auf das {name} das Zertifikat neu liest. Starten Sie die Anwendung im Hook neu, oder prüfen Sie ihre Dokumentation.",
	"record-checksum-for-file": "--checksum setzt eine Datei voraus. Nennen Sie eine mit -o.",
	"output-descriptor":
		"Der Deskriptor {descriptor} ist nicht zum Schreiben geöffnet. Leiten Sie ihn um, etwa mit {descriptor}>DATEI.",
	"output-changed": "Ein anderer Prozess hat {path} inzwischen ersetzt. Klären Sie, welcher, und versuchen Sie es noch einmal.",
	"output-foreign":
		"{path} wurde nicht von Cagewright geschrieben und wird nicht ersetzt. Wählen Sie einen anderen Dateinamen, oder ersetzen Sie die Datei mit --force.",
	"output-is-device":
		"Nach {path} wird nicht geschrieben: Es ist ein Gerät, aber kein Terminal und nicht /dev/null. Nennen Sie eine Datei.",
	"output-is-disk":
		"Nach {path} wird nicht geschrieben: Es ist ein Blockgerät, dessen Inhalt verloren ginge. Nennen Sie eine Datei.",
	"output-is-folder": "{path} ist ein Verzeichnis. Nennen Sie eine Datei darin.",
	"output-is-link":
		"Nach {path} wird nicht geschrieben: Es ist ein Link auf {target}. Nennen Sie das Ziel selbst, oder entfernen Sie den Link.",
	"output-is-socket": "Nach {path} wird nicht geschrieben: Es ist ein Socket. Nennen Sie eine Datei.",
	"output-link-above":
		"{path} wird nicht gefolgt: Es ist der Link eines anderen Benutzers auf {target}. Nennen Sie das Verzeichnis selbst.",
	"output-needs-folder":
		"„{output}“ ist kein Verzeichnis, und diese Ausgabe besteht aus mehreren Dateien. Nennen Sie ein Verzeichnis.",
	"output-no-reader": "Kein Prozess liest aus {path}. Starten Sie zuerst den Leser.",
	"output-of-another":
		"{path} wird nicht ersetzt: Ein anderer Benutzer kann die Datei in dieses gemeinsame Verzeichnis gelegt haben, und ihm würde das Ergebnis gehören. Entfernen Sie sie, oder wählen Sie ein anderes Verzeichnis.",
	"output-own-place":
		"Nach {path} wird nicht geschrieben: Dort bewahrt Cagewright eigene Dateien auf. Nennen Sie eine Datei außerhalb von {state}.",
	"output-protected":
		"{path} oder sein Verzeichnis lässt sich nicht ändern, auch nicht von root. `lsattr` zeigt, ob chattr es schützt.",
	"output-read-only": "{path} liegt auf einem schreibgeschützten Dateisystem. Nennen Sie eine Datei auf einem anderen.",
	"output-reader-gone": "Der Leser von {path} hat vor dem Ende aufgehört. Starten Sie ihn neu, und versuchen Sie es noch einmal.",
	"record-name-or-all": "Nennen Sie einen Käfig, oder schreiben Sie die Nachweise aller Käfige mit --all -o VERZEICHNIS.",
	"record-unreadable": "{path} ist nicht lesbar oder keine gewöhnliche Datei. Prüfen Sie Pfad und Zugriffsrechte.",
	"no-record":
		"Der Käfig {name} hat noch keinen Nachweis: Cagewright schreibt ihn nach der ersten Erprobung. Führen Sie `cagewright trial {name}` aus.",
	"no-such-directory": "Das Verzeichnis '{path}' gibt es nicht. Legen Sie es an, oder nennen Sie ein anderes.",
	"no-such-file": "Die Datei '{path}' gibt es nicht. Prüfen Sie den Pfad.",
	"no-such-generation": "Der Käfig {name} hat keine Generation {generation}. `cagewright show {name}` zeigt seine Generationen.",
	"no-terminal":
		"Der Assistent braucht ein Terminal. Verwenden Sie stattdessen `cagewright make`; `cagewright make --help` zeigt die Optionen.",
	"not-full-landlock":
		"--require full scheitert: Dieser Kernel hat kein Landlock. Starten Sie Linux ab 5.13 mit 'landlock' im Kernel-Parameter lsm=, oder entfernen Sie --require.",
	"not-permitted": "Keine Berechtigung für {path} ({error}). Führen Sie den Befehl als root aus.",
	"not-traced": "Der Käfig {name} wurde noch nicht beobachtet. Führen Sie `cagewright trace {name}` aus.",
	"nothing-to-cage": "Nennen Sie eine Anwendung: eine Vorlage, eine Unit oder einen Befehl, etwa `cagewright make -- BEFEHL`.",
	"nul-in-command": "Der Befehl enthält ein NUL-Byte. Entfernen Sie es.",
	"path-climbs": "Ungültiger Pfad '{path}' ({option}): '..' ist nicht erlaubt. Schreiben Sie den vollständigen Pfad.",
	"path-not-absolute": "Ungültiger Pfad '{path}' ({option}): Er muss mit '/' beginnen.",
	"parameter-invalid": "Ungültiger Wert '{value}' für {name} der Vorlage {template}: erwartet wird {kind}.",
	"parameter-needed":
		"Die Vorlage {template} braucht einen Wert für {name}: Ergänzen Sie --set {name}=WERT. `cagewright template show {template}` beschreibt ihn.",
	"parameter-refused":
		"Diese Werte machen die Vorlage {template} bei {place} ungültig: {problem}. Wählen Sie andere Werte mit --set.",
	"parameter-unknown":
		"Die Vorlage {template} hat keinen Parameter '{name}'. Entfernen Sie ihn{known?, oder verwenden Sie einen von diesen: %}.",
	"set-invalid": "Ungültiges --set '{value}': Schreiben Sie NAME=WERT, den Namen in Kleinbuchstaben.",
	"set-without-template": "--set setzt eine Vorlage voraus. Nennen Sie eine Vorlage, oder entfernen Sie --set.",
	"placeholder-unresolved":
		"Die Vorlage braucht {name}; das gibt es auf diesem System nicht. Installieren Sie es, oder geben Sie den Befehl selbst an.",
	"plan-path-below-file": "{path} hat im Käfig keinen Platz: {above} ist kein Verzeichnis. Schließen Sie eines von beiden aus.",
	"plan-path-twice":
		"Der Plan enthält {path} doppelt, vielleicht als Datei und als Einhängung. Prüfen Sie --include, --writable und --bind.",
	"plan-path-unsafe": "Unsicherer Pfad '{path}' im Plan abgelehnt. Schließen Sie ihn aus.",
	"process-elsewhere":
		"Prozess {pid} läuft in einem Container oder unter einer anderen Wurzel; seine Dateien sind nicht die dieses Systems. Führen Sie Cagewright in diesem Container aus.",
	"process-of-kernel": "Prozess {pid} ist ein Kernel-Thread oder beendet. Nennen Sie einen Prozess der Anwendung.",
	"process-traced": "Prozess {tracer} beobachtet Prozess {pid} bereits. Beenden Sie ihn zuerst.",
	"process-unknown": "Prozess {pid} gibt es nicht. `cagewright apps` zeigt laufende Anwendungen.",
	"port-needs-root":
		"{command} lauscht auf Port {port}, aber {user} darf keine Ports unter {lowest} benutzen. Stellen Sie einen höheren Port ein, oder führen Sie den Befehl als root aus.",
	"nowhere-executable":
		"In keinem Ordner lassen sich Programme ausführen: {folder}, /run, /tmp und /dev/shm sind mit noexec eingehängt. Wählen Sie mit --state einen Zustandsordner ohne noexec.",
	"own-program-not-executable":
		"{path} lässt sich nicht ausführen. Ist das Dateisystem mit noexec eingehängt, installieren Sie Cagewright anderswo, sonst erneut.",
	"path-unusable": "{path} ist nicht verwendbar ({error}). Prüfen Sie den Pfad.",
	"processor-unsupported": "Der Prozessor {processor} wird nicht unterstützt. Verwenden Sie ein System mit x86_64 oder arm64.",
	"program-failed": "{program} ist gescheitert ({problem}). Beheben Sie die Ursache und versuchen Sie es erneut.",
	"program-not-a-file": "{program} ist keine Datei. Nennen Sie das Programm selbst.",
	"program-not-executable": "{program} ist nicht ausführbar. Prüfen Sie den Modus.",
	"program-not-found": "Programm '{program}' nicht gefunden. Prüfen Sie den Namen, oder installieren Sie es.",
	"quote-unterminated": "Der Befehl enthält ein nicht geschlossenes Anführungszeichen {quote}. Schließen Sie es.",
	"read-only-file-system":
		"{path} liegt auf einem schreibgeschützten Dateisystem. War es vorher beschreibbar, sehen Sie im Kernel-Log nach (dmesg); sonst wählen Sie mit --state einen anderen Zustandsordner.",
	"shell-missing": "Für den Käfig ist keine Shell verfügbar. Installieren Sie busybox-static oder bash.",
	"shell-syntax":
		"Der Befehl enthält {character}, wird aber ohne Shell gestartet. Setzen Sie das Zeichen in Anführungszeichen, oder entfernen Sie es.",
	"signal-unknown": "Unbekanntes Signal '{signal}'. `kill -l` zeigt alle Signale.",
	"source-changed": "{path} hat sich während des Kopierens geändert. Versuchen Sie es erneut, wenn kein Prozess darin schreibt.",
	"source-gone": "{path} ist seit der Beobachtung verschwunden. Beobachten Sie erneut.",
	"source-hollow":
		"{path} wurde nicht kopiert: Es ist eine Sparse-Datei von {bytes} Byte mit kaum Inhalt. Lassen Sie sie mit --exclude {path} weg.",
	"source-is-link": "{path} ist seit der Planung zu einem Link geworden. Beobachten Sie erneut.",
	"source-moved": "{path} verweist jetzt auf {real}. Beobachten Sie erneut.",
	"source-not-regular": "{path} ist keine gewöhnliche Datei mehr. Beobachten Sie erneut, oder schließen Sie sie aus.",
	"source-of-kernel": "{path} ist eine Kernel-Datei und lässt sich nicht kopieren. Schließen Sie sie aus.",
	"state-not-regular":
		"{path} ist keine reguläre Datei, stammt also nicht von Cagewright. Verschieben Sie es, oder stellen Sie es aus einer Sicherung wieder her.",
	"state-too-large":
		"{path} ist größer als jede Datei, die Cagewright dort schreibt. Verschieben Sie sie, oder stellen Sie sie aus einer Sicherung wieder her.",
	"current-directory-gone":
		"Das aktuelle Verzeichnis gibt es nicht mehr. Wechseln Sie mit `cd` in ein anderes, und versuchen Sie es erneut.",
	"require-without-run":
		"--require full kann für {name} als Systemdienst nicht gelten, weil systemd ihn ohne Cagewright startet. Entfernen Sie die Option. `cagewright doctor` prüft die Schichten dieses Systems.",
	"state-newer":
		"{path} stammt von einer neueren Version von Cagewright, die diese nicht lesen kann. Verwenden Sie die neuere Version.",
	"state-damaged":
		"{path} ist beschädigt. Stellen Sie es aus einer Sicherung wieder her, oder bauen Sie den Käfig mit --replace neu; seine Daten bleiben.",
	"still-in-use": "{path} wird noch benutzt. Beenden Sie die Prozesse, die es benutzen, und versuchen Sie es erneut.",
	"cage-without-template":
		"Zum Käfig {name} gibt es auf diesem System keine Vorlage; ein Vergleich ist nicht möglich. `cagewright template list` zeigt die Vorlagen.",
	"file-not-regular": "'{file}' ist keine gewöhnliche Datei. Prüfen Sie den Pfad.",
	"target-unknown":
		"Unbekannte Vorlage oder systemd-Unit '{name}'.{similar? Meinten Sie %?} `cagewright template list` und `cagewright apps` zeigen, was es gibt.",
	"size-invalid": "Ungültige Größe '{value}': Erlaubt ist eine Größe ab 4M, etwa 512M oder 2G.",
	"number-invalid": "Ungültige Zahl '{value}': Erlaubt ist eine ganze Zahl ab {least}.",
	"timeout-invalid": "Ungültige Sekundenzahl '{value}': Erlaubt sind Zahlen von 1 bis 86400.",
	"tool-missing": "{tool} fehlt. Installieren Sie das Paket {package}, oder führen Sie `cagewright doctor --fix` aus.",
	"sockets-on-host": "Cagewright kann die Sockets der Anwendung nicht auf dem Host öffnen. Lassen Sie --on-host weg.",
	"socket-invalid":
		"Ungültiger Socket '{value}': schreiben Sie ART ADRESSE, etwa 'stream 127.0.0.1:8080' oder 'stream /run/app.socket mode=0660 group=www-data'. ART ist stream, datagram oder seqpacket.",
	"user-namespaces-off":
		"Dieses System verweigert gewöhnlichen Benutzern Benutzer-Namensräume ({detail}). Erlauben Sie diese mit `sysctl -w {setting}`, oder führen Sie cagewright als root aus.",
	"user-namespaces-refused":
		"Dieses System gibt gewöhnlichen Benutzern in Benutzer-Namensräumen keine Rechte ({detail}). `cagewright doctor` sagt, was zu ändern ist. Oder führen Sie cagewright als root aus.",
	"unsafe-data":
		"In {path} in den Daten des Käfigs wird nicht geschrieben: Es ist kein Verzeichnis. Vielleicht hat die Anwendung dort einen Link angelegt. Prüfen Sie es, entfernen Sie es, und versuchen Sie es erneut.",
	"unsafe-directory":
		"In {path} wird nicht gearbeitet: {problem}. Das Verzeichnis muss Ihnen oder root gehören, nur sein Eigentümer darf darin schreiben, und sein Pfad darf keinen Link eines anderen Benutzers enthalten.",
	// wizard sessions
	"no-session": "Es ist keine Sitzung gespeichert. Beginnen Sie eine mit `cagewright`.",
	"sessions-action-unknown":
		"Unbekannte Aktion '{action}': Es gibt `sessions list`, `sessions show NAME` und `sessions remove NAME`.",
	"cut-off": "Dieser Schritt wurde unterbrochen und zurückgenommen. Führen Sie ihn erneut aus.",
};
