import type { adoptionEn, installEn, removeEn, transferEn, updateEn, watchEn } from "../en/upkeep.ts";
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
