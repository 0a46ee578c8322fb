import type { PinKind } from "../../core/minimise/pin-kinds.ts";
import type { adoptionEn, doctorEn, installEn, minimiseEn, removeEn, transferEn, updateEn, watchEn } from "../en/upkeep.ts";
import type { Widen } from "../widen.ts";

export const watchDe: Widen<typeof watchEn> = {
	time: (seconds) =>
		seconds >= 5400 ? `${Math.round(seconds / 3600)} h` : seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${seconds} s`,
	started: (time) => `Der Käfig wird ${time} lang auf Fehler beobachtet. Strg-C beendet das vorzeitig und behält die Ergebnisse.`,
	nothing: (name, time) => `${name}: ${time} lang beobachtet: Nichts fehlt.`,
	missed: (name, time, count) =>
		`${name}: ${time === undefined ? "beobachtet" : `${time} lang beobachtet`}: ${count === 1 ? "1 Pfad fehlt" : `${count} Pfade fehlen`}`,
	take: (command) => `Um sie mit der nächsten Aktualisierung zu ergänzen: ${command}`,
	private: "privat",
	takePrivate: (command) =>
		`Die privaten darf nicht jedes Konto lesen, und eine kompromittierte Anwendung kann nach ihnen fragen. Ergänzen Sie eine nur, wenn die Anwendung sie braucht: ${command}`,
	left: (paths) => `Weggelassen, weil nicht jedes Konto sie lesen darf: ${paths}. Einzeln ergänzen: --include PFAD.`,
	takeQuestion: "Ergänzen? [j/N]",
};

export const installDe: Widen<typeof installEn> = {
	would: (timer) => `Würde diese Dateien schreiben${timer ? " und einen täglichen Timer starten" : ""}:`,
	installed: (timer, uninstall) =>
		`Installiert${timer ? "; der Timer läuft einmal am Tag (systemctl list-timers cagewright-upkeep)" : ""}. Um diese Dateien, aber keine Käfige zu entfernen: ${uninstall}`,
	wouldRemove: "Würde diese Dateien entfernen und alle Käfige und Vorlagen behalten:",
	removed: "Diese Dateien wurden entfernt, alle Käfige und Vorlagen behalten:",
	nothing: "Nichts war installiert.",
	packaged: (path) =>
		`Ein Paket hat das Programm schon in ${path} installiert, mit Handbuchseiten, Vervollständigung, Hook und Timern. Nichts wurde geändert. Um alle Käfige täglich zu aktualisieren: systemctl enable --now cagewright-update.timer`,
	ofPackage: "`install` hat hier nichts geschrieben. Das Programm entfernt der Paketmanager.",
	left: (path) => `${path} wurde nach der Installation geändert und nicht entfernt.`,
	noneStale: "Kein Käfig ist veraltet.",
	stale: (name, packages, security) =>
		`cagewright: Käfig ${name} enthält noch ältere Dateien${packages ? ` von ${packages}` : ""}${security ? " (Sicherheitsaktualisierung)" : ""}; aktualisieren: cagewright update ${name}`,
};

export const removeDe: Widen<typeof removeEn> = {
	will: (name) => `Mit ${name} wird gelöscht:`,
	keeps: "Erhalten bleiben:",
	item: (path, size) => `  ${path} (${size})`,
	generations: (path, count, size) => `  ${path} (${count === 1 ? "1 Generation" : `${count} Generationen`}, ${size})`,
	data: (path, size) => `  ${path} (die Daten der Anwendung, ${size})`,
	unit: (path) => `  ${path} (seine Unit; der Käfig startet nicht mehr mit dem System)`,
	dropin: (path, service) => `  ${path} (${service} startet dann auf dem Host)`,
	hook: (path) => `  ${path}`,
	account: (account) => `  das Konto ${account} dieses Systems, das für den Käfig angelegt wurde`,
	mentions: (path) => `${path} nennt diesen Käfig, stammt aber nicht von Cagewright. Ändern oder entfernen Sie es selbst.`,
	question: (name) => `${name} entfernen? [j/N]`,
	done: (name) => `${name} entfernt.`,
	accountKept: (account, pid) =>
		`Das Konto ${account} wurde nicht entfernt, weil Prozess ${pid} es benutzt. Beenden Sie den Prozess, und führen Sie aus: userdel ${account}`,
	kept: (name) => `${name} wurde nicht entfernt.`,
	finished: (name) =>
		`Ein früherer Befehl wurde unterbrochen, während er ${name} entfernte. Das Entfernen ist jetzt abgeschlossen.`,
};

export const adoptionDe: Widen<typeof adoptionEn> = {
	stopping: (service) => `${service} wird angehalten…`,
	started: (service) => `${service} wurde wieder gestartet`,
	willAdopt: (service, name) => `${service} wird so in den Käfig ${name} übernommen:`,
	willRelease: (service, name) => `${service} wird so aus dem Käfig ${name} zurückgegeben:`,
	wouldAdopt: (service, name, isInPlace) =>
		`6. ${service} anhalten, ${isInPlace ? "den Zustand an seinem Ort lassen" : "den Zustand in den Käfig kopieren"} und den Dienst im Käfig ${name} starten; antwortet er dort nicht, alles zurücknehmen`,
	stop: "1. Den Dienst anhalten",
	state: (inPlace, copied) => {
		if (!inPlace.length) {
			return copied.length
				? `2. Den Zustand des Käfigs durch eine Kopie des Zustands auf dem Host ersetzen; dieser bleibt unverändert:\n${list(copied)}`
				: "2. Nichts kopieren: Der Dienst hat keinen Zustand";
		}
		const others = copied.length ? `\n   Diese Verzeichnisse in den Käfig kopieren:\n${list(copied)}` : "";
		return `2. Den Zustand an seinem Ort lassen und in den Käfig einhängen:\n${list(inPlace)}${others}`;
	},
	giveBack: (places, inPlace) =>
		places.length
			? `2. Die Änderungen aus dem Käfig auf den Host kopieren:\n${list(places)}`
			: inPlace.length
				? `2. Nichts kopieren: Der Zustand ist an seinem Ort auf dem Host:\n${list(inPlace)}`
				: "2. Nichts kopieren: Im Käfig wurde nichts geändert",
	dropin: (path) => `3. ${path} schreiben`,
	removeDropin: (path) => `3. ${path} entfernen`,
	start: (probes) => `4. Den Dienst starten und warten, bis er antwortet:\n${list(probes)}`,
	orElse: "Scheitert ein Schritt, nimmt Cagewright alle zurück.",
	adoptQuestion: (service) => `${service} in den Käfig übernehmen? [j/N]`,
	releaseQuestion: (service) => `${service} aus dem Käfig zurückgeben? [j/N]`,
	stays: (service) => `${service} wurde nicht geändert.`,
	adopted: (service, name, seconds, release) =>
		`${service} läuft im Käfig ${name}. Der Dienst war ${seconds} s lang unterbrochen.\nUm ihn zurückzugeben: ${release}`,
	released: (service, seconds) => `${service} läuft wieder auf dem Host. Der Dienst war ${seconds} s lang unterbrochen.`,
	repaired: (service, name, where, saved) =>
		where === "cage"
			? `Ein früherer Befehl wurde unterbrochen. ${service} läuft in seinem Käfig ${name}.`
			: `Ein früherer Befehl wurde unterbrochen. ${service} läuft wie zuvor auf dem Host.${saved ? ` Daten, die der Dienst im Käfig ${name} schrieb, sind in ${saved} gesichert.` : ""}`,
	by: (service, since) => `${service}, seit ${since}`,
	label: "Übernommener Dienst",
};

function list(lines: readonly string[]): string {
	return lines.map((line) => `   ${line}`).join("\n");
}

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
	title: (name, generation, from, at, refused) =>
		refused
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
	probes: "Proben",
	exercises: "Übungen",
	binds: "Vom Host eingehängt",
	devices: "Geräte",
	writable: "Beschreibbar",
	directories: "Legt an",
	rules: "Regeln für den Bau",
	later: "Private Dateien dieses Systems, die ein Bau übernimmt",
	unit: "Unit",
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

export const updateDe: Widen<typeof updateEn> = {
	unchanged: (name, generation) =>
		`${name} ist aktuell: Generation ${generation} hat die Dateien des Hosts. Nichts wurde gebaut.`,
	would: (name, generation) =>
		`Würde ${name} von Generation ${generation} aktualisieren: die nächste Generation bauen, erproben und zu ihr wechseln, wenn sie antwortet. Nichts wurde geändert.`,
	editGoesOn: (path) => `${path} wurde im Käfig bearbeitet; die Aktualisierung behält die Änderung`,
	conflict: (path, name) =>
		`${path} wurde im Käfig bearbeitet und hat sich auch auf dem Host geändert. Wählen Sie eine Fassung mit --configuration keep oder host. Um die des Käfigs zu sehen: cagewright shell ${name} -- cat ${path}`,
	conflicts: (name, paths) => `Im Käfig ${name} bearbeitet und auch auf dem Host geändert: ${paths}`,
	keepQuestion:
		"Die Fassung des Käfigs behalten? Sonst verwendet die Aktualisierung die des Hosts und sichert die des Käfigs. [j/N]",
	updated: (name, from, to, files, rollback) =>
		`${name} wurde aktualisiert und antwortet. Aktuell ist Generation ${to} (${files} Dateien). Um zu ${from} zurückzukehren: ${rollback}`,
	renewed: (units) => `Für spätere Starts mit den Programmen dieser Version erneuert: ${units}.`,
	restarted: (services, seconds) => `Neu gestartet: ${services}, ${seconds} s unterbrochen.`,
	remaining: (name, pids) =>
		`Diese Prozesse laufen noch in einer anderen Generation: ${pids}. Um die aktuelle zu verwenden, beenden und starten Sie ${name}.`,
	summary: (done, failed) => `${done} aktuell, ${failed} gescheitert`,
	wouldRollBack: (name, from, to) =>
		`Würde ${name} von Generation ${from} auf ${to} umstellen und neu starten, falls die Anwendung läuft. Die Daten blieben unverändert.`,
	rolledBack: (name, from, to) => `${name} ist wieder bei Generation ${to} (vorher ${from}). Die Daten blieben unverändert.`,
	switched: (name, generation, restarted, remaining) =>
		[
			`Ein früherer Befehl wurde unterbrochen. Aktuell ist Generation ${generation} von ${name}.`,
			...(restarted.length ? [`Neu gestartet: ${restarted.join(", ")}.`] : []),
			...(remaining.length
				? [`Prozesse in einer anderen Generation: ${remaining.join(", ")}. Beenden und starten Sie ${name}.`]
				: []),
		].join(" "),
	wentBack: (name, generation) =>
		`Ein früherer Befehl wurde unterbrochen. ${name} antwortete nach dem Neustart nicht; aktuell ist wieder Generation ${generation}.`,
	cleared: (name) => `Ein früherer Befehl wurde unterbrochen. Seine unfertige Arbeit an ${name} wurde entfernt.`,
	settings: (settings) => `Einstellungen: ${settings}`,
	same: (a, b) => `Die Generationen ${a} und ${b} enthalten dieselben Dateien.`,
};

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;
const files = (count: number) => many(count, "Datei", "Dateien");

export const minimiseDe: Widen<typeof minimiseEn> = {
	progress: ({ bytes, estimated, left, open, out, trials }) =>
		`Erprobung ${trials} von etwa ${estimated}: ${files(out)} (${bytes}) unnötig, ${open} offen${left === undefined ? "" : `, noch etwa ${left}`}`,
	time: (seconds: number) => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`),
	searching: (jobs: number) =>
		`Lässt Dateien weg und erprobt den Rest, ${many(jobs, "Erprobung", "Erprobungen")} gleichzeitig. Strg-C beendet das vorzeitig und behält die Ergebnisse.`,
	stopping: "Wird nach einer weiteren Erprobung der bisherigen Ergebnisse beendet. Noch einmal Strg-C bricht sofort ab.",
	would: (name: string, open: number, bytes: string, of: number, trials: number) =>
		`Würde versuchen, ${open} der ${files(of)} in ${name} (${bytes}) wegzulassen, in etwa ${many(trials, "Erprobung", "Erprobungen")} oder mehr. Nichts wurde erprobt oder geändert.`,
	tried: "Wird erprobt",
	stays: "Bleibt immer erhalten",
	found: (name: string, out: number, of: number, bytes: string, ofBytes: string) =>
		`${name} braucht ${out} von ${of} Dateien nicht (${bytes} von ${ofBytes}).`,
	nothing: (name: string, of: number) =>
		`${name} braucht alle ${files(of)}, oder sie sollen erhalten bleiben. Nichts wurde geändert.`,
	nothingYet: (name: string, of: number) =>
		`Die Suche endete, bevor eine der ${files(of)} in ${name} als unnötig erwiesen war. Nichts wurde geändert.`,
	how: (trials: number, seconds: number) =>
		`Gefunden in ${many(trials, "Erprobung", "Erprobungen")}, ${String(seconds).replace(".", ",")} s.`,
	stopped: "Die Suche endete, bevor jede Datei entschieden war. Ein weiterer Lauf setzt hier fort.",
	byGroup: "Weggelassen, nach Art",
	byPackage: "Weggelassen, nach Paket",
	noPackage: "ohne Paket",
	kept: "Behalten",
	needed: "von einer Probe oder Übung benötigt",
	pins: {
		program: "das Programm",
		needed: "Bibliotheken, Lader und Erweiterungen verbleibender Dateien",
		accounts: "Konten des Käfigs",
		rule: "mit einer Option verlangt",
		edited: "im Käfig bearbeitet",
		kept: "--keep, --keep-kind",
		interpreter: "Bibliothek eines Interpreters, die erst bei Bedarf geladen wird",
		"time-zone": "die Ortszeit",
		locale: "die Sprache der Anwendung",
		"name-service": "Namensauflösung",
		tls: "Zertifikate und ihre Regeln, weil der Käfig einen privaten Schlüssel enthält",
		configuration: "Konfiguration, die zu keinem Paket gehört",
	} satisfies Record<PinKind, string>,
	depends: (probes: number, exercises: number, signals: readonly string[]) =>
		`Das ist nur für ${[many(probes, "Probe", "Proben"), many(exercises, "Übung", "Übungen"), ...signals].join(", ")} und drei Starts erwiesen. Andere Funktionen können die weggelassenen Dateien brauchen.`,
	noExercise:
		"Nur die Probe beweist das. Ergänzen Sie --exercise BEFEHL für alles Weitere, was der Dienst können muss, bevor Sie sich darauf verlassen.",
	uncounted: (lines: string) => `Nicht gezählt, weil es schon im vollständigen Käfig scheitert: ${lines}`,
	configuration: (paths: string) =>
		`Die Einstellungen in diesen Dateien gelten nicht mehr: ${paths}. Um solche Dateien zu behalten: --keep-kind configuration`,
	question: (name: string) => `${name} ohne diese Dateien bauen? Die aktuelle Generation bleibt erhalten. [j/N]`,
	leftAsIs: "Nichts wurde geändert.",
	made: ({ before, bytes, count, generation, name, rollback }) =>
		`Generation ${generation} von ${name} hat ${files(count)} (${bytes}) und antwortet. Um zu ${before} zurückzukehren: ${rollback}`,
	explain: (explain: string, trial: string) =>
		`Um zu sehen, warum ein Pfad weggelassen wurde: ${explain} PFAD. Um ihn wieder aufzunehmen: ${trial} --include PFAD --yes`,
};

