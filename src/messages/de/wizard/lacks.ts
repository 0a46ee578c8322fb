import type { WizardMessages } from "../../messages.ts";

export const lacksDe: WizardMessages["lacks"] = {
	title: "Diesem Rechner fehlt etwas für die Arbeit:",
	package: "Paket {package}",
	noPackage: "kein Paket bringt es",
	things: {
		root: "root: Starten Sie cagewright mit sudo",
		"user-namespaces":
			"Benutzernamensräume für gewöhnliche Benutzer: Schalten Sie sie ein (cagewright doctor nennt die Einstellung), oder starten Sie cagewright mit sudo",
		strace: "strace, das die Anwendung beobachtet",
		"util-linux": "util-linux, das Namensräume und Mounts macht",
		namespaces: "Namensräume des Kerns",
		overlay: "overlayfs, damit von einer Sandbox nichts zurückbleibt",
		yama: "strace ist verboten (kernel.yama.ptrace_scope=3): in /etc/sysctl.d auf 1 setzen und neu starten",
		seccomp: "seccomp des Kerns",
		processor: "ein unterstützter Prozessor (amd64)",
	},
	offer: "Enter installiert mit der Paketverwaltung dieses Systems, was Pakete bringen.",
	asRoot: "Nur root kann Pakete installieren. Führen Sie `{command}` als root aus; Enter sieht danach neu nach.",
	again: "Kein Paket bringt das. Richten Sie es ein und drücken Sie dann Enter, um neu nachzusehen.",
	installing: "Wird installiert…",
};
