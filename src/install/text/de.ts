import type { Widen } from "../../messages/widen.ts";
import type { doctorEn, installEn } from "./en.ts";

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
