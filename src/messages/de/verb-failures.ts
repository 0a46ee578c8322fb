import type { verbFailuresEn } from "../en/verb-failures.ts";

export const verbFailuresDe: Record<keyof typeof verbFailuresEn, string> = {
	"install-foreign": "{path} gehört jemand anderem und wird nicht überschrieben; beiseitelegen und erneut installieren",
	"export-damaged":
		"{path} ist beschädigt oder stammt von jemand anderem ({where}); nichts wurde übernommen. Den Käfig noch einmal exportieren",
	"export-data-changed":
		"Die Daten von {name} haben sich während des Exports geändert. Beenden Sie, was sie benutzt, und exportieren Sie noch einmal.",
	"export-changed":
		"{name} ist nicht, was gebaut wurde ({finding} {path}), und wird nicht weitergegeben; siehe cagewright check {name}",
	"import-architecture":
		"der Käfig wurde für einen anderen Prozessor gemacht ({theirs}; hier ist es {ours}); hier aus seiner Vorlage neu machen",
	"import-there":
		"einen Käfig {name} oder Daten davon gibt es hier schon, sie bleiben, wie sie sind; mit --name unter einem anderen Namen übernehmen",
	"import-unknown": "abgelehnt: das Archiv nennt unter {what} '{name}', was diese Version nicht kennt; nichts wurde importiert",
	"import-setuid":
		"abgelehnt: {path} im Archiv ist setuid oder setgid; erlauben mit --allow-setuid {path}. Nichts wurde importiert",
	"archive-name": "abgelehnt: ungültiger Name {path} im Archiv; nichts wurde importiert",
	"archive-twice": "abgelehnt: {path} ist zweimal im Archiv; nichts wurde importiert",
	"archive-place": "abgelehnt: {path} hat in einem exportierten Käfig keinen Platz; nichts wurde importiert",
	"archive-link": "abgelehnt: {path} im Archiv ist ein symbolischer Link, wo ein Export keinen hat; nichts wurde importiert",
	"archive-hard-link": "abgelehnt: {path} im Archiv ist ein harter Link, wo ein Export keinen hat; nichts wurde importiert",
	"archive-node": "abgelehnt: {path} im Archiv ist eine Datei der Art {kind}; nichts wurde importiert",
	"archive-setuid": "abgelehnt: {path} in den Daten des Archivs ist setuid oder setgid; nichts wurde importiert",
	"archive-limit": "abgelehnt: {path} im Archiv überschreitet eine Grenze ({what}: {most}); nichts wurde importiert",
	"import-refused": "abgelehnt: {path} im Archiv ({why}); nichts wurde übernommen",
	"import-account":
		"das Konto {account} des Käfigs ist dort {uid}; auf diesem Rechner ist {uid} {other} und {account} ist {otherUid}. Den Käfig hier aus seiner Vorlage neu machen",
	"import-unconfirmed":
		"ein übernommener Käfig enthält Befehle, die hier als root laufen: mit --dry-run ansehen, dann --yes geben",
	"export-needs-file":
		"--json gibt aus, was getan wurde, nicht das Archiv; eine Datei dafür nennen: cagewright export {name} -o {name}.tar --json",
	"export-to-terminal": "ein Archiv ist nichts für ein Terminal; eine Datei nennen: cagewright export {name} -o {name}.tar",
	"minimise-not-asked": "--keep, --keep-kind, --give-up und --jobs sagen, wie verkleinert wird: geben Sie auch --minimise an",
	"minimise-unconfirmed":
		"Es wurde nichts weggelassen, weil niemand gefragt werden konnte; mit --dry-run ansehen und mit --yes wiederholen: cagewright minimise {name} --yes",
	"minimise-unanswered":
		"{name} antwortet so, wie es ist, nicht ({probe} scheitert); so lässt sich nichts als unnötig erweisen. Erst erproben: cagewright trial {name}",
	"minimise-refused": "{name} bleibt bei Generation {generation}, denn die kleinere lief nicht: {cause}",
	"minimise-undone":
		"{name} ist wieder bei Generation {generation}, denn die kleinere antwortete nicht, wo sie gestartet wurde: {cause}",
	"update-refused": "{name} bleibt bei Generation {generation}, denn die neue lief nicht: {cause}",
	"update-undone":
		"{name} ist wieder bei Generation {generation}, die Daten wie sie sind, denn die neue lief nach dem Start nicht: {cause}",
	"update-silent": "{service} antwortet nach dem Neustart nicht: {probe}",
	"update-names-or-all": "zu aktualisierende Käfige nennen oder mit --all alle; zum Beispiel: cagewright update redis",
	"adopt-failed": "{service} läuft auf dem Rechner wie zuvor, denn im Käfig {name} ging es nicht: {cause}",
	"adopt-failed-kept":
		"{service} läuft auf dem Rechner wie zuvor, denn im Käfig {name} ging es nicht: {cause} Was der Dienst dort schrieb, ist in {path} aufgehoben.",
	"adopt-consent":
		"{service} blieb unberührt, weil niemand gefragt werden konnte; sehen Sie mit --dry-run nach, was geschähe, und wiederholen Sie mit --yes.",
	"adopt-probe-fails":
		"{service} antwortet schon so nicht, bevor etwas geändert wurde: {probe}; geben Sie eine andere --probe an.",
	"adopt-too-wide":
		"Im Käfig {name} ist {path} beschreibbar, wo auch andere ihren Zustand haben; machen Sie ihn neu mit engeren --writable-Verzeichnissen.",
	"adopt-which-cage": "{service} hat mehr als einen Käfig ({names}); sagen Sie mit --name, welchen.",
	"adopt-other-application":
		"Der Käfig {name} ist nicht der von {service}: er startet {program}. Nennen Sie den richtigen mit --name, oder machen Sie einen.",
	"release-failed": "{service} läuft in seinem Käfig {name} wie zuvor, denn auf dem Rechner ging es nicht: {cause}",
	"release-link":
		"{path} ist ein Link, den die Anwendung in ihrem Käfig {name} gemacht hat und der aus ihrem Zustand hinausführt; sehen Sie ihn an, und entfernen Sie ihn aus den Daten des Käfigs.",
	"release-place-changed":
		"{path} ist kein gewöhnliches Verzeichnis mehr, oder auf dem Weg dorthin ist ein Link; bringen Sie das vorher in Ordnung.",
	"release-stage-changed":
		"{path} ist nicht der Ordner, der hier beim Herausholen gemacht wurde; nichts wurde von dort oder dorthin bewegt. Sehen Sie ihn an, und räumen Sie ihn weg.",
	"service-not-running": "{service} läuft nicht ({state}); starten Sie ihn zuerst, damit zu sehen ist, dass er antwortet.",
	"service-outside":
		"Der Hauptprozess von {service} ist nicht im Käfig {name}; ein anderes Drop-in ändert vielleicht RootDirectory= (`systemctl cat {service}`).",
	"service-silent-words":
		"{service} ist {state} und antwortete nicht: {probe}. Er sagt: {words} Mehr sagt `journalctl -u {service}`.",
	"service-silent": "{service} ist {state} und antwortete nicht: {probe}. Mehr sagt `journalctl -u {service}`.",
	"undo-failed":
		"{service} war nicht zurückzubringen und steht vielleicht: {cause} Der nächste cagewright-Befehl versucht es wieder; die Daten sind vollständig, auf dem Rechner und im Käfig {name}.",
	"dropin-there":
		"{service} hat schon ein Drop-in für den Käfig {name}; nehmen Sie das zuerst weg: cagewright unit {name} --dropin {service} --uninstall",
	"attach-forbidden":
		"Prozess {pid} kann nicht beobachtet werden: kernel.yama.ptrace_scope ist 3, und das gilt bis zum Neustart. Setzen Sie es in /etc/sysctl.d auf 1 und starten Sie neu, oder zeichnen Sie ohne --attach einen eigenen Start auf.",
	"attach-needs-root":
		"Prozess {pid} darf von diesem Konto nicht beobachtet werden (kernel.yama.ptrace_scope ist {scope}); rufen Sie dies als root auf.",
	"attach-refused":
		"Prozess {pid} kann nicht beobachtet werden, obwohl dies root ist ({detail}); CAP_SYS_PTRACE fehlt, wie in einem Container. Rufen Sie dies auf dem Wirt selbst auf, oder zeichnen Sie ohne --attach auf.",
	"unit-needs-root":
		"{option} ist für Units des Systems, und der Käfig {name} gehört einem gewöhnlichen Benutzer; geben Sie seine Unit ohne {option} aus und legen Sie sie unter ~/.config/systemd/user ab.",
	"dropin-needs-root":
		"{name} entstand ohne root, und {service} kann nur root ändern; bauen Sie den Käfig als root, oder nehmen Sie seine eigene Unit: cagewright unit {name}.",
	"kernel-log-unreadable":
		"Das Kernel-Protokoll /dev/kmsg ist nicht lesbar ({detail}). Starten Sie `cagewright watch` als root auf dem Host, nicht in einem Container.",
	"alarm-not-handled": "Ein Alarm wurde nicht vollständig behandelt ({problem}).",
	"watch-impossible":
		"Diese Maschine kann einen Käfig nicht darauf beobachten, was scheitert ({detail}); das braucht root, perl und einen x86_64-Kernel mit BPF. `cagewright trace NAME --add --attach PID --for ZEIT` beobachtet mit strace und bremst die Anwendung.",
	"watch-no-namespace":
		"Prozess {pid} des Käfigs hat keinen eigenen PID-Namensraum, seine Aufrufe sind also nicht von denen anderer zu trennen; `cagewright trace NAME --add --attach {pid} --for ZEIT` beobachtet ihn mit strace und bremst ihn.",
	"watch-ended": "Die Beobachtung von {name} endete vor der Zeit; was sie sah, ist aufgehoben.",
	"install-needs-root": "Nur root kann Pakete installieren; als root ausführen: {command}",
	"install-failed": "Die Paketverwaltung ist gescheitert: {command}: {detail}",
	"dropin-other-application":
		"{service} startet nicht {program} wie der Käfig {name}: Seine Nutzer fänden eine andere Anwendung vor. Nennen Sie den Käfig dieses Dienstes, oder machen Sie einen: cagewright make {service}",
	"selftest-blind":
		"Der Selbsttest wirkt hier nicht: Selbst ohne jede Schicht kam auf diesen Wegen nichts hinaus: {groups}. Über den Käfig ist nichts bekannt; siehe `cagewright doctor`.",
	"selftest-broken":
		"Der Selbsttest kam zu keinem Ende, über den Käfig ist also nichts bekannt; versuchen Sie es noch einmal, wenn die Maschine weniger zu tun hat. {detail}",
	"selftest-escaped":
		"Der Käfig {name} hält nicht: {ways}. Starten Sie ihn nicht; `cagewright selftest {name}` sagt, was jedes bedeutet und wie es sich schließen lässt.",
	"selftest-needs-systemd":
		"Hier läuft kein systemd, also lässt sich keine Unit prüfen; prüfen Sie ohne --unit den Starter, oder dort, wo die Unit laufen soll.",
	"selftest-own-unit":
		"Die Unit von {name} führt cagewright selbst aus, das den Käfig macht; `cagewright selftest {name}` ohne --unit prüft genau das.",
	"selftest-needs-perl":
		"Der Selbsttest braucht perl auf dieser Maschine (Debian-Paket perl-base); installieren Sie es und testen Sie noch einmal.",
	"unit-changed":
		"{path} wurde geändert, seit es geschrieben wurde; legen Sie die Änderungen in ein Drop-in anderen Namens oder entfernen Sie die Datei und versuchen Sie es noch einmal.",
	"unit-ends":
		"{unit} ist eine Aufgabe, die endet; nennen Sie die Unit dessen, was weiterläuft (`cagewright apps`), oder geben Sie einen Befehl.",
	"unit-foreign":
		"{path} ist nicht von cagewright und bleibt, wie es ist; legen Sie es beiseite und versuchen Sie es noch einmal.",
	"unit-inexpressible": "{setting}={value} lässt sich nicht in eine Unit von systemd schreiben; ändern Sie den Wert.",
	"unit-needs-instance":
		"{unit} ist eine Vorlage von systemd und braucht eine Instanz; schreiben Sie NAME@INSTANZ, etwa postgresql@17-main.",
	"unit-not-installed": "{path} ist nicht da; `cagewright unit NAME --install` schreibt es.",
	"unit-of-other": "{path} gehört dem Käfig {cage}; entfernen Sie es zuerst dort.",
	"unit-overridden":
		"{path} kommt nach {dropin} und setzt {setting}, der Dienst wäre also nicht in seinem Käfig; entfernen Sie die Zeile oder benennen Sie die Datei so, dass sie vorher kommt.",
	"unit-per-connection-refused":
		"{socket} startet {unit} für jede Verbindung und übergibt diese als Deskriptor. Ein Käfig nimmt nur Dienste, die sie von ihrer Standardeingabe lesen (StandardInput=socket); geben Sie den Befehl eines Servers, der selbst lauscht.",
	"unit-program-missing":
		"{unit} startet {program}, und das ist nicht installiert; installieren Sie es, oder geben Sie einen anderen Befehl.",
	"unit-trial-needs-systemd":
		"Hier läuft kein systemd, also lässt sich keine Unit ausprobieren. Ohne --unit und --dropin wird der Starter ausprobiert.",
	"unit-trial-sockets":
		"{name} bekommt Sockets von {sockets}, die der Maschine gehören; ihre Unit lässt sich daneben nicht ausprobieren. Installieren und starten Sie das Drop-in.",
	"unit-trial-own":
		"Die Unit von {name} führt cagewright selbst aus, das den Käfig startet: `cagewright trial {name}` ohne --unit probiert das aus.",
	"unit-rejected":
		"systemd nähme die Unit nicht an ({complaint}); es wurde nichts geschrieben. Bitte melden Sie das mit der Ausgabe von `cagewright unit`.",
	"unit-reload-failed": "systemd hat seine Units nicht neu gelesen ({problem}); was geschrieben wurde, ist zurückgenommen.",
	"unit-sockets-refused":
		"{unit} bekommt die Sockets {sockets} von systemd, und die lassen sich hier nicht übergeben; lassen Sie sie mit eigenen Optionen lauschen und geben Sie diesen Befehl.",
	"unit-per-connection-own":
		"{name} startet für jede Verbindung, und das kann nur eine Socket-Unit. Nehmen Sie ein Drop-in für den Dienst: `cagewright unit {name} --dropin {unit}`.",
	"unit-without-sockets":
		"{name} bekommt seine Sockets beim Start, und keine Unit dieses Systems öffnet sie. Starten Sie es mit `cagewright run {name}`, oder schreiben Sie eine Socket-Unit mit Dienst und nehmen Sie `cagewright unit {name} --dropin UNIT`.",
	"unit-starts-nothing":
		"{unit} startet keinen Befehl; nennen Sie eine andere Unit (`cagewright apps`), oder geben Sie einen Befehl.",
	"unit-unknown": "Es gibt keine systemd-Unit {name}, oder sie ist maskiert; `cagewright apps` zeigt die vorhandenen.",
	"session-unknown": "Eine Sitzung {name} gibt es nicht; `cagewright sessions list` zeigt alle, die es gibt.",
	"session-ambiguous": "So heißen mehrere Sitzungen: {name}. Nehmen Sie stattdessen eine von diesen: {ids}.",
	"session-open": "Die Sitzung {id} ist in Prozess {pid} offen; machen Sie dort weiter, oder beenden Sie ihn zuerst.",
	"session-newer":
		"Die Sitzung {id} stammt von einem neueren cagewright und bleibt, wie sie ist; machen Sie mit jener Version weiter, oder entfernen Sie sie.",
	"session-damaged": "Die Sitzung {id} ist nicht lesbar. Sie wurde beiseitegelegt: {path}.",
	"session-not-kept": "Die Sitzung ließ sich nicht aufheben: {cause}",
	"session-removal-unconfirmed":
		"Mit der Sitzung {name} geht verloren, was beantwortet und beobachtet wurde; bestätigen Sie das mit --yes.",
	"session-name-needed": "Nennen Sie die Sitzung: ihren Käfig oder die Kennung, die `cagewright sessions list` zeigt.",
};
