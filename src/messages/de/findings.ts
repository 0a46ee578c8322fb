import type { FindingMessages } from "../en/findings.ts";

/** Was die Prüfung findet, deutsch. */
export const findingsDe: FindingMessages = {
	"way-not-directory": {
		what: "führt zum Käfig und ist kein Verzeichnis ({kind})",
		close: "Legen Sie dort ein Verzeichnis von root an, oder wählen Sie mit --state einen anderen Ort",
	},
	"way-foreign-owner": {
		what: "führt zum Käfig und gehört uid {uid}, die einen anderen Käfig an seine Stelle setzen kann",
		close: "Geben Sie es root: chown root",
	},
	"way-writable": {
		what: "führt zum Käfig und ist für andere beschreibbar ({mode}), die einen anderen Käfig an seine Stelle setzen können",
		close: "Schließen Sie es: chmod go-w",
	},
	"way-sticky": {
		what: "führt zum Käfig und ist ein Verzeichnis von root mit Sticky-Bit: zulässig, ein eigener Ort ist besser",
		close: "Wählen Sie mit --state einen Ort, der root allein gehört",
	},
	setuid: {
		what: "ist setuid ({mode}): Wer es draußen startet, wird zu seinem Eigentümer",
		close: "Bauen Sie den Käfig neu, oder nehmen Sie das Bit weg: chmod u-s",
	},
	setgid: {
		what: "ist setgid ({mode}): Wer es draußen startet, bekommt seine Gruppe",
		close: "Bauen Sie den Käfig neu, oder nehmen Sie das Bit weg: chmod g-s",
	},
	"file-capabilities": {
		what: "hat File-Capabilities ({capabilities}): Wer es draußen startet, hat sie",
		close: "Bauen Sie den Käfig neu, oder nehmen Sie sie weg: setcap -r",
	},
	"file-capabilities-unseen": {
		what: "nach File-Capabilities konnte nicht gesucht werden, getcap fehlt",
		close: "Installieren Sie es (Debian: libcap2-bin)",
	},
	device: {
		what: "ist ein Gerät, das der Plan nicht hat ({type} {major}:{minor})",
		close: "Bauen Sie den Käfig neu, mit --device, wo es gebraucht wird",
	},
	fifo: {
		what: "ist eine FIFO, die der Plan nicht hat, und so ein Weg für Daten zu jemandem draußen",
		close: "Entfernen Sie sie, oder bauen Sie den Käfig neu",
	},
	socket: {
		what: "ist ein Socket, den der Plan nicht hat, und so ein Weg zu jemandem draußen",
		close: "Entfernen Sie ihn, oder bauen Sie den Käfig neu",
	},
	"hard-link": {
		what: "hat {links} Namen: Wer unter einem anderen schreibt, vielleicht draußen, ändert es hier",
		close: "Bauen Sie den Käfig neu; der Bau kopiert",
	},
	"world-writable": {
		what: "ist für alle beschreibbar ({mode})",
		close: "Bauen Sie den Käfig neu, oder schließen Sie es: chmod o-w",
	},
	"application-may-write": {
		what: "ist für die Gruppe der Anwendung beschreibbar ({gid}, {mode})",
		close: "Bauen Sie den Käfig neu, oder schließen Sie es: chmod g-w",
	},
	"application-owns": {
		what: "gehört dem Konto der Anwendung (uid {uid}); nur der schreibgeschützte Mount verhindert Änderungen",
		close: "Geben Sie die Datei auf dem Wirt root, und bauen Sie den Käfig neu",
	},
	"shadow-file": {
		what: "ist eine Datei mit Passwort-Hashes",
		close: "Bauen Sie den Käfig neu, ohne --allow-secret dafür",
	},
	"password-hash": {
		what: "enthält in Zeile {line} einen Passwort-Hash",
		close: "Bauen Sie den Käfig neu; der Bau schreibt Konten ohne",
	},
	"password-empty": {
		what: "hat in Zeile {line} ein Konto ohne Passwort",
		close: "Bauen Sie den Käfig neu; der Bau schreibt Konten, an denen sich niemand anmelden kann",
	},
	"link-leads-outside": {
		what: "ist ein Verweis auf {target}, das nicht im Käfig ist: Wer als root den Käfig von draußen liest, gelangt zum Wirt",
		close: "Nehmen Sie das Ziel mit --include auf, oder lassen Sie den Verweis mit --exclude weg",
	},
	mounted: { what: "ist ein eigener Mount, in dem nichts geprüft wurde", close: "Hängen Sie ihn aus" },
	changed: {
		what: "ist nicht, was gebaut wurde: Inhalt, Art oder Ziel wurde seither geändert",
		close: "Finden Sie heraus, wer das war, und bauen Sie den Käfig aus den Dateien des Wirts neu",
	},
	"configuration-edited": {
		what: "wurde seit dem Bau bearbeitet",
		close:
			"Das bleibt bei jeder Aktualisierung; machen Sie die Änderung auch auf dem Wirt, dann gibt es ab der nächsten wieder nur einen Text",
	},
	"attributes-changed": {
		what: "hat einen anderen Modus oder Eigentümer als beim Bau ({is} statt {was})",
		close: "Setzen Sie es zurück, oder bauen Sie den Käfig neu",
	},
	added: {
		what: "kam seit dem Bau in den Käfig ({kind})",
		close: "Entfernen Sie es; was die Anwendung braucht, kommt mit make --include hinein",
	},
	missing: {
		what: "fehlt im Käfig seit dem Bau ({kind})",
		close: "Bauen Sie den Käfig neu; was er nicht haben soll, lässt make --exclude weg",
	},
	unseen: {
		what: "lässt sich nicht ansehen ({error}); was dort oder darunter ist, bleibt unbekannt",
		close: "Finden Sie heraus, warum, und entfernen Sie es oder machen Sie es lesbar",
	},
	"data-setuid": {
		what: "liegt in den Daten der Anwendung und ist setuid ({mode}): eine Falle für jeden, der es draußen startet",
		close: "Finden Sie heraus, woher es kommt, und entfernen Sie es, oder chmod u-s",
	},
	"data-setgid": {
		what: "liegt in den Daten der Anwendung und ist setgid ({mode}): eine Falle für jeden, der es draußen startet",
		close: "Finden Sie heraus, woher es kommt, und entfernen Sie es, oder chmod g-s",
	},
	"data-file-capabilities": {
		what: "liegt in den Daten der Anwendung und hat File-Capabilities ({capabilities}): eine Falle für jeden, der es draußen startet",
		close: "Finden Sie heraus, woher es kommt, und entfernen Sie es, oder setcap -r",
	},
	"data-device": {
		what: "liegt in den Daten der Anwendung und ist ein Gerät ({type} {major}:{minor}), das für jeden wirkt, der es draußen öffnet",
		close: "Finden Sie heraus, woher es kommt, und entfernen Sie es",
	},
	"data-way-not-directory": {
		what: "führt zum Zustand der Anwendung und ist kein Verzeichnis ({kind}): Eine Einhängung folgte einem Verweis, den die Anwendung dort angelegt hat",
		close: "Sehen Sie es an, entfernen Sie es, und stellen Sie das Verzeichnis wieder her",
	},
	"data-way-foreign-owner": {
		what: "führt zum Zustand der Anwendung und gehört uid {uid}, die darin etwas durch einen Verweis ersetzen kann",
		close: "Geben Sie es root: chown root",
	},
	"data-way-writable": {
		what: "führt zum Zustand der Anwendung und ist für andere schreibbar ({mode}), die darin etwas durch einen Verweis ersetzen können",
		close: "Schließen Sie es: chmod go-w",
	},
	"bind-not-directory": {
		what: "führt zur Einbindung {bind} und ist kein Verzeichnis ({kind}): Ein Link dort bestimmt, was der Käfig vom Rechner zeigt",
		close:
			"Finden Sie heraus, wer es dorthin gelegt hat, und stellen Sie das Verzeichnis wieder her, oder bauen Sie den Käfig ohne diese Einbindung neu",
	},
	"bind-absent": {
		what: "fehlt, die Einbindung {bind} ist also nicht einzuhängen",
		close: "Stellen Sie es wieder her, oder bauen Sie den Käfig ohne diese Einbindung neu",
	},
	"bind-foreign-owner": {
		what: "führt zur Einbindung {bind} und gehört uid {uid}, die an seine Stelle einen Link auf jedes Verzeichnis des Rechners setzen kann",
		close: "Geben Sie es root (chown root), oder binden Sie es selbst ein statt etwas darin",
	},
	"bind-writable": {
		what: "führt zur Einbindung {bind} und ist für andere beschreibbar ({mode}), die einen Link auf jedes Verzeichnis des Rechners in den Weg legen können",
		close: "Schließen Sie es (chmod go-w), oder binden Sie es selbst ein statt etwas darin",
	},
	"account-used-outside": {
		what: "{account} ist auch das Konto von {count} {count|Prozess|Prozessen} außerhalb des Käfigs, etwa Prozess {pid} ({program}); nur der PID-Namensraum trennt sie von denen des Käfigs",
		close: "Geben Sie dem Käfig ein eigenes Konto: make --dedicated-account",
	},
	"account-of-other-cage": {
		what: "{account} ist auch das Konto {count|des Käfigs|der Käfige} {cages}; nur {count|der PID-Namensraum trennt|die PID-Namensräume trennen} sie von diesem",
		close: "Geben Sie jedem ein eigenes Konto: make --dedicated-account",
	},
};
