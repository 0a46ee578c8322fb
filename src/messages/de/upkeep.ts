import type { PinKind } from "../../core/minimise/needs.ts";
import type { adoptionEn, doctorEn, installEn, minimiseEn, removeEn, transferEn, updateEn, watchEn } from "../en/upkeep.ts";
import type { Widen } from "../widen.ts";

/** Einen Käfig im Betrieb darauf beobachten, was ihm fehlt. */

export const watchDe: Widen<typeof watchEn> = {
	time: (seconds) =>
		seconds >= 5400 ? `${Math.round(seconds / 3600)} h` : seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${seconds} s`,
	started: (time) => `Beobachte ${time} lang, was im Käfig scheitert; Strg-C beendet das und behält, was gesehen wurde`,
	nothing: (name, time) => `${name}: ${time} lang beobachtet: Es wurde nichts verlangt, was dem Käfig fehlt.`,
	missed: (name, time, count) =>
		`${name}: ${time === undefined ? "beobachtet" : `${time} lang beobachtet`}: ${count === 1 ? "1 Pfad fehlte" : `${count} Pfade fehlten`}`,
	take: (command) => `Mit der nächsten Aktualisierung aufnehmen: ${command}`,
	takeQuestion: "Aufnehmen? [j/N]",
};

/** Was `install`, `uninstall` und `stale` sagen, deutsch. */
export const installDe: Widen<typeof installEn> = {
	would: "Würde schreiben und den Zeitgeber einmal am Tag laufen lassen:",
	installed: (timer) =>
		`Installiert${timer ? "; der Zeitgeber läuft einmal am Tag (systemctl list-timers cagewright-upkeep)" : ""}. cagewright uninstall nimmt alles davon weg, und nie einen Käfig:`,
	wouldRemove: "Würde entfernen; Käfige und Vorlagen bleiben, wie sie sind:",
	removed: "Entfernt; Käfige und Vorlagen sind, wie sie waren:",
	nothing: "Nichts war installiert.",
	left: (path) => `${path} ist nicht mehr, wie es installiert wurde, und bleibt.`,
	stale: (name, packages, security) =>
		`cagewright: der Käfig ${name} hat noch ältere Dateien${packages ? ` von ${packages}` : ""}${security ? " (Sicherheitsaktualisierung)" : ""}; auf den neuen Stand bringen: cagewright update ${name}`,
};

/** Was `remove` sagt, deutsch. */
export const removeDe: Widen<typeof removeEn> = {
	will: (name) => `Das Entfernen von ${name} löscht:`,
	keeps: "Es behält:",
	item: (path, size) => `  ${path} (${size})`,
	generations: (path, count, size) => `  ${path} (${count === 1 ? "1 Generation" : `${count} Generationen`}, ${size})`,
	data: (path, size) => `  ${path} (die Daten der Anwendung, ${size})`,
	unit: (path) => `  ${path} (seine Unit; sie startet nicht mehr mit dem System)`,
	dropin: (path, service) => `  ${path} (${service} startet dann auf dem Rechner selbst)`,
	hook: (path) => `  ${path}`,
	account: (account) => `  das Konto ${account} dieses Rechners, das dafür angelegt wurde`,
	mentions: (path) => `${path} ist nicht von diesem Programm, nennt aber den Käfig: Kümmern Sie sich selbst darum.`,
	question: (name) => `${name} entfernen? [j/N]`,
	done: (name) => `${name} entfernt.`,
	accountKept: (account, pid) =>
		`Das Konto ${account} bleibt, weil Prozess ${pid} darunter läuft; beenden Sie ihn und rufen Sie auf: userdel ${account}`,
	kept: (name) => `${name} bleibt.`,
	finished: (name) => `Ein früherer Befehl wurde abgebrochen, als er ${name} entfernte: Nun ist der Käfig entfernt.`,
};

/** What `adopt` and `release` say, German. */
export const adoptionDe: Widen<typeof adoptionEn> = {
	stopping: (service) => `${service} wird angehalten…`,
	started: (service) => `${service} ist wieder gestartet`,
	willAdopt: (service, name) => `${service} zieht in den Käfig ${name}:`,
	willRelease: (service, name) => `${service} zieht aus dem Käfig ${name} aus:`,
	stop: "1. Anhalten",
	copy: (places) =>
		places.length
			? `2. Den Zustand in den Käfig kopieren, anstelle dessen, was dieser hat; der Rechner behält seinen eigenen:\n${list(places)}`
			: "2. Nichts kopieren: der Dienst hat keinen Zustand",
	giveBack: (places) =>
		places.length
			? `2. Zurückgeben, was im Käfig geändert wurde:\n${list(places)}`
			: "2. Nichts zurückgeben: im Käfig wurde nichts geändert",
	dropin: (path) => `3. ${path} schreiben`,
	removeDropin: (path) => `3. ${path} wegnehmen`,
	start: (probes) => `4. Starten und fragen, bis er antwortet:\n${list(probes)}`,
	orElse: "Schlägt etwas fehl, läuft er wieder wie jetzt.",
	adoptQuestion: (service) => `${service} in den Käfig bringen? [j/N]`,
	releaseQuestion: (service) => `${service} aus dem Käfig holen? [j/N]`,
	stays: (service) => `${service} bleibt, wie er ist.`,
	adopted: (service, name, seconds) =>
		`${service} läuft im Käfig ${name}. Er war ${seconds} s lang weg.\nZurück: cagewright release ${service}`,
	released: (service, seconds) => `${service} läuft wieder auf dem Rechner selbst. Er war ${seconds} s lang weg.`,
	repaired: (service, name, where, kept) =>
		where === "cage"
			? `Ein früherer Befehl wurde abgebrochen: ${service} läuft in seinem Käfig ${name}.`
			: `Ein früherer Befehl wurde abgebrochen: ${service} läuft auf dem Rechner selbst, wie zuvor.${kept ? ` Was er im Käfig ${name} schrieb, ist in ${kept} aufgehoben.` : ""}`,
	by: (service, since) => `${service}, seit ${since}`,
	label: "Übernommen",
};

function list(lines: readonly string[]): string {
	return lines.map((line) => `   ${line}`).join("\n");
}

/** Was `export` und `import` sagen, deutsch. */
export const transferDe: Widen<typeof transferEn> = {
	exported: (name, path) =>
		`${name} liegt in ${path}. Darin sind Kopien von Programmen und Konfiguration dieses Rechners: ebenso gut aufbewahren. Auf dem anderen Rechner: cagewright import ${path}`,
	title: (name, generation, from, at, refused) =>
		refused
			? `Das Archiv beschreibt den Käfig ${name} (Generation ${generation} von ${from}, exportiert ${at}). Er wird abgelehnt; nichts davon ist geprüft.`
			: `Der Käfig ${name} (Generation ${generation} von ${from}, exportiert ${at}); jede Datei ist, was ihr Manifest sagt.`,
	command: "Befehl",
	directory: "Verzeichnis",
	account: "Konto",
	dedicated: "Legt Konto an",
	permissions: "Erlaubnisse",
	syslog: "Syslog-Socket",
	environment: "Umgebung",
	network: "Netz",
	sockets: "Sockets, die root öffnet",
	limits: "Grenzen",
	probes: "Proben",
	exercises: "Übungen",
	binds: "Geteilt",
	devices: "Geräte",
	writable: "Schreibbar",
	directories: "Legt an",
	rules: "Spätere Builds",
	unit: "Unit",
	secrets: "Geheimnisse",
	setuid: "Setuid-Dateien",
	notTaken: "Nicht importiert",
	dropped: {
		"on-host": () => "Aufzeichnen auf dem Rechner selbst (--on-host)",
		accepted: (values) => `akzeptierte Befunde: ${values}`,
		secrets: (values) => `--allow-secret ${values}`,
		setuid: (values) => `--allow-setuid ${values}`,
		seed: (values) => `--seed ${values}`,
		unit: (values) => `die Unit ${values}, die dieses Programm hier nicht startet`,
		trials: () => "Ergebnisse von Probeläufen und Selbsttests",
	},
	files: "Dateien",
	data: (there) => (there ? "mit den Daten der Anwendung" : "ohne Daten"),
	question: (name) => `${name} übernehmen? Proben und Übungen daraus laufen hier als root. [j/N]`,
	not: "Nichts wurde übernommen.",
	imported: (name) => `${name} ist jetzt ein Käfig dieses Rechners.`,
	answers: (name) => `Er antwortet von innen. Weiter: cagewright run ${name}`,
	silent: (name) => `Er antwortet hier nicht. Warum: cagewright trial ${name}; wegnehmen: cagewright remove ${name}`,
};

/** Was `update`, `rollback` und `diff` sagen, deutsch. */
export const updateDe: Widen<typeof updateEn> = {
	unchanged: (name, generation) =>
		`${name} ist auf dem neuesten Stand: Generation ${generation} hat, was der Rechner hat. Nichts wurde getan.`,
	would: (name, generation) =>
		`Würde ${name} von Generation ${generation} auf den neuen Stand bringen: die nächste daneben bauen, erproben und zur gültigen machen, wenn sie antwortet. Nichts wurde geändert.`,
	editGoesOn: (path) => `${path} wurde im Käfig bearbeitet und bleibt, wie es ist`,
	conflict: (path, name) =>
		`${path} wurde im Käfig bearbeitet und hat sich auch auf dem Rechner geändert: --configuration keep oder host entscheidet. Beides ansehen: cagewright shell ${name} -- cat ${path}`,
	conflicts: (name, paths) => `In ${name} wurde dies bearbeitet, und auf dem Rechner hat es sich auch geändert: ${paths}`,
	keepQuestion:
		"Behalten, was im Käfig bearbeitet wurde? Sonst kommt die Fassung des Rechners hinein, und die bearbeitete wird neben dem Käfig aufgehoben. [j/N]",
	updated: (name, from, to, files) =>
		`${name} ist auf dem neuen Stand und antwortet: Generation ${to} (${files} Dateien) gilt jetzt; zurück zu ${from}: cagewright rollback ${name}`,
	restarted: (services, seconds) => `Neu gestartet: ${services}, ${seconds} s weg.`,
	remaining: (name, pids) =>
		`Noch in der vorigen Generation: ${pids}. Was dort läuft, bekommt die neue beim nächsten Start; ${name} beenden und neu starten.`,
	summary: (done, failed) => `${done} auf dem neuen Stand, ${failed} gescheitert`,
	wouldRollBack: (name, from, to) =>
		`Würde Generation ${to} von ${name} statt ${from} zur gültigen machen und neu starten, was läuft. Die Daten blieben, wie sie sind.`,
	rolledBack: (name, from, to) => `${name} ist wieder bei Generation ${to} (vorher ${from}). Die Daten sind, wie sie waren.`,
	switched: (name, generation, restarted, remaining) =>
		[
			`Ein früherer Befehl wurde abgebrochen: Von ${name} gilt Generation ${generation}.`,
			...(restarted.length ? [`Jetzt neu gestartet: ${restarted.join(", ")}.`] : []),
			...(remaining.length
				? [`Noch in einer anderen Generation: ${remaining.join(", ")}; ${name} beenden und neu starten.`]
				: []),
		].join(" "),
	wentBack: (name, generation) =>
		`Ein früherer Befehl wurde abgebrochen, und nach dem Neustart jetzt antwortete ${name} nicht: Es gilt wieder Generation ${generation}.`,
	cleared: (name) => `Ein früherer Befehl wurde abgebrochen: Was er mit ${name} begonnen hatte, ist weggeräumt.`,
	settings: (settings) => `was neben den Dateien festgelegt ist: ${settings}`,
	same: (a, b) => `Die Generationen ${a} und ${b} haben dieselben Dateien.`,
};

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;
const files = (count: number) => many(count, "Datei", "Dateien");

/** Was `minimise` sagt, deutsch. Bytes kommen als Text. */
export const minimiseDe: Widen<typeof minimiseEn> = {
	progress: (trials: number, estimated: number, out: number, bytes: string, open: number, left: string | undefined) =>
		`Versuch ${trials} von etwa ${estimated}: ${files(out)} (${bytes}) entbehrlich, ${open} noch offen${left === undefined ? "" : `, noch etwa ${left}`}`,
	time: (seconds: number) => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`),
	searching: (jobs: number) =>
		`Lässt Dateien weg und erprobt den Rest, ${many(jobs, "Versuch", "Versuche")} auf einmal; Strg-C beendet das mit dem, was gefunden ist.`,
	stopping: "Wird beendet: was bis hierher gefunden ist, wird noch einmal erprobt. Noch einmal Strg-C bricht sofort ab.",
	would: (name: string, open: number, bytes: string, of: number, trials: number) =>
		`Würde versuchen, ${open} der ${files(of)} in ${name} (${bytes}) wegzulassen, in etwa ${many(trials, "Versuch", "Versuchen")} oder mehr. Nichts wurde versucht und nichts geändert.`,
	tried: "Wird versucht",
	stays: "Bleibt auf jeden Fall",
	found: (name: string, out: number, of: number, bytes: string, ofBytes: string) =>
		`${name} braucht ${out} von ${of} Dateien nicht (${bytes} von ${ofBytes}).`,
	nothing: (name: string, of: number) => `${name} braucht alle ${files(of)}, oder sie sollen bleiben. Nichts wurde geändert.`,
	nothingYet: (name: string, of: number) =>
		`Von ${of} Dateien in ${name} war noch keine als unnötig erwiesen. Nichts wurde geändert.`,
	how: (trials: number, seconds: number) =>
		`Gefunden in ${many(trials, "Versuch", "Versuchen")}, ${String(seconds).replace(".", ",")} s.`,
	stopped: "Beendet, bevor jede Datei entschieden war: ein weiterer Lauf macht hier weiter.",
	byGroup: "Weggelassen, nach Art",
	byPackage: "Weggelassen, nach Paket",
	noPackage: "aus keinem Paket",
	kept: "Behalten",
	needed: "von dem gebraucht, was verlangt wurde",
	pins: {
		program: "das Programm",
		needed: "Bibliotheken, Lader und Erweiterungen dessen, was bleibt",
		accounts: "Konten des Käfigs",
		rule: "von Ihnen verlangt",
		edited: "im Käfig bearbeitet",
		kept: "--keep, --keep-kind",
		interpreter: "Bibliothek eines Interpreters, die erst bei Bedarf geladen wird",
		"time-zone": "die Ortszeit",
		locale: "die Sprache, in der es spricht",
		"name-service": "wie Namen aufgelöst werden",
		tls: "Zertifikate und ihre Regeln, weil ein privater Schlüssel da ist",
		configuration: "Konfiguration, die kein Paket mitbrachte",
	} satisfies Record<PinKind, string>,
	depends: (probes: number, exercises: number, signals: readonly string[]) =>
		`Erwiesen durch ${many(probes, "Probe", "Proben")}, ${many(exercises, "Übung", "Übungen")}${signals.length ? `, ${signals.join(" und ")}` : ""} und drei Starts, durch nichts sonst: was sie nicht erreichen, kann das Weggelassene brauchen.`,
	noExercise:
		"Nur die Probe spricht dafür. Geben Sie mit --exercise BEFEHL an, was der Dienst sonst noch können muss, ehe Sie sich darauf verlassen.",
	uncounted: (lines: string) => `Nicht gezählt, weil es im Käfig, wie er ist, scheitert: ${lines}`,
	configuration: (paths: string) =>
		`Was hier eingestellt ist, gilt nicht mehr: ${paths}. Um solche Dateien zu behalten: --keep-kind configuration`,
	question: (name: string) => `${name} ohne sie bauen? Die jetzige Generation bleibt erhalten. [j/N]`,
	leftAsIs: "Nichts wurde geändert.",
	made: (name: string, generation: number, count: number, bytes: string, before: number) =>
		`Generation ${generation} von ${name} hat ${files(count)} (${bytes}) und antwortet; zurück zu ${before}: cagewright rollback ${name}`,
	explain: (name: string) =>
		`Warum ein Pfad fehlt: cagewright explain ${name} PFAD. Um ihn wieder zu haben: beim nächsten make --include PFAD.`,
};

