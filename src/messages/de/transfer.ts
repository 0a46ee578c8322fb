import type { transferEn } from "../en/transfer.ts";
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
