import type { SelftestClosing } from "../en/selftest-closing.ts";

/** Was gegen das zu tun ist, was der Selbsttest fand; deutsch. */
export const selftestClosingDe: SelftestClosing = {
	stops: {
		root: "den Käfig neu machen (cagewright make) und noch einmal testen; bleibt es, ist es ein Fehler von uns, bitte melden",
		capabilities: "nachsehen, welche Capabilities der Plan behält, und diese verweigern: --refuse capability:NAME",
		seccomp: "mit cagewright doctor nachsehen, ob dieser Kern Systemaufrufe filtert",
		landlock: "mit cagewright doctor nachsehen, ob dieser Kern Landlock hat und der Starter es nutzen kann",
		"read-only": "den Ordner aus --writable und --bind PATH:rw nehmen, wenn er nicht beschrieben werden muss",
		nosuid: "mit cagewright doctor nachsehen, was dem Starter dieser Maschine fehlt",
		nodev: "mit cagewright doctor nachsehen, was dem Starter dieser Maschine fehlt",
		noexec: "Programme aus Ordnern fernhalten, die die Anwendung beschreibt; siehe cagewright doctor",
		pid: "mit cagewright doctor nachsehen, ob diese Maschine Prozess-Namensräume bietet",
		ipc: "mit cagewright doctor nachsehen, ob diese Maschine IPC-Namensräume bietet",
		net: "ihr ein eigenes Netz geben, wenn sie keines braucht: --network none",
		"no-proc": "/proc schließen, wenn die Anwendung ohne auskommt: --refuse proc",
		"own-dev": "Geräteknoten herausnehmen, die sie nicht braucht",
		"no-new-privs": "mit cagewright doctor nachsehen, was dem Starter dieser Maschine fehlt",
		account: "dem Käfig ein eigenes Konto geben: --dedicated-account NAME",
		init: "den Käfig neu machen (cagewright make) und noch einmal testen",
		session: "mit cagewright run oder seiner Unit starten, nicht von Hand",
		environment: "mit cagewright run oder seiner Unit starten, nicht von Hand",
	},
	checks: {
		inside: ["Sie läuft außerhalb ihres Käfigs.", "Anhalten, den Käfig neu machen und noch einmal testen."],
		root: ["Über dem Käfig liegt noch der Baum des Wirts.", "Mit cagewright doctor nachsehen, was dem Starter fehlt."],
		capabilities: ["Sie kann mehr, als sie braucht.", "Verweigern, was sie nicht behalten muss: --refuse capability:NAME."],
		"no-new-privs": ["Ein Setuid-Programm gäbe ihr mehr Rechte.", "Mit cagewright doctor nachsehen, was dem Starter fehlt."],
		seccomp: [
			"Jeder Systemaufruf des Kerns steht ihr offen.",
			"Mit cagewright doctor nachsehen, ob dieser Kern Aufrufe filtert.",
		],
		namespaces: ["Das teilt sie mit dem Wirt.", "Mit cagewright doctor nachsehen, welche Namensräume diese Maschine bietet."],
		descriptors: [
			"Sie hat eine Datei oder einen Socket dessen, der sie startete.",
			"Mit cagewright run oder ihrer Unit starten.",
		],
		ro: ["Sie könnte ändern, was sie ausführt.", "Den Käfig neu machen und noch einmal testen; siehe cagewright doctor."],
		nosuid: ["Eine Setuid-Datei dort gäbe Rechte.", "Mit cagewright doctor nachsehen, was dem Starter fehlt."],
		nodev: ["Ein Geräteknoten dort wirkte.", "Mit cagewright doctor nachsehen, was dem Starter fehlt."],
		noexec: ["Sie könnte ausführen, was sie schreibt.", "Mit cagewright doctor nachsehen, was dem Starter fehlt."],
		mounts: ["Sie sieht vom Wirt etwas, das niemand verlangt hat.", "Den Käfig neu machen und noch einmal testen."],
		session: ["Sie könnte in ein Terminal des Wirts tippen.", "Mit cagewright run oder ihrer Unit starten."],
		environment: [
			"In ihrer Umgebung stehen Werte des Wirts, vielleicht Geheimnisse.",
			"Mit cagewright run oder ihrer Unit starten.",
		],
		account: [
			"Unter ihrem Konto laufen draußen noch andere: Zwischen ihnen steht allein der Prozess-Namensraum.",
			"Dem Käfig ein eigenes Konto geben: --dedicated-account NAME.",
		],
	},
};