export const doctorDe: Widen<typeof doctorEn> = {
	head: ["", "Was", "Gefunden", "Gebraucht für"],
	states: { ok: "[ok]", note: "[i]", weaker: "[!]", missing: "[--]" },
	fine: "Alles Nötige ist da.",
	fix: (packages) => `Es fehlt: ${packages.join(", ")}. Zum Installieren: cagewright doctor --fix`,
	installing: (command) => `Läuft: ${command}`,
	needs: {
		root: "Ports unter 1024, Dienste, eigene Konten",
		processor: "den Init eines Käfigs",
		strace: "Beobachtung und Erprobung",
		"util-linux": "Namensräume, Mounts und den Starter",
		systemd: "Käfige als Dienste (cagewright unit)",
		perl: "die Probe der Wege aus einem Käfig, und den Blick auf einen im Betrieb",
		getcap: "Dateien mit eigenen Capabilities in einem Käfig",
		overlay: "Sandboxes und Erprobungen, von denen nichts bleibt",
		namespaces: "Sandboxes und Abschottung",
		"user-namespaces": "Käfige gewöhnlicher Benutzer; nicht als root",
		seccomp: "den Filter für Systemaufrufe",
		landlock: "eine zweite Schicht gegen Schreiben",
		yama: "Beobachtung",
		selinux: "Label der Dateien im Käfig",
		apparmor: "Profile der Distribution",
		cgroup: "Grenzen für Speicher und Prozesse",
	},
	advice: {
		root: "für eigene Käfige nichts zu tun; für das, was root braucht, cagewright mit sudo starten.",
		processor: "einen Rechner mit amd64 nehmen.",
		strace: "das Paket strace installieren.",
		"util-linux":
			"Programme oder Optionen fehlen, oder an ihrer Stelle stehen die von BusyBox; das Paket util-linux installieren.",
		systemd:
			"Units brauchen ein gestartetes systemd; vor 257 kennt es kein PrivatePIDs=, ein Dienst braucht dann ein Konto, unter dem sonst nichts läuft.",
		perl: "das Paket perl-base installieren (anderswo: perl); bis dahin werden die Wege aus einem Käfig nicht probiert.",
		getcap: "das Paket libcap2-bin installieren (anderswo: libcap); bis dahin wird nach Capabilities von Dateien nicht gesucht.",
		overlay:
			"auf dem Rechner selbst ausführen oder in einem Container, der mounten darf; sonst mit --on-host beobachten, und eine Anwendung mit Zustand lässt sich nicht erproben.",
		namespaces:
			"auf dem Rechner selbst ausführen oder in einem Container mit CAP_SYS_ADMIN; ohne sie wird nie ein Käfig gestartet.",
		"user-namespaces":
			"als root nichts zu tun; für gewöhnliche Benutzer kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0 und user.max_user_namespaces über 0 setzen, soweit es sie gibt (sysctl).",
		seccomp: "einen Kern mit CONFIG_SECCOMP_FILTER starten; ohne ihn wird nie ein Käfig gestartet.",
		landlock:
			"Linux ab 5.13 mit landlock in lsm= auf der Befehlszeile des Kerns starten; bis dahin sagt es jeder Start, und --require full lehnt ihn ab.",
		yama: "kernel.yama.ptrace_scope=3 verbietet strace bis zum nächsten Neustart; in /etc/sysctl.d auf 1 setzen und neu starten.",
		selinux:
			"die Dateien eines Käfigs haben das Label des Zustandsordners; scheitert eine Anwendung nur dort, nennt `ausearch -m avc -ts recent`, was verweigert wurde.",
		apparmor:
			"ein Profil für den Pfad des Programms kann auch im Käfig gelten; scheitert es nur dort, nennt `journalctl -k --grep=apparmor`, was verweigert wurde.",
		cgroup: "keine Kontrollgruppen für memory und pids: Grenzen gelten für jeden Prozess statt für den ganzen Käfig.",
	},
};
