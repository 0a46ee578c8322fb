import type { FindingMessages } from "./en.ts";

export const findingsDe: FindingMessages = {
	"way-not-directory": {
		what: "ist kein Verzeichnis ({kind}), obwohl der Pfad zum Käfig darüber führt",
		fix: "Stellen Sie das Verzeichnis wieder her, mit root als Eigentümer, oder wählen Sie mit --state einen anderen Ort",
	},
	"way-foreign-owner": {
		what: "gehört uid {uid}: Dieses Konto kann den Käfig darunter austauschen",
		fix: "Machen Sie root zum Eigentümer: chown root",
	},
	"way-writable": {
		what: "ist für andere beschreibbar ({mode}): Sie können den Käfig darunter austauschen",
		fix: "Entziehen Sie das Schreibrecht: chmod go-w",
	},
	"way-sticky": {
		what: "ist ein gemeinsames Verzeichnis mit Sticky-Bit; der Käfig darunter ist sicher, ein eigener Ort ist aber besser",
		fix: "Wählen Sie mit --state einen Ort, in den nur root schreiben darf",
	},
	setuid: {
		what: "ist setuid ({mode}): Ein Benutzer, der es auf dem Host ausführt, erhält die Rechte des Eigentümers",
		fix: "Bauen Sie den Käfig neu, oder entfernen Sie das Bit: chmod u-s",
	},
	setgid: {
		what: "ist setgid ({mode}): Ein Benutzer, der es auf dem Host ausführt, erhält die Rechte der Gruppe",
		fix: "Bauen Sie den Käfig neu, oder entfernen Sie das Bit: chmod g-s",
	},
	"file-capabilities": {
		what: "hat File-Capabilities ({capabilities}): Ein Benutzer, der es auf dem Host ausführt, erhält sie",
		fix: "Bauen Sie den Käfig neu, oder entfernen Sie sie: setcap -r",
	},
	"file-capabilities-unseen": {
		what: "wurde nicht auf File-Capabilities geprüft, weil getcap fehlt",
		fix: "Installieren Sie getcap (Debian: libcap2-bin)",
	},
	device: {
		what: "ist ein Gerät, das nicht im Plan steht ({type} {major}:{minor})",
		fix: "Bauen Sie den Käfig neu; braucht die Anwendung das Gerät, ergänzen Sie --device",
	},
	fifo: {
		what: "ist eine FIFO, die nicht im Plan steht; ein Prozess außerhalb könnte darüber Daten mit dem Käfig austauschen",
		fix: "Entfernen Sie sie, oder bauen Sie den Käfig neu",
	},
	socket: {
		what: "ist ein Socket, der nicht im Plan steht; ein Prozess außerhalb könnte darüber Daten mit dem Käfig austauschen",
		fix: "Entfernen Sie ihn, oder bauen Sie den Käfig neu",
	},
	"hard-link": {
		what: "hat {links} harte Links: Wer über einen anderen schreibt, auch auf dem Host, ändert diese Datei",
		fix: "Bauen Sie den Käfig neu; dabei wird die Datei kopiert",
	},
	"world-writable": {
		what: "ist für alle beschreibbar ({mode})",
		fix: "Bauen Sie den Käfig neu, oder entziehen Sie das Schreibrecht: chmod o-w",
	},
	"application-may-write": {
		what: "ist für die Gruppe der Anwendung beschreibbar ({gid}, {mode})",
		fix: "Bauen Sie den Käfig neu, oder entziehen Sie das Schreibrecht: chmod g-w",
	},
	"application-owns": {
		what: "gehört dem Konto der Anwendung (uid {uid}); nur der schreibgeschützte Mount verhindert Änderungen",
		fix: "Machen Sie root auf dem Host zum Eigentümer, und bauen Sie den Käfig neu",
	},
	"shadow-file": {
		what: "enthält Passwort-Hashes",
		fix: "Bauen Sie den Käfig ohne --allow-secret für diese Datei neu",
	},
	"password-hash": {
		what: "enthält in Zeile {line} einen Passwort-Hash",
		fix: "Bauen Sie den Käfig neu; dabei werden Konten ohne Hashes geschrieben",
	},
	"password-empty": {
		what: "enthält in Zeile {line} ein Konto ohne Passwort",
		fix: "Bauen Sie den Käfig neu; dabei werden Konten ohne Anmeldemöglichkeit geschrieben",
	},
	"link-leads-outside": {
		what: "ist ein Link auf {target}, das im Käfig fehlt: Folgt ein Programm des Hosts dem Link, erhält es die Datei des Hosts",
		fix: "Nehmen Sie das Ziel mit --include auf, oder lassen Sie den Link mit --exclude weg",
	},
	mounted: { what: "ist ein eigener Mount, der nicht geprüft wurde", fix: "Hängen Sie ihn aus" },
	changed: {
		what: "weicht vom gebauten Stand ab: Inhalt, Art oder Link-Ziel wurde geändert",
		fix: "Klären Sie, wer es geändert hat, und bauen Sie den Käfig aus den Dateien des Hosts neu",
	},
	"configuration-edited": {
		what: "wurde seit dem Bau bearbeitet",
		fix: "Aktualisierungen behalten diese Änderung; ändern Sie die Datei auf dem Host ebenso, um wieder nur eine Fassung zu haben",
	},
	"attributes-changed": {
		what: "hat einen anderen Modus oder Eigentümer als nach dem Bau ({is} statt {was})",
		fix: "Stellen Sie Modus und Eigentümer wieder her, oder bauen Sie den Käfig neu",
	},
	added: {
		what: "wurde dem Käfig nach dem Bau hinzugefügt ({kind})",
		fix: "Entfernen Sie es; braucht die Anwendung es, bauen Sie den Käfig mit --include neu",
	},
	missing: {
		what: "wurde nach dem Bau aus dem Käfig entfernt ({kind})",
		fix: "Bauen Sie den Käfig neu; um die Datei wegzulassen, verwenden Sie --exclude",
	},
	unseen: {
		what: "ist nicht lesbar ({error}); es und alles darunter wurde nicht geprüft",
		fix: "Klären Sie die Ursache, und entfernen Sie es oder machen Sie es lesbar",
	},
	"data-setuid": {
		what: "ist setuid ({mode}), in den Daten der Anwendung: Ein Benutzer, der es auf dem Host ausführt, erhält die Rechte des Eigentümers",
		fix: "Klären Sie, wer es angelegt hat, und entfernen Sie es oder das Bit: chmod u-s",
	},
	"data-setgid": {
		what: "ist setgid ({mode}), in den Daten der Anwendung: Ein Benutzer, der es auf dem Host ausführt, erhält die Rechte der Gruppe",
		fix: "Klären Sie, wer es angelegt hat, und entfernen Sie es oder das Bit: chmod g-s",
	},
	"data-file-capabilities": {
		what: "hat File-Capabilities ({capabilities}), in den Daten der Anwendung: Ein Benutzer, der es auf dem Host ausführt, erhält sie",
		fix: "Klären Sie, wer es angelegt hat, und entfernen Sie es oder seine Capabilities: setcap -r",
	},
	"data-device": {
		what: "ist ein Gerät ({type} {major}:{minor}), in den Daten der Anwendung: Auf dem Host funktioniert es für jeden Benutzer, der es öffnen darf",
		fix: "Klären Sie, wer es angelegt hat, und entfernen Sie es",
	},
	"data-way-not-directory": {
		what: "ist kein Verzeichnis ({kind}), obwohl der Pfad zu den Daten der Anwendung darüber führt: Ein Mount würde einem Link folgen, den die Anwendung angelegt hat",
		fix: "Prüfen Sie es, entfernen Sie es, und stellen Sie das Verzeichnis wieder her",
	},
	"data-way-foreign-owner": {
		what: "gehört uid {uid}: Dieses Konto kann die Daten der Anwendung darunter durch einen Link ersetzen",
		fix: "Machen Sie root zum Eigentümer: chown root",
	},
	"data-way-writable": {
		what: "ist für andere beschreibbar ({mode}): Sie können die Daten der Anwendung darunter durch einen Link ersetzen",
		fix: "Entziehen Sie das Schreibrecht: chmod go-w",
	},
	"bind-not-directory": {
		what: "ist nicht, was der Bind-Mount {bind} dort braucht ({kind}), ein Verzeichnis oder ein Socket: Ein Link dort bestimmt, welche Dateien des Hosts der Käfig sieht",
		fix: "Klären Sie, wer es ersetzt hat, und stellen Sie es wieder her, oder bauen Sie den Käfig ohne diesen Bind-Mount neu",
	},
	"bind-absent": {
		what: "fehlt; der Bind-Mount {bind} ist nicht möglich",
		fix: "Stellen Sie es wieder her, oder bauen Sie den Käfig ohne diesen Bind-Mount neu",
	},
	"bind-foreign-owner": {
		what: "gehört uid {uid}: Dieses Konto kann den Bind-Mount {bind} darunter auf jedes Verzeichnis des Hosts umlenken",
		fix: "Machen Sie root zum Eigentümer (chown root), oder binden Sie dieses Verzeichnis selbst ein",
	},
	"bind-writable": {
		what: "ist für andere beschreibbar ({mode}): Sie können den Bind-Mount {bind} darunter auf jedes Verzeichnis des Hosts umlenken",
		fix: "Entziehen Sie das Schreibrecht (chmod go-w), oder binden Sie dieses Verzeichnis selbst ein",
	},
	"bind-executed": {
		what: "ist schreibbar eingehängt, und der Host führt aus oder vertraut, was in {trusted} liegt ({source}): Die Anwendung kann root werden",
		fix: "Bauen Sie den Käfig ohne diesen Bind-Mount oder mit {path}:ro neu",
	},
	"bind-contains-executed": {
		what: "ist schreibbar eingehängt und enthält {trusted}, wo der Host alles ausführt oder allem vertraut ({source}): Die Anwendung kann root werden",
		fix: "Bauen Sie den Käfig neu, nur mit dem Verzeichnis, das die Anwendung braucht{narrower?, etwa %}",
	},
	"bind-others": {
		what: "ist schreibbar eingehängt, aber {trusted} gehört Personen oder anderen Diensten dieses Hosts ({source})",
		fix: "Bauen Sie den Käfig ohne diesen Bind-Mount oder mit {path}:ro neu, oder erlauben Sie ihn: {option}",
	},
	"bind-contains-others": {
		what: "ist schreibbar eingehängt und enthält {trusted}, das Personen oder anderen Diensten dieses Hosts gehört ({source})",
		fix: "Bauen Sie den Käfig neu, nur mit dem Verzeichnis, das die Anwendung braucht{narrower?, etwa %}, oder erlauben Sie ihn: {option}",
	},
	"bind-other-account": {
		what: "ist schreibbar eingehängt, gehört aber dem Konto {account}, das die Anwendung nicht benutzt",
		fix: "Bauen Sie den Käfig ohne diesen Bind-Mount oder mit {path}:ro neu, oder erlauben Sie ihn: {option}",
	},
	"bind-control-socket": {
		what: "ist eingehängt, und wer sich mit dem Socket {socket} darin verbindet, beherrscht diese Maschine",
		fix: "Bauen Sie den Käfig ohne diesen Bind-Mount neu, oder erlauben Sie ihn: {option}",
	},
	"writable-executed": {
		what: "gehört zu den schreibbaren Daten der Anwendung, und der Host würde es in {trusted} ausführen oder ihm vertrauen ({source}), wenn `release` es zurückgäbe",
		fix: "Legen Sie den Käfig mit `make` neu an; seine Daten bleiben",
	},
	"device-controls": {
		what: "ist ein Gerät, das diese Maschine steuert ({type} {major}:{minor})",
		fix: "Legen Sie den Käfig mit `make` ohne dieses Gerät neu an",
	},
	"configuration-writable": {
		what: "ist Konfiguration, die die Anwendung ändern darf, obwohl kein Lauf sie geändert hat; `plan --take-documented` früherer Versionen speicherte solche Regeln",
		fix: "Wenn die Anwendung dort nicht schreiben muss, legen Sie den Käfig mit `make` neu an; seine Daten bleiben",
	},
	"account-used-outside": {
		what: "{account} ist auch das Konto von {count} {count|Prozess|Prozessen} außerhalb des Käfigs, etwa {pid} ({program}); nur der PID-Namensraum trennt sie vom Käfig",
		fix: "Geben Sie dem Käfig ein eigenes Konto: make --dedicated-account",
	},
	"account-of-other-cage": {
		what: "{account} ist auch das Konto {count|des Käfigs|der Käfige} {cages}; nur PID-Namensräume trennen sie von diesem Käfig",
		fix: "Geben Sie jedem Käfig ein eigenes Konto: make --dedicated-account",
	},
	lockout: {
		what: "öffnet Sitzungen für Konten dieses Rechners, die sich nicht mehr anmelden könnten",
		fix: "Lassen Sie den Dienst auf dem Host, oder nennen Sie die Konten, die er bedient: make --account user:NAME",
	},
};
