import type { Widen } from "../../messages/widen.ts";
import type { transferEn } from "./en.ts";

export const transferDe: Widen<typeof transferEn> = {
	exported: (name, path) =>
		`${name} nach ${path} exportiert. Das Archiv enthält Programme und Konfiguration dieses Systems; schützen Sie es entsprechend. Auf dem anderen System: cagewright import ${path}`,
	filterExported: (name, path) =>
		`Filter für Systemaufrufe von ${name} nach ${path} geschrieben. So verwenden Sie ihn: podman run --security-opt seccomp=${path} …`,
	imageExported: (image, digest, path, commands) =>
		`Image ${image} (${digest}) nach ${path} geschrieben. Es enthält Programme und Konfiguration dieses Systems; schützen Sie es entsprechend. So starten Sie es:\n${commands}`,
	quadletExported: (name, path, image, command) =>
		`Units von ${name} nach ${path} geschrieben. Laden Sie zuerst das Image ${image} (\`cagewright export ${name} --format oci\`), dann:\n${command}\nsystemctl daemon-reload`,
	portableExported: (name, path, commands) =>
		`Portablen Dienst ${name} nach ${path} geschrieben. Auf dem anderen System, mit systemd 257 oder neuer:\n${commands}`,
	kubernetesExported: (name, path, image) =>
		`Objekte von ${name} nach ${path} geschrieben. Laden Sie das Image ${image} in Ihre Registry und ändern Sie seinen Namen, dann: kubectl apply -f ${path}`,
	title: (name, { at, from, generation }, isRefused) =>
		isRefused
			? `Abgelehntes Archiv des Käfigs ${name} (Generation ${generation} von ${from}, exportiert ${at}). Nichts von dem Folgenden ist geprüft.`
			: `Käfig ${name} (Generation ${generation} von ${from}, exportiert ${at}); jede Datei entspricht ihrem Manifest.`,
	command: "Befehl",
	directory: "Verzeichnis",
	account: "Konto",
	dedicated: "Legt Konto an",
	groups: "Gruppen dieses Systems",
	permissions: "Berechtigungen",
	syslog: "Syslog-Socket",
	environment: "Umgebung",
	network: "Netz",
	sockets: "Sockets, die root öffnet",
	limits: "Grenzen",
	settings: "Einstellungen des Dienstes",
	probes: "Proben",
	exercises: "Übungen",
	binds: "Vom Host eingehängt",
	devices: "Geräte",
	writable: "Beschreibbar",
	directories: "Legt an",
	rules: "Regeln für den Bau",
	later: "Private Dateien dieses Systems, die ein Bau übernimmt",
	unit: "Unit",
	published: "Auf dem Host veröffentlicht",
	secrets: "Geheimnisse",
	setuid: "Setuid-Dateien",
	notTaken: "Nicht importiert",
	dropped: {
		"on-host": () => "Beobachtung auf dem Host (--on-host)",
		accepted: (values) => `akzeptierte Befunde: ${values}`,
		secrets: (values) => `--allow-secret ${values}`,
		setuid: (values) => `--allow-setuid ${values}`,
		writes: (values) => `--allow-write ${values}`,
		seed: (values) => `--seed ${values}`,
		credentials: (values) => `Zugangsdaten dieses Systems, außer --allow-secret nennt alle ihre Dateien: ${values}`,
		published: (values) =>
			`auf diesem System veröffentlichte Dateien: ${values} (--allow-write PFAD ersetzt eine, die ein anderer Dienst haben kann)`,
		unit: (values) => `die Unit ${values}, die hier ein anderes Programm startet`,
		trials: () => "Ergebnisse von Erprobungen und Selbsttests",
	},
	files: "Dateien",
	data: (there) => (there ? "mit den Daten der Anwendung" : "ohne Daten"),
	question: (name) => `${name} importieren? Proben und Übungen daraus laufen hier als root. [j/N]`,
	not: "Nichts wurde importiert.",
	undone: (account) => `Ein früherer Import wurde unterbrochen. Das Konto ${account}, das er angelegt hatte, wurde entfernt.`,
	imported: (name) => `${name} ist jetzt ein Käfig dieses Systems.`,
	answers: (run) => `Die Anwendung antwortet im Käfig. Weiter: ${run}`,
	silent: (trial, remove) =>
		`Die Anwendung antwortet hier nicht. Um die Ursache zu finden: ${trial}. Um den Käfig zu entfernen: ${remove}`,
};