export const doctorDe: Widen<typeof doctorEn> = {
	head: ["", "Voraussetzung", "Gefunden", "Benötigt für"],
	states: { ok: "[ok]", note: "[i]", weaker: "[!]", missing: "[--]" },
	notRunning: (found) => `${found}, läuft nicht`,
	fine: "Dieses System erfüllt alle Voraussetzungen.",
	fix: (packages) => `Es fehlt: ${packages.join(", ")}. Zum Installieren: cagewright doctor --fix`,
	installing: (command) => `Wird ausgeführt: ${command}`,
	needs: {
		root: "Ports unter 1024, Dienste, eigene Konten",
		processor: "den Init-Prozess eines Käfigs",
		strace: "Beobachtung und Erprobung",
		"util-linux": "Namensräume, Mounts und den Starter",
		systemd: "Käfige als Dienste (cagewright unit)",
		getcap: "die Suche nach File-Capabilities in einem Käfig",
		"failure-watch": "cagewright trace NAME --for ZEIT",
		overlay: "Sandboxes und Erprobungen, die nichts verändern",
		namespaces: "Sandboxes und Abschottung",
		"user-namespaces": "Käfige gewöhnlicher Benutzer; root braucht keine",
		seccomp: "den Filter für Systemaufrufe",
		landlock: "eine zweite Schutzschicht bei Schreiben, Ports, Signalen und Sockets",
		yama: "Beobachtung",
		selinux: "Labels der Dateien in einem Käfig",
		apparmor: "Profile der Distribution",
		cgroup: "Speicher- und Prozessgrenzen",
	},
	advice: {
		root: "für eigene Käfige ist nichts zu tun; für alles andere cagewright mit sudo starten.",
		processor: "ein System mit x86_64 oder arm64 verwenden.",
		strace: "das Paket strace installieren.",
		"util-linux": "Programme oder Optionen fehlen, vielleicht weil BusyBox sie ersetzt; das Paket util-linux installieren.",
		systemd:
			"Units brauchen ein System, das mit systemd gestartet wurde. Vor systemd 257 startet eine Unit ein Skript mit demselben Schutz, und `unit --score` und portable Services fehlen.",
		getcap: "das Paket libcap2-bin installieren (anderswo: libcap); bis dahin werden File-Capabilities nicht geprüft.",
		"failure-watch":
			"das Debian-Paket gcc-bpf installieren und `npm run build` wiederholen; bis dahin fehlt nur `trace NAME --for ZEIT`.",
		overlay:
			"das Modul overlay laden (modprobe overlay) oder cagewright auf dem Host ausführen oder in einem Container, der Dateisysteme einhängen darf; anderswo mit --on-host beobachten; Anwendungen mit Zustand lassen sich dort nicht erproben.",
		namespaces:
			"cagewright auf dem Host oder in einem Container mit CAP_SYS_ADMIN und CAP_NET_ADMIN ausführen; ohne Namensräume startet kein Käfig.",
		"user-namespaces":
			"für root ist nichts zu tun; für gewöhnliche Benutzer kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0 und user.max_user_namespaces über 0 setzen, soweit vorhanden (sysctl); verdeckt ein Container Teile von /proc oder /sys, cagewright als root oder auf dem Host ausführen.",
		seccomp: "einen Kernel mit CONFIG_SECCOMP_FILTER starten; ohne ihn startet kein Käfig.",
		landlock:
			"Linux ab 5.13 mit landlock im Kernel-Parameter lsm= starten; ohne Landlock warnt jeder Start, und --require full lehnt ihn ab. Neuere Kernel beurteilen auch Kürzen (6.2), TCP-Ports (6.7), Gerätebefehle (6.10), Signale und abstrakte Sockets (6.12) und zeichnen Verweigerungen für cagewright watch auf (6.15).",
		yama: "kernel.yama.ptrace_scope=3 verbietet strace bis zum nächsten Neustart; den Wert in /etc/sysctl.d auf 1 setzen und das System neu starten.",
		selinux:
			"die Dateien eines Käfigs haben das Label des Zustandsordners, deshalb läuft ein Dienst im Käfig in der Domäne von systemd statt in seiner eigenen; scheitert eine Anwendung nur im Käfig, zeigt `ausearch -m avc -ts recent` die Verweigerung.",
		apparmor:
			"ein Profil für den Pfad des Programms kann auch im Käfig gelten; scheitert die Anwendung nur dort, zeigt `journalctl -k --grep=apparmor` die Verweigerung.",
		cgroup: "ohne die cgroup-Controller memory und pids gelten Grenzen je Prozess statt für den ganzen Käfig.",
	},
};
