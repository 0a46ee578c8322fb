import type { adoptionEn, transferEn } from "../en/transfer.ts";
import type { Widen } from "../widen.ts";

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
