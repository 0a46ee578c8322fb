import type { Failures } from "../en/failures.ts";
import { templateFailuresDe } from "./template.ts";
import { verbFailuresDe } from "./verb-failures.ts";

/** Fehler, deutsch: was falsch ist, wo, und was zu tun ist; je eine Zeile. */
export const failuresDe: Failures = {
	...verbFailuresDe,
	...templateFailuresDe,
	"access-denied":
		"Dieser Benutzer darf {path} nicht verwenden; starten Sie als root, oder nennen Sie mit --state ein anderes Verzeichnis.",
	"account-file-damaged":
		"{path} ist beschädigt: Welches Konto dieses Rechners für den Käfig angelegt wurde, ist nicht mehr bekannt. Stellen Sie es aus einer Sicherung wieder her, oder löschen Sie es; dann geht alles andere weiter, und das Konto bleibt, bis Sie es entfernen.",
	"account-needs-root":
		"Nur root kann etwas als {account} starten; lassen Sie --user weg, dann läuft es als {own}, oder rufen Sie dies als root auf.",
	"account-always-kept-dedicated": "{name} ist das Konto, das der Käfig für sich hat; es lässt sich nicht weglassen.",
	"account-always-kept-root":
		"{name} wird nicht weggelassen: root gehören die Dateien jedes Käfigs, und Programme fragen, wer 0 ist; nennen Sie es nicht mit --without-account.",
	"account-always-kept-started-as":
		"Als {name} startet die Anwendung, also bleibt es; mit --user startet sie als ein anderes Konto.",
	"account-word-invalid":
		"--{option} {value} nennt kein Konto; schreiben Sie NAME, user:NAME oder group:NAME. Eine Nummer hieße auf einem anderen Rechner ein anderes Konto.",
	"account-word-unknown":
		"Ein Konto {value}, das der Käfig kennen könnte, gibt es auf diesem Rechner nicht; lassen Sie --account {value} weg.",
	"account-unknown":
		"Das Konto {account} gibt es auf diesem Rechner nicht; nennen Sie ein vorhandenes oder legen Sie es mit useradd an.",
	"configuration-conflict":
		"{name}: {paths} wurde im Käfig bearbeitet und hat sich auch auf dem Rechner geändert; nichts wurde getan. Was soll gelten: --configuration keep oder --configuration host",
	"file-there": "{path} gibt es schon und wird nicht überschrieben; eine andere Datei nennen",
	"no-export": "{path} ist kein Käfig, den cagewright export geschrieben hat, oder am Anfang abgeschnitten",
	"dedicated-account-foreign":
		"abgelehnt: das eigene Konto {account} des Käfigs (uid {uid}) kann hier nicht angelegt werden, weil Name oder Nummer ungültig oder vergeben ist; nichts wurde importiert",
	"identity-other":
		"Das Konto {account} mit uid {uid} wird abgelehnt: auf diesem Rechner gehört der Name oder die Nummer zu einem anderen ({other}).",
	"capability-unknown": "Die unbekannte Capability '{name}' wird abgelehnt.",
	"syslog-refused": "{path} wird als Syslog-Socket abgelehnt: /dev/log dieses Rechners führt nicht dorthin.",
	"value-refused":
		"'{value}' wird abgelehnt: Befehl, Verzeichnis und Umgebung dürfen kein NUL enthalten und Namen von Variablen kein '='.",
	"one-form": "{one} und {other} sind zwei Formen desselben Ergebnisses; lassen Sie eine davon weg.",
	"rollback-undone": "{name} ist wieder bei Generation {generation}, denn die andere lief nach dem Start nicht: {cause}",
	"nothing-before": "{name} hat keine Generation vor {generation}; cagewright show {name} --history sagt, was daraus wurde",
	"already-adopted": "{service} läuft schon im Käfig {name}; `cagewright release {service}` holt ihn heraus.",
	"both-changed":
		"{path} von {service} wurde auf dem Rechner und im Käfig geändert; sagen Sie mit --keep host oder --keep cage, was gilt.",
	"cage-adopted": "Der Käfig {name} hat den Dienst {service}; führen Sie zuerst `cagewright release {service}` aus.",
	"cage-has-service":
		"Der Käfig {name} hat schon den Dienst {service}; holen Sie den zuerst heraus, oder nennen Sie mit --name einen anderen Käfig.",
	"no-systemd":
		"Auf diesem Rechner läuft kein systemd, also ist kein Dienst zu übernehmen; starten Sie den Käfig mit `cagewright run`.",
	"not-adopted": "{service} ist in keinem Käfig; `cagewright show NAME` sagt, welchen Dienst ein Käfig hat.",
	"systemctl-failed": "systemctl {what}: {detail}",
	"app-unknown": "Auf diesem Rechner fand sich keine Anwendung {name}; `cagewright apps` zeigt die vorhandenen.",
	"assignment-before-command":
		"Ein Befehl kann nicht mit {name}= beginnen; geben Sie die Variable als Umgebung an (--env {name}=…).",
	"add-same-application":
		"--add setzt die Beobachtung des Käfigs fort, wie er ist; {option} passt nicht dazu. Lassen Sie es weg, oder beobachten Sie ohne --add neu.",
	"attached-ended":
		"Prozess {pid} wird nicht mehr beobachtet: Er ist beendet, oder strace wurde beendet. Sehen Sie nach, ob er läuft, und versuchen Sie es noch einmal, oder zeichnen Sie ohne --attach einen eigenen Start auf.",
	"account-name-invalid":
		"{name} taugt nicht als Name eines Kontos; erlaubt sind bis zu 32 Kleinbuchstaben, Ziffern, Strich und Unterstrich, vorn ein Buchstabe.",
	"audit-danger":
		"Der Käfig {name} ist nicht sicher und wurde nicht gestartet: {place}{what}. {close}; oder nehmen Sie es hin mit --accept-finding {finding}:{path}.",
	"audit-dangers":
		"Der Käfig {name} ist nicht sicher und wurde nicht gestartet: {place}{what}. {close}; oder nehmen Sie es hin mit --accept-finding {finding}:{path}. Noch {more} mehr: cagewright check {name}.",
	"backslash-at-end": "Der Befehl endet mit einem Rückstrich, der für nichts steht; entfernen Sie ihn.",
	"bad-name":
		"{name} taugt nicht als Name eines Käfigs; erlaubt sind Buchstaben, Ziffern, Punkt, Strich und Unterstrich, vorn Buchstabe oder Ziffer.",
	"cage-busy": "Am Käfig {name} arbeitet gerade Prozess {pid}; warten Sie, bis er fertig ist.",
	"cage-name-needed": "Nennen Sie den Käfig; `cagewright list` zeigt alle.",
	"cage-not-built": "Der Käfig {name} ist noch nicht gebaut; führen Sie `cagewright build {name}` aus.",
	"cage-not-running": "Die Anwendung des Käfigs {name} läuft nicht; starten Sie sie mit `cagewright run {name}`.",
	"cage-running": "Der Käfig {name} wird von Prozess {pid} benutzt; beenden Sie ihn zuerst.",
	"cage-runs-wider":
		"Prozess {pid} des Käfigs {name} hat {above} eingehängt, und künftig soll es nur {path} darunter sein: Beenden Sie den Käfig zuerst, damit sein Zustand verschoben werden kann.",
	"cage-unit-runs": "{service} des Käfigs {name} ist {state}; halten Sie ihn zuerst an: systemctl stop {service}",
	"cage-unknown": "Einen Käfig {name} gibt es nicht; `cagewright list` zeigt die vorhandenen.",
	"cannot-read": "{path} lässt sich nicht lesen ({error}); prüfen Sie die Datei und ihr Dateisystem.",
	"cannot-remove":
		"{path} lässt sich nicht entfernen ({error}); sehen Sie nach, was es festhält, und versuchen Sie es noch einmal.",
	"cannot-write": "{path} lässt sich nicht schreiben ({error}); prüfen Sie das Dateisystem und seine Mount-Optionen.",
	"check-names-or-all": "Nennen Sie die Käfige, die geprüft werden sollen, oder --all für jeden.",
	"choice-gone": "{name} ist nicht mehr da; wählen Sie noch einmal.",
	"command-empty": "Der Befehl fehlt; geben Sie das Programm mit seinen Argumenten ein.",
	"command-needs-separator": "Wofür steht {word}? Setzen Sie `--` vor den Befehl: cagewright make -- BEFEHL.",
	"command-not-in-cage":
		"{program} ist nicht im Käfig {name} (Programme darin: {programs}); nehmen Sie es mit --include PFAD auf, oder sehen Sie sich mit `cagewright shell {name}` um.",
	"consent-needed":
		"Es wurde nichts gebaut, weil niemand gefragt werden konnte; sehen Sie den Plan an und wiederholen Sie es mit {option}.",
	"dedicated-account-group":
		"Auf diesem Rechner gibt es eine Gruppe {account}, aber kein solches Konto; nennen Sie ein anderes mit --dedicated-account NAME.",
	"dedicated-account-of-everybody":
		"{account} ist ein Konto, das jedes Paket benutzen darf, und kann also nicht dem Käfig allein gehören; nennen Sie ein anderes mit --dedicated-account NAME.",
	"dedicated-account-root":
		"{program} läuft nur als root, es gibt also kein Konto zu ersetzen; nennen Sie mit --user eines, als das es startet.",
	"dedicated-account-several":
		"Es läuft unter mehreren Konten ({accounts}), und ein eigenes kann nur für eines stehen; starten Sie es mit --user als dieses.",
	"dedicated-account-shared":
		"Das Konto {account} kann nicht dem Käfig allein gehören: {why} benutzt es; nennen Sie ein anderes mit --dedicated-account NAME.",
	"device-refused": "Das Gerät {path} wird abgelehnt: es würde einen Ausbruch erlauben. Lassen Sie es weg.",
	"device-unknown": "{path} ist keine Gerätedatei dieses Rechners; prüfen Sie den Namen.",
	"disk-full": "Für {path} ist kein Platz mehr; schaffen Sie Platz und versuchen Sie es noch einmal.",
	"ended-on-host":
		"{command} endete von selbst mit Status {status}, auch außerhalb eines Käfigs{words?: %}. Es muss im Vordergrund bleiben: Suchen Sie eine Option wie --foreground oder --no-daemon.",
	"env-invalid":
		"{value} ist keine Umgebungsvariable; schreiben Sie NAME=Wert, den Namen aus Buchstaben, Ziffern und Unterstrichen.",
	"executable-unreadable": "{path} lässt sich nicht als Programm lesen; prüfen Sie die Datei und ihren Modus.",
	"explain-unknown":
		"{subject} ist weder ein Pfad noch ein Systemaufruf, den der Filter kennt, noch eine Capability; Pfade beginnen mit einem Schrägstrich.",
	"failed-beside-service":
		"{command} scheitert mit Status {status}, während {unit} auf diesem Host läuft{words?: %}. Wenn beide etwas brauchen, das nur einer haben kann, etwa einen Namen am D-Bus, halten Sie den Dienst an und versuchen Sie es erneut: systemctl stop {units}",
	"failed-capabilities":
		"{command} scheitert mit Status {status}{words?: %}. Es darf die Capabilities {names} nicht behalten. Wenn es sie braucht, erlauben Sie sie: {option}",
	"failed-unreachable":
		"{command} scheitert mit Status {status}{words?: %}. Es fragte nach {paths}, einem Dienst dieses Hosts, den es nicht erreichen darf. Wenn es das darf, ergänzen Sie {options}",
	"failed-refused":
		"{command} scheitert mit Status {status}{words?: %}. Die Sandbox hat {calls} verweigert; auch kein Käfig erlaubt das: Suchen Sie eine Option, die ohne auskommt, oder beobachten Sie auf dem Host selbst (--on-host).",
	"failed-on-host": "{command} scheitert mit Status {status}, auch außerhalb eines Käfigs: {words}",
	"failed-on-host-silent":
		"{command} scheitert mit Status {status}, auch außerhalb eines Käfigs, und gibt nichts aus; seine Meldungen gehen vielleicht an das Systemprotokoll. Lassen Sie es sie ausgeben und sehen Sie, was fehlt.",
	"failed-on-host-writing":
		"{command} scheitert mit Status {status}, auch außerhalb eines Käfigs{words?: %}. Es konnte {path} nicht schreiben ({error}): Ergänzen Sie --directory {directory}, wenn sein Dienst dieses Verzeichnis anlegt, sonst prüfen Sie Eigentümer und Modus.",
	"file-unreadable": "{file} lässt sich nicht lesen: {detail}",
	"foreign-directory": "In {path} liegt Fremdes ({name}); wählen Sie mit --state ein leeres Verzeichnis.",
	"foreign-link":
		"{path} ist ein Verweis im Zustandsordner eines anderen Benutzers, dem root nicht folgt. Rufen Sie den Befehl als dieser Benutzer auf.",
	"finding-unknown": "Einen Befund {code}, der hingenommen werden könnte, gibt es nicht; es gibt: {codes}.",
	"for-needs-attach":
		"--for sagt, wie lange beobachtet wird, was läuft: ein Prozess mit --attach PID, oder bei `trace` der genannte Käfig.",
	"generation-in-use": "Generation {generation} ist die gegenwärtige und bleibt; wechseln Sie zuerst zu einer anderen.",
	"group-unknown":
		"Die Gruppe {group} gibt es auf diesem Rechner nicht; nennen Sie eine vorhandene oder legen Sie sie mit groupadd an.",
	"option-unused": "`{verb}` verwendet {option} hier nicht; lassen Sie es weg oder geben Sie es bei {others} an.",
	"option-without": "{option} bedeutet nur mit {needs} etwas; geben Sie das dazu oder lassen Sie {option} weg.",
	"removal-unconfirmed":
		"{name} wurde nicht entfernt, weil niemand gefragt werden konnte; sehen Sie mit --dry-run nach und wiederholen Sie es mit --yes.",
	"seed-unknown": "Unter {path} gibt es auf diesem Rechner nichts zu übernehmen; prüfen Sie den Pfad.",
	"bind-below-bind":
		"{path} liegt unter {above}, das ebenfalls eingebunden wird, und wird darum nicht eigens eingehängt; lassen Sie eine der beiden Einbindungen weg.",
	"bind-below-writable":
		"{path} liegt unter {above}, das die Anwendung beschreibt und das zu den Daten des Käfigs gehört, dort wird nichts eingebunden; binden Sie stattdessen {above}:rw ein, oder lassen Sie die Einbindung weg.",
	"bind-gone":
		"{path} fehlt oder lässt sich nicht betreten, {bind} ist im Käfig also nicht zu zeigen; stellen Sie es wieder her, oder bauen Sie den Käfig ohne diese Einbindung neu.",
	"bind-unsafe":
		"{path} führt zur Einbindung {bind} und ist kein Verzeichnis (mehr), von dort wird nichts eingehängt; finden Sie heraus, wer es ersetzt hat, und stellen Sie das Verzeichnis wieder her.",
	"data-gone":
		"{path} fehlt oder lässt sich nicht betreten ({error}), der Käfig hat also keinen Zustand zum Einhängen; stellen Sie es aus einer Sicherung wieder her, oder führen Sie `cagewright make` mit --replace noch einmal aus.",
	"data-twice":
		"{path} und {other} in den Daten des Käfigs heißen gleich, und nur eines davon kann dort sein; sehen Sie beide an, entfernen oder benennen Sie eines um, und versuchen Sie es noch einmal.",
	"data-unsafe":
		"{path} ist kein Verzeichnis (vielleicht ein Verweis, den die Anwendung angelegt hat), von dort wird nichts eingehängt; sehen Sie es an, entfernen Sie es, und stellen Sie das Verzeichnis wieder her.",
	"bind-unknown": "{path} gibt es auf diesem Rechner nicht; prüfen Sie den Pfad.",
	"bind-state":
		"{path} liegt im Zustandsordner {state} oder enthält ihn: Das darf kein Käfig sehen. Binden Sie ein anderes Verzeichnis ein.",
	"bind-refused":
		"{path} gehört zum System selbst und wird in keinem Käfig gezeigt; binden Sie das eine Verzeichnis darunter ein, das gebraucht wird.",
	"writable-refused":
		"{path} ({option}) machte ein Verzeichnis beschreibbar, das dem System selbst gehört; nennen Sie eines der Anwendung darunter.",
	"include-matches-nothing": "{value} passt auf nichts auf diesem Rechner; prüfen Sie Pfad oder Muster.",
	internal: "Ein Fehler in Cagewright: {detail}. Bitte melden Sie ihn, mit dem, was `--debug` zeigt.",
	"launch-failed": "Der Käfig ließ sich nicht starten: {detail}. `cagewright doctor` sagt, was diesem Rechner fehlt.",
	"lock-unreadable": "Die Sperre {path} lässt sich nicht lesen; wenn kein anderes cagewright läuft, entfernen Sie sie.",
	"manifest-damaged":
		"{path} ist beschädigt; `cagewright rollback {name}` geht zur Generation davor zurück, oder machen Sie den Käfig mit --replace neu, seine Daten bleiben.",
	"manifest-invalid": "Das Verzeichnis der Einträge des Käfigs ist beschädigt: {where} {problem}",
	"missing-program": "{program} ist nicht installiert; `cagewright doctor --fix` installiert, was fehlt.",
	"mount-point-unsafe":
		"{path} ist kein gewöhnliches Verzeichnis, dort wird nichts eingehängt; entfernen Sie es aus den Daten des Käfigs.",
	"mounted-below": "Unter {path} ist {mount} eingehängt; hängen Sie es zuerst aus.",
	"name-taken":
		"Den Käfig {name} gibt es schon, für eine andere Anwendung ({command}); nehmen Sie einen anderen Namen oder ersetzen Sie ihn mit --replace.",
	"no-free-account-id":
		"Das Konto {account} lässt sich nicht anlegen: Jede Nummer zwischen SYS_UID_MIN und SYS_UID_MAX (/etc/login.defs) ist vergeben; erhöhen Sie SYS_UID_MAX.",
	"needs-capabilities":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Es darf die Capabilities {names} nicht behalten. Wenn es sie braucht, erlauben Sie sie: {option}. Probe: {probe}",
	"needs-unseen":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Diese Aufrufe wurden dort verweigert, und bei der Beobachtung gelangen sie nie: {calls}. Wenn die Anwendung sie machen darf, ergänzen Sie {options}. Probe: {probe}",
	"needs-refused":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Ihm fehlt, was verweigert wurde: {permissions}. Wenn es offen sein darf, lassen Sie {options} weg. Probe: {probe}",
	"opening-both": "--allow und --refuse nennen beide {value}; nehmen Sie eines davon weg.",
	"opening-unknown":
		"--{option} {value} ist keine Öffnung; es gibt proc, kernel-proc, sys, unix-sockets, netlink, multicast, syslog, memfd, writable-code, capability:NAME, socket:PFAD und executable-data:VERZEICHNIS.",
	"needs-declined":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Ihm fehlt, was weggelassen wurde: {paths}. Wenn es hinein darf, ergänzen Sie {options}. Probe: {probe}",
	"needs-excluded":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Ihm fehlt, was weggelassen wurde: {paths}. Nehmen Sie das --exclude zurück. Probe: {probe}",
	"file-exists":
		"Unter {path} gibt es schon etwas, und nichts wird überschrieben; nennen Sie eine Datei, die es noch nicht gibt.",
	"needs-account":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Ihm fehlt ein Konto, das weggelassen wurde: {accounts}. Nehmen Sie --without-account zurück, wenn der Käfig es kennen darf. Probe: {probe}",
	"needs-declined-executing":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Ihm fehlt, was weggelassen wurde: {paths}. Es führt auch aus, was es selbst geschrieben hat. Wenn beides sein darf, ergänzen Sie {options}. Probe: {probe}",
	"needs-executable-data":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Es führt aus, was es selbst geschrieben hat: {paths}. Daten im Käfig lassen sich nicht ausführen, denn ein Angreifer könnte eine Datei laufen lassen, die er dort untergebracht hat. Wenn es das darf, ergänzen Sie {options}. Probe: {probe}",
	"needs-kernel-files":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Ihm fehlt {paths}, Dateien des Kernels, die etwas über den Host verraten. Wenn es sie lesen darf, ergänzen Sie {options}. Probe: {probe}",
	"no-package-manager": "Keine bekannte Paketverwaltung auf diesem System; installieren Sie von Hand: {packages}.",
	"no-cages": "In {path} gibt es keinen Käfig; ist das der richtige Ordner? --state nennt einen anderen.",
	"no-launcher":
		"Kein Käfig wird gestartet, weil dieser Rechner ihn nicht abschotten kann. Fehlende Voraussetzungen: {requirements}. `cagewright doctor` zeigt, wie sie zu installieren sind.",
	"line-unreadable": "Eine Shell kann diese Zeile nicht lesen: {detail}",
	"line-program-missing":
		"{program} gibt es auf diesem Rechner nicht: Installieren Sie, was es mitbringt, oder fragen Sie anders.",
	"probe-guess-failed":
		"Für {command} ist keine Probe bekannt, und die zu seinem Port gelingt nicht: {probe} {words} Geben Sie eine Shellzeile an, die bei einer wirklichen Antwort mit 0 endet (--probe).",
	"no-probe":
		"Es fehlt eine Probe, ob {command} funktioniert; geben Sie eine Shell-Zeile an, die bei echter Antwort mit 0 endet (--probe).",
	"logs-unknown":
		"{name} schreibt keine eigenen Protokolle unter /var/log, die zu rotieren wären; was sie ausgibt, bekommt, wer sie startet.",
	"limit-not-held":
		"Nichts auf diesem System hält eine Anwendung, die als root startet, bei {value} Prozessen: es gibt keine Control Group, und ein Ressourcenlimit hält root nicht. Starten Sie sie unter einem Konto (--user), oder lassen Sie --limit-processes weg.",
	"logrotate-inexpressible":
		"Eine Datei für logrotate kann {path} nicht ausdrücken: keine geschweiften Klammern, Zeilenenden oder Bytes, die kein Text sind.",
	"reload-unknown":
		"Es ist kein Signal bekannt, auf das {name} ihr Zertifikat neu liest; starten Sie sie im Hook neu, oder fragen Sie ihre Dokumentation.",
	"record-checksum-for-file": "Eine Prüfsumme gehört zu einer Datei; mit -o ist eine zu nennen.",
	"record-into-folder": "{path} ist ein Verzeichnis; nennen Sie eine Datei darin.",
	"record-unreadable": "{path} lässt sich nicht lesen oder ist keine Datei.",
	"no-record": "Für den Käfig {name} gibt es noch keinen Nachweis; er entsteht nach der ersten Erprobung.",
	"no-such-directory": "Das Verzeichnis {path} gibt es nicht; legen Sie es an oder nennen Sie ein anderes.",
	"no-such-file": "Die Datei {path} gibt es nicht; prüfen Sie den Namen.",
	"no-such-generation": "Generation {generation} gibt es nicht; `cagewright show {name}` nennt die vorhandenen.",
	"no-terminal": "Der Assistent braucht ein Terminal; ohne eines hilft `cagewright make --help`.",
	"not-answered-after-signal":
		"{name} antwortet in seinem Käfig, aber nicht mehr nach {signals}; in der Sandbox überstand es das. Letzte Ausgabe: {words} · War der Rechner ausgelastet, noch einmal versuchen; `cagewright explain {name}` zeigt, was der Käfig verweigert.",
	"not-answered-in-cage":
		"{name} antwortet in seinem Käfig nicht. Letzte Ausgabe: {words} · Es fehlt: {missing} · Probe: {probe} · `cagewright explain {name}` zeigt, was der Käfig verweigert.",
	"not-answered-in-cage-nothing-missing":
		"{name} antwortet in seinem Käfig nicht, obwohl dort alles ist, was bei der Aufzeichnung gelang. Letzte Ausgabe: {words} · Probe: {probe} · Prüfen Sie, ob die Probe passt, und ergänzen Sie mit --exercise, was die Anwendung vor dem Fehler tut.",
	"not-answered-in-cage-silent":
		"{name} antwortet in seinem Käfig nicht und gibt nichts aus. Es fehlt: {missing} · Probe: {probe} · `cagewright explain {name}` zeigt, was der Käfig verweigert.",
	"not-answered-in-cage-nothing-missing-silent":
		"{name} antwortet in seinem Käfig nicht und gibt nichts aus, obwohl dort alles ist, was bei der Aufzeichnung gelang. Probe: {probe} · Prüfen Sie, ob die Probe passt, und suchen Sie eine Option, mit der {name} auf stderr protokolliert.",
	"not-answered-disk-full":
		"{name} antwortet nicht, und für {path} ist kein Platz mehr; schaffen Sie Platz und versuchen Sie es noch einmal.",
	"not-answered-refused":
		"{command} antwortet nicht{words?: %}. Die Sandbox hat {calls} verweigert; auch kein Käfig erlaubt das: Suchen Sie eine Option, die ohne auskommt, oder beobachten Sie auf dem Host selbst (--on-host). Probe: {probe}",
	"sandbox-disk-full":
		"Kein Platz mehr für das, was {command} schreibt: Der Datenträger ist fast voll; sie wurde beendet und alles, was sie schrieb, entfernt. Schaffen Sie Platz, oder prüfen Sie, warum sie so viel schreibt.",
	"not-answered-on-host":
		"{command} läuft, beantwortet aber die Probe auch außerhalb eines Käfigs nicht{words?: %}. {ports?Es lauscht an %. }Prüfen Sie Konto und Befehl, oder geben Sie eine passende Probe an: --probe 'BEFEHL'. Probe: {probe}",
	"not-full-landlock":
		"--require full: Dieser Kern hat kein Landlock; Linux ab 5.13 mit landlock in lsm= auf seiner Befehlszeile starten, oder --require weglassen.",
	"not-full-pids":
		"--require full: Dieses systemd kennt kein PrivatePIDs=; systemd ab 257 nehmen, den Käfig mit `cagewright run` starten, oder --require weglassen.",
	"not-permitted": "{path}: nicht erlaubt ({error}); führen Sie dies als root aus.",
	"not-traced": "{name} wurde noch nicht beobachtet; führen Sie `cagewright trace {name}` aus.",
	"nothing-to-cage": "Es fehlt die Anwendung; nennen Sie eine Vorlage oder einen Befehl: cagewright make -- BEFEHL.",
	"nul-in-command": "Ein NUL-Byte kann nicht Teil eines Befehls sein; entfernen Sie es.",
	"path-climbs": "{path} ({option}) steigt mit `..` auf; schreiben Sie den Pfad ohne das.",
	"path-not-absolute": "{path} ({option}) muss mit einem Schrägstrich beginnen.",
	"parameter-invalid": "{value} ist kein Wert für {name} der Vorlage {template} ({kind}).",
	"parameter-needed":
		"Die Vorlage {template} braucht {name}: --set {name}=WERT. `cagewright template show {template}` sagt, was das ist.",
	"parameter-refused": "Mit diesen Werten sagt die Vorlage {template} bei {place}, was keine Vorlage darf: {problem}.",
	"parameter-unknown": "Die Vorlage {template} hat keinen Parameter {name}; sie hat: {known}.",
	"set-invalid": "--set {value}: Schreiben Sie NAME=WERT, den Namen in Kleinbuchstaben.",
	"set-without-template": "--set gibt einer Vorlage einen Wert, und es wurde keine genannt.",
	"placeholder-unresolved":
		"Die Vorlage verlangt {name}, und das gibt es auf diesem Rechner nicht; geben Sie den Befehl selbst an.",
	"plan-path-below-file": "{path} läge unter {above}, und das ist kein Verzeichnis; schließen Sie eines von beiden aus.",
	"plan-path-twice": "{path} ist doppelt geplant; schließen Sie es einmal aus.",
	"plan-path-unsafe": "{path} ist kein sicherer Pfad für einen Käfig; schließen Sie ihn aus.",
	"probe-answered-by-another":
		"Die Probe wird schon von etwas beantwortet, das auf diesem Rechner läuft: {probe}. Beenden Sie das, oder beobachten Sie in einer Sandbox ohne --on-host.",
	"probe-proves-nothing":
		"Die Probe gelingt, obwohl die Anwendung nicht läuft, und beweist darum nichts: {probe}. Fragen Sie die Anwendung selbst.",
	"process-elsewhere":
		"Prozess {pid} läuft in einem Container oder einer eigenen Wurzel, deren Dateien nicht die dieses Rechners sind; sperren Sie ihn dort ein.",
	"process-of-kernel": "Prozess {pid} gehört dem Kern oder ist beendet; nennen Sie den Prozess der Anwendung selbst.",
	"process-traced": "Prozess {pid} wird schon von Prozess {tracer} beobachtet; beenden Sie erst diesen.",
	"process-unknown": "Es gibt keinen Prozess {pid}; `cagewright apps` zeigt, was läuft.",
	"port-needs-root":
		"{command} will Port {port}, und {user} bekommt keinen unter {lowest}; lassen Sie es an einem höheren lauschen, oder rufen Sie dies als root auf.",
	"nowhere-executable":
		"In keinem Ordner dürfen Programme ausgeführt werden: {folder}, /run, /tmp und /dev/shm sind mit noexec eingehängt. Geben Sie mit --state einen anderen Ordner an.",
	"processor-unsupported": "Dieser Prozessor ({processor}) wird nicht unterstützt; nehmen Sie einen Rechner mit amd64.",
	"program-failed": "{program} ist gescheitert: {problem}",
	"program-not-a-file": "{program} ist keine Datei; nennen Sie das Programm selbst.",
	"program-not-executable": "{program} darf nicht ausgeführt werden; prüfen Sie seinen Modus.",
	"program-not-found": "{program} gibt es auf diesem Rechner nicht; prüfen Sie den Namen oder installieren Sie es.",
	"quote-unterminated": "Ein Anführungszeichen {quote} wird geöffnet und nie geschlossen; schließen Sie es.",
	"read-only-file-system": "{path} liegt auf einem nur lesbaren Dateisystem; wählen Sie mit --state ein anderes Verzeichnis.",
	"shell-missing":
		"Es gibt keine Shell, die in den Käfig mitgenommen werden könnte; installieren Sie busybox-static (oder bash).",
	"shell-syntax":
		"{character} gilt einer Shell, der Befehl wird aber ohne Shell gestartet; setzen Sie es in Anführungszeichen oder lassen Sie es weg.",
	"signal-unknown": "Das Signal {signal} gibt es nicht; `kill -l` zeigt alle.",
	"source-changed": "{path} hat sich während des Kopierens geändert; versuchen Sie es noch einmal, wenn es ruht.",
	"source-gone": "{path} ist seit der Beobachtung verschwunden; beobachten Sie noch einmal.",
	"source-hollow":
		"{path} ist {bytes} Byte lang und besteht fast nur aus Löchern; nichts wurde kopiert. Lassen Sie es mit --exclude {path} weg.",
	"source-is-link": "{path} ist seit der Planung ein Verweis geworden; beobachten Sie noch einmal.",
	"source-moved": "{path} führt jetzt nach {real}; beobachten Sie noch einmal.",
	"source-not-regular": "{path} ist keine gewöhnliche Datei mehr; beobachten Sie noch einmal oder schließen Sie es aus.",
	"source-of-kernel": "{path} gehört dem Kern und lässt sich nicht kopieren; schließen Sie es aus.",
	"state-damaged":
		"{path} ist beschädigt; stellen Sie es aus einer Sicherung wieder her, oder machen Sie den Käfig mit --replace neu, seine Daten bleiben.",
	"still-in-use": "{path} wird noch benutzt; beenden Sie, was es benutzt, und versuchen Sie es noch einmal.",
	"cage-without-template": "Der Käfig {name} ist nicht aus einer Vorlage entstanden, die es hier gibt.",
	"file-not-regular": "{file} ist keine gewöhnliche Datei.",
	"target-unknown":
		"Es gibt weder eine Vorlage noch eine systemd-Unit {name}; `cagewright template list` und `cagewright apps` zeigen die vorhandenen.",
	"timeout-invalid": "{value} ist keine Zahl von Sekunden; schreiben Sie eine von 1 bis 86400.",
	"tool-missing": "{tool} fehlt; installieren Sie das Paket {package} oder führen Sie `cagewright doctor --fix` aus.",
	"sockets-on-host":
		"Die Sockets, die sie beim Start bekommt, lassen sich nicht auf dem System selbst öffnen; lassen Sie --on-host weg.",
	"socket-invalid":
		"Ungültiger Socket '{value}': schreiben Sie ART ADRESSE, etwa 'stream 127.0.0.1:8080' oder 'stream /run/app.socket mode=0660 group=www-data'. ART ist stream, datagram oder seqpacket.",
	"user-namespaces-off":
		"Dieses System gibt gewöhnlichen Benutzern keine Benutzernamensräume ({detail}); als root erlaubt `sysctl -w {setting}` sie, oder rufen Sie cagewright als root auf.",
	"user-namespaces-refused":
		"Dieser Benutzer bekommt keinen Benutzernamensraum mit Rechten darin ({detail}); erlauben Sie das auf diesem System, oder rufen Sie cagewright als root auf.",
	"unsafe-data":
		"{path} in den Daten des Käfigs ist kein Verzeichnis (vielleicht ein Verweis, den die Anwendung angelegt hat), dort wird nichts abgelegt; sehen Sie es an, entfernen Sie es, und versuchen Sie es noch einmal.",
	"unsafe-directory":
		"In {path} lässt sich nicht sicher arbeiten ({problem}); es muss Ihnen gehören, ohne Verweis auf dem Weg, und sonst darf niemand schreiben.",
	// sessions of the wizard
	"no-session": "Es gibt keine verlassene Sitzung; `cagewright` allein beginnt eine.",
	"sessions-action-unknown": "`sessions` kennt list, show NAME und remove NAME, nicht {action}.",
	"cut-off": "Das brach ab, als der Assistent endete; davon ist nichts übrig. Beginnen Sie es neu.",
};
