import type { RiskMessages } from "../../en/record/risks.ts";

/** What remains, and what can be done about it; German. */
export const risksDe: RiskMessages = {
	intro: "Abgeleitet aus dem, was gemessen und entschieden wurde. Wer den Käfig freigibt, nimmt diese Risiken auf sich.",
	head: ["Gewicht", "Was bleibt", "Was man tun kann"],
	severities: { high: "hoch", medium: "mittel", low: "gering" },
	what: {
		escaped: "{count:count} Befunde des Selbsttests sprechen gegen den Käfig: ein Weg führte hinaus, oder eine Schicht fehlte.",
		"audit-danger": "In den Dateien des Käfigs wurden {count:count} Gefahren gefunden.",
		"never-tried": "Die Wege nach draußen wurden nicht versucht.",
		"root-start":
			"Die Anwendung startet als root. Von dessen Rechten behält sie wenig, aber ein Fehler vor dem Wechsel des Kontos ist ein Fehler in root.",
		capabilities: "Sie behält Teile der Rechte von root: {names}.",
		"network-shared":
			"Sie teilt das Netz des Wirts: Jeder Dienst, der dort lauscht, auch nur lokal, ist aus dem Käfig erreichbar, ebenso jede Adresse, die der Wirt erreicht.",
		"unix-sockets": "Sie darf Unix-Sockets öffnen: Wen sie darüber erreicht, der kann ihr offene Dateien übergeben.",
		netlink: "Sie darf den Kernel über Netlink nach den Adressen und Routen ihres Netzes fragen.",
		multicast: "Sie darf an Gruppen von Rechnern senden und hören, was an sie gesendet wird.",
		"kernel-proc": "Sie sieht, wie beschäftigt der Host ist: Last, Speicher, Platten und Netzwerkzähler.",
		sys: "Sie sieht die Geräte des Hosts.",
		proc: "Sie sieht /proc ihres eigenen Namensraums und damit Angaben über den Kernel.",
		"writable-code": "Sie darf Speicher ausführen, den sie selbst beschrieben hat: Eingeschleuster Code läuft dann ohne Datei.",
		"executable-data":
			"Sie darf ausführen, was sie nach {paths} geschrieben hat: Wer dort eine Datei unterbringt, kann sie laufen lassen.",
		memfd:
			"Sie darf Dateien im Speicher anlegen. Starten lässt der Filter keine, doch als Code eingeblendet werden kann eine: Eingeschleuster Code läuft dann ohne Datei.",
		syslog: "Sie darf in das Protokoll des Wirts schreiben.",
		"bind-writable": "Sie schreibt in Verzeichnisse des Wirts: {paths}.",
		"bind-read": "Sie liest Verzeichnisse des Wirts, wie sie sind: {paths}.",
		"shared-account":
			"Unter dem Konto {account} laufen auch andere Prozesse: Außerhalb des Käfigs haben sie dieselben Rechte an Dateien.",
		"secret-inside": "Im Käfig liegen Geheimnisse; wer die Anwendung übernimmt, hat sie: {paths}.",
		"setuid-inside": "Im Käfig liegen setuid-Dateien (sie bewirken dort nichts: keine neuen Rechte): {paths}.",
		"no-limits": "Für Speicher, Prozesse und offene Dateien ist keine Grenze gesetzt: Sie kann den Rechner auslasten.",
		weaker: "Dieser Rechner konnte nicht jede Schicht geben; es fehlt: {layers}.",
		"partly-watched": "Sie wurde nicht von ihrem Start an beobachtet; etwas selten Benötigtes kann fehlen.",
		minimised:
			"{files:count} {files|Datei wurde|Dateien wurden} auf den Beweis von {probes:count} {probes|Probe|Proben} und {exercises:count} {exercises|Übung|Übungen} hin weggelassen: Was diese nicht erreichen, kann scheitern.",
		outdated: "Der Wirt hat neuere Dateien als der Käfig.",
		kernel:
			"Der Kernel ist gemeinsam. Ein Fehler darin, den die offenen Systemaufrufe erreichen, führt aus allen Schichten hinaus.",
		chroot:
			"Aus einem chroot-Käfig kann man ausbrechen, wie die Maßnahme selbst sagt. Darum gibt es weitere Schichten; keine davon hält gegen alles.",
	},
	remedy: {
		escaped: "Siehe cagewright selftest; vorher nicht in Betrieb nehmen.",
		"audit-danger": "Siehe cagewright check.",
		"never-tried": "perl installieren und cagewright selftest ausführen.",
		"root-start": "Mit --user unter ihrem Konto starten, wo sie das kann.",
		capabilities: "Mit --refuse schließen, was sie entbehren kann.",
		"network-shared": "--network none, wo sie nur über einen Unix-Socket dient; sonst ein Paketfilter.",
		"unix-sockets": "--refuse unix-sockets, und sehen, ob sie noch antwortet.",
		netlink: "--refuse netlink, und sehen, ob sie noch antwortet.",
		multicast: "--refuse multicast; das gilt nur in ihrer Unit.",
		"kernel-proc": "--allow kernel-proc weglassen oder --refuse kernel-proc, und sehen, ob sie noch antwortet.",
		sys: "--allow sys weglassen oder --refuse sys, und sehen, ob sie noch antwortet.",
		proc: "--refuse proc, und sehen, ob sie noch antwortet.",
		"writable-code": "Ihren Just-in-time-Compiler abschalten, dann --refuse writable-code.",
		"executable-data": "--allow executable-data weglassen und sehen, ob sie noch antwortet.",
		memfd: "--refuse memfd, und sehen, ob sie noch antwortet.",
		syslog: "--refuse syslog, und sie ein eigenes Protokoll schreiben lassen.",
		"bind-writable": "Stattdessen kopieren oder mit :ro nur lesend einhängen.",
		"bind-read": "Was sich selten ändert, mit --include kopieren.",
		"shared-account": "Ein eigenes Konto.",
		"secret-inside": "Eigene Schlüssel nur für diesen Dienst; nach einem Vorfall ersetzen.",
		"setuid-inside": "Weglassen, wenn sie ohne antwortet.",
		"no-limits": "Grenzen für Speicher, Prozesse und Dateien, per Option oder in ihrer Unit.",
		weaker: "Siehe cagewright doctor.",
		"partly-watched": "Aus dem gestoppten Dienst neu anlegen.",
		minimised:
			"Mit einer Übung für alles Weitere verkleinern, was es können muss: cagewright minimise --exercise; im Betrieb beobachten mit cagewright trace --for.",
		outdated: "cagewright update ausführen.",
		kernel: "Aktualisierungen des Kernels; eine virtuelle Maschine, wo das nicht genügt.",
		chroot: "Beobachten: cagewright check in der Überwachung, dazu ihre Protokolle.",
	},
};
