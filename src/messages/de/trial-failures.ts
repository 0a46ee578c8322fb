import type { trialFailuresEn } from "../en/trial-failures.ts";

export const trialFailuresDe: Record<keyof typeof trialFailuresEn, string> = {
	"ended-as-service":
		"{command} endete von selbst mit Status {status}{words?: %}. Auch {unit} hat auf diesem Rechner keinen Prozess: {settings?Vielleicht schaltet % den Dienst ab, oder }die Konfiguration gibt ihm nichts zu tun. Schalten Sie ihn ein, und versuchen Sie es erneut, wenn systemctl status {unit} einen Prozess zeigt.",
	"ended-condition":
		"{command} endete von selbst mit Status {status}{words?: %}. systemd startet {unit} auf diesem Rechner nicht, weil eine Bedingung der Unit nicht erfüllt ist. systemctl status {unit} nennt sie. Erfüllen Sie sie, und versuchen Sie es erneut.",
	"ended-itself":
		"{command} endete von selbst mit Status {status}{words?: %}. Die Anwendung muss weiterlaufen. {settings?Sie las %; das schaltet sie vielleicht ab. }{processes?% suchte andere Prozesse, und ein Käfig zeigt nur seine eigenen. }Suchen Sie eine Option, mit der sie weiterläuft, wie --foreground oder --no-daemon.",
	"failed-beside-service":
		"{command} scheiterte mit Status {status}, während {unit} auf diesem Host läuft{words?: %}. {refused?Zuletzt verweigert: %. }{away?Sandbox und Probelauf erreichen weder andere Systeme noch abstrakte Sockets des Hosts; eine Verbindung zu % war deshalb nicht möglich. }Brauchen beide etwas, das nur einer haben kann, etwa einen Namen am D-Bus, halten Sie den Dienst an, und versuchen Sie es erneut: systemctl stop {units}",
	"failed-capabilities":
		"{command}{status? scheiterte mit Status %}{probe? antwortet nicht}{words?: %}. Die Anwendung darf die Capabilities {names} nicht behalten. Wenn sie diese braucht, erlauben Sie sie: {option}{probe? · Sonst prüfen Sie die Probe: %}",
	"failed-in-sandbox":
		"{command} scheiterte mit Status {status} in der Sandbox{words?: %}. {refused?Zuletzt verweigert: %. }{away?Sandbox und Probelauf erreichen weder andere Systeme noch abstrakte Sockets des Hosts; eine Verbindung zu % war deshalb nicht möglich. }Prüfen Sie Befehl und Konfiguration, und ob die Anwendung außerhalb eines Käfigs läuft.",
	"failed-kernel-settings":
		"{command} scheiterte mit Status {status}{words?: %}. Die Anwendung konnte {paths} nicht schreiben: Einstellungen des Kernels sind in der Sandbox und in jedem Käfig nur lesbar, und keine Option erlaubt es. Setzen Sie die Werte auf dem Host, und suchen Sie nach einer Option, sie zu belassen.",
	"failed-machine-capabilities":
		"{command}{status? scheiterte mit Status %}{probe? antwortet nicht}{words?: %}. Die Anwendung verlangt die Capabilities {names}, die das System selbst ändern; kein Käfig behält sie, und keine Option erlaubt es. Suchen Sie nach einer Option, um darauf zu verzichten, oder lassen Sie die Anwendung außerhalb.{probe? Arbeitet sie auch ohne sie, prüfen Sie die Probe: %}",
	"failed-on-host":
		"{command} scheiterte mit Status {status} außerhalb eines Käfigs. Berichtigen Sie zuerst den Befehl oder die Konfiguration. Die letzte Ausgabe: {words}",
	"failed-on-host-silent":
		"{command} scheiterte mit Status {status} außerhalb eines Käfigs und gab nichts aus. Prüfen Sie das Systemprotokoll, oder lassen Sie die Anwendung auf stderr protokollieren.",
	"failed-on-host-writing":
		"{command} scheiterte mit Status {status}{words?: %}. Die Anwendung konnte {path} nicht schreiben ({error}). Wenn ihr Dienst das Verzeichnis anlegt, ergänzen Sie --directory {directory}. Sonst prüfen Sie Eigentümer und Modus.",
	"failed-only-in-sandbox":
		"{command} scheiterte mit Status {status} in der Sandbox, obwohl {service} auf diesem Rechner läuft{words?: %}. {processes?% suchte andere Prozesse, und ein Käfig zeigt nur seine eigenen. }{refused?Zuletzt verweigert: %. }Um ohne Sandbox aufzuzeichnen, halten Sie den Dienst an und ergänzen Sie --on-host.",
	"failed-refused":
		"{command} scheiterte mit Status {status}{words?: %}. Die Sandbox verweigerte {calls}; jeder Käfig verweigert das ebenfalls. Keine Option erlaubt es. Suchen Sie eine Option, die es abschaltet.",
	"failed-unreachable":
		"{command} scheiterte mit Status {status}{words?: %}. Die Anwendung verlangte {paths} von einem Dienst dieses Hosts, den sie nicht erreichen darf. Um das zu erlauben, ergänzen Sie {options}",
	"failed-unusable":
		"{command} endete mit Status {status}{words?: %}. Sie läuft als {user}; dieses Konto{enter? darf % nicht betreten,}{execute? darf % nicht ausführen,}{read? darf % nicht lesen,} deshalb ändern Sie Eigentümer oder Rechte, oder wählen Sie mit --user ein anderes Konto.",
	"failed-unusable-rootless":
		"{command} endete mit Status {status}{words?: %}. Sie läuft als {user}; dieses Konto{enter? darf % nicht betreten,}{execute? darf % nicht ausführen,}{read? darf % nicht lesen,} deshalb nennen Sie Kopien, die {user} benutzen darf, mit --cwd und im Kommando nach --, oder starten Sie cagewright als root.",
	"failed-without-machine":
		"{command} scheiterte mit Status {status} in der Sandbox, obwohl {service} auf diesem Rechner läuft{words?: %}. {refused?Zuletzt verweigert: %. }Sandbox und Probelauf erreichen weder andere Systeme noch abstrakte Sockets des Hosts; eine Verbindung zu {away} war deshalb nicht möglich. Startet die Anwendung nicht ohne, kann kein Probelauf einen Käfig beweisen: Lassen Sie sie draußen.",
	"failed-without-service":
		"{command} scheiterte in der Sandbox{status? mit Status %}{words?: %}. {unit} setzt {units} voraus, das nicht läuft. Starten Sie es, und versuchen Sie es erneut: systemctl start {units}",
	"may-need-declined":
		"{name} antwortet in seinem Käfig nicht{words?: %}, obwohl nichts fehlt, was beim Beobachten gelang. Vielleicht braucht die Anwendung weggelassene Dateien: {paths}. Wenn der Käfig sie enthalten darf, ergänzen Sie {options}. Probe: {probe}",
	"needs-account":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Die Anwendung braucht weggelassene Konten: {accounts}. Wenn der Käfig sie kennen darf, entfernen Sie --without-account. Probe: {probe}",
	"needs-capabilities":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Die Anwendung darf die Capabilities {names} nicht behalten. Wenn sie diese braucht, erlauben Sie sie: {option}. Probe: {probe}",
	"needs-closed-directory":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Die Anwendung schreibt nach {paths}, wohin kein Käfig schreiben darf: in ein Verzeichnis des Systems oder in eines, dessen Dateien der Host ausführt oder ihnen vertraut. Suchen Sie eine Einstellung, die ein anderes Verzeichnis nennt. Probe: {probe}",
	"needs-consent":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Der Käfig verweigerte {calls}; das braucht Ihre Zustimmung.{ownProcess? Die Anwendung könnte ihren eigenen Code ändern; eingeschleuster Code kann dann ohne Datei laufen.}{uevents? Die Anwendung erführe, welche Geräte kommen und gehen.}{packetSockets? Die Anwendung könnte jedes Paket im Netz des Hosts lesen und fälschen.} Um es zu erlauben, ergänzen Sie {options}. Probe: {probe}",
	"needs-declined":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Die Anwendung braucht weggelassene Dateien: {paths}. Wenn der Käfig sie enthalten darf, ergänzen Sie {options}. Probe: {probe}",
	"needs-declined-executing":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Die Anwendung braucht weggelassene Dateien: {paths}. Sie führt außerdem Dateien aus, die sie selbst geschrieben hat. Um beides zu erlauben, ergänzen Sie {options}. Probe: {probe}",
	"needs-excluded":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Die Anwendung braucht weggelassene Dateien: {paths}. Entfernen Sie das zutreffende --exclude. Probe: {probe}",
	"needs-executable-data":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Die Anwendung führt Dateien aus, die sie selbst geschrieben hat: {paths}. Käfige verhindern das, weil ein Angreifer dort eigene Dateien ausführen könnte. Um es zu erlauben, ergänzen Sie {options}. Probe: {probe}",
	"needs-kernel-files":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Die Anwendung braucht {paths}, Kernel-Dateien mit Angaben über den Host. Um es zu erlauben, ergänzen Sie {options}. Probe: {probe}",
	"needs-refused":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Sie haben verweigert, was die Anwendung braucht: {permissions}. Um es zu erlauben, entfernen Sie {options}. Probe: {probe}",
	"needs-unseen":
		"{name} antwortet in seinem Käfig nicht{words?: %}. Der Käfig verweigerte Aufrufe, die bei der Beobachtung nie gelangen: {calls}. Wenn die Anwendung sie ausführen darf, ergänzen Sie {options}. Probe: {probe}",
	"not-answered-after-signal":
		"{name} antwortet in seinem Käfig, aber nicht mehr nach {signals}; in der Sandbox überstand die Anwendung das. Letzte Ausgabe: {words} · War das System ausgelastet, versuchen Sie es erneut. `cagewright explain {name}` zeigt, was der Käfig verweigert.",
	"not-answered-disk-full":
		"{name} antwortet nicht, und für {path} ist kein Speicherplatz mehr frei. Schaffen Sie Platz, und versuchen Sie es erneut.",
	"not-answered-in-cage":
		"{name} antwortet in seinem Käfig nicht. Letzte Ausgabe: {words} · Es fehlt: {missing} · Probe: {probe} · `cagewright explain {name}` zeigt, was der Käfig verweigert.",
	"not-answered-in-cage-nothing-missing":
		"{name} antwortet in seinem Käfig nicht, obwohl nichts fehlt, was bei der Beobachtung gelang. Letzte Ausgabe: {words} · Probe: {probe} · Prüfen Sie, ob die Probe passt. Ergänzen Sie --exercise für das, was die Anwendung vor dem Fehler tut.",
	"not-answered-in-cage-nothing-missing-silent":
		"{name} antwortet in seinem Käfig nicht und gibt nichts aus, obwohl nichts fehlt, was bei der Beobachtung gelang. Probe: {probe} · Prüfen Sie, ob die Probe passt. Suchen Sie eine Option, mit der {name} auf stderr protokolliert.",
	"not-answered-in-cage-silent":
		"{name} antwortet in seinem Käfig nicht und gibt nichts aus. Es fehlt: {missing} · Probe: {probe} · `cagewright explain {name}` zeigt, was der Käfig verweigert.",
	"not-answered-in-sandbox":
		"{command} läuft in der Sandbox, beantwortet aber die Probe nicht{service?, obwohl % auf diesem Rechner läuft}. {ports?Die Anwendung lauscht auf %. }{refused?Zuletzt verweigert: %. }{away?Sandbox und Probelauf erreichen weder andere Systeme noch abstrakte Sockets des Hosts; eine Verbindung zu % war deshalb nicht möglich. }Prüfen Sie die Probe, oder geben Sie eine an, die die Anwendung ohne andere Programme und Rechner beantwortet: --probe 'BEFEHL'. Probe: {probe}{words? · Die letzte Ausgabe: %}",
	"not-answered-on-host":
		"{command} läuft, beantwortet aber die Probe außerhalb eines Käfigs nicht. {ports?Die Anwendung lauscht auf %. }Prüfen Sie Konto und Befehl, oder geben Sie eine andere Probe an: --probe 'BEFEHL'. Probe: {probe}{words? · Die letzte Ausgabe: %}",
	"not-answered-refused":
		"{command} antwortet nicht{words?: %}. Die Sandbox verweigerte {calls}; jeder Käfig verweigert das ebenfalls. Keine Option erlaubt es. Kann die Anwendung nicht darauf verzichten, suchen Sie eine Option, die es abschaltet. Sonst prüfen Sie die Probe: {probe}",
	"not-answered-unreachable":
		"{command} läuft, beantwortet aber die Probe nicht{words?: %}. Die Anwendung verlangte {paths} von einem Dienst dieses Hosts, den sie nicht erreichen darf. Um das zu erlauben, ergänzen Sie {options}. Probe: {probe}",
	"sandbox-disk-full":
		"{command} hat in der Sandbox den Datenträger gefüllt. Cagewright hat die Anwendung beendet und alles entfernt, was sie schrieb. Schaffen Sie Platz, oder prüfen Sie, warum sie so viel schreibt.",
};
