import type { Widen } from "../../messages/widen.ts";
import type { permissions as english, planHelpEn } from "./help.en.ts";

export const planHelpDe: typeof planHelpEn = {
	plan: {
		about: "Zeigen, was in einen beobachteten Käfig käme, und warum",
		details:
			"Entscheidungen wie --include werden mit dem Käfig gespeichert. Ist er schon gebaut, zeigt `plan` auch, was sich ändern würde.",
		dryRun: "die Entscheidungen nicht speichern",
	},
};

export const permissions: Widen<typeof english> = {
	proc: "/proc mit den eigenen Prozessen der Anwendung, ohne Kernel-Dateien",
	"own-process": "Dateien der eigenen Prozesse in /proc schreiben, etwa oom_score_adj",
	"kernel-proc": "/proc mit Dateien über das System, etwa Last und Speicher, nur lesbar",
	sys: "/sys, nur lesbar: Geräte und ihre Zähler",
	"unix-sockets": "Unix-Sockets",
	netlink: "Fragen an den Kernel nach Netzadressen und Routen",
	uevents: "Meldungen des Kernels über Geräte, die kommen und gehen",
	"packet-sockets": "jedes Paket seines Netzes lesen und fälschen",
	multicast: "Multicast und Broadcast",
	syslog: "Meldungen an das Syslog des Hosts",
	memfd: "Dateien im Speicher (memfd_create)",
	"writable-code": "Speicher, der schreibbar und ausführbar ist, wie ihn JIT-Compiler brauchen",
	ports: "auf jedem TCP-Port lauschen",
	"abstract-sockets": "abstrakte Unix-Sockets von Prozessen außerhalb des Käfigs",
	"call:NAME": "dieser Systemaufruf, wenn der Käfig einen eigenen Filter hat (--calls observed)",
	"capability:NAME": "diese Capability, etwa capability:net_bind_service",
	"port:NUMBER": "auch auf diesem TCP-Port lauschen",
	"socket:PATH": "dieser Unix-Socket des Hosts",
	"executable-data:DIR": "Dateien in diesem schreibbaren Verzeichnis ausführen",
};
