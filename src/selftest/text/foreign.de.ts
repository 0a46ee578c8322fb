import type { ForeignSelftestMessages } from "./foreign.en.ts";

export const foreignSelftestDe: ForeignSelftestMessages = {
	title: "Selbsttest in anderen Sandboxen, verglichen mit einem Käfig",
	kinds: { container: "Container", pid: "Prozess", unit: "Unit" },
	target: (kind, name, pid, program) => `${kind} ${name} (PID ${pid}, ${program})`,
	layersTitle: "Schutz eines Käfigs",
	waysTitle: "Ausbruchstechniken",
	layers: {
		inside: "das Wurzelverzeichnis ist nicht das des Hosts",
		root: "das Wurzelverzeichnis ist die Wurzel des Mount-Namensraums",
		capabilities: "keine Capability",
		ro: "Wurzel und /dev sind schreibgeschützt",
		nodev: "nodev auf jedem Mount außerhalb von /dev",
	},
	ways: {
		"run-written": "ein selbst geschriebenes Programm ausführen",
		"map-written": "eine selbst geschriebene Bibliothek laden",
		"write-cage": "eigene Programme und Konfiguration überschreiben",
		"init-memory": "Speicher von PID 1",
	},
	landlock: "Landlock",
	refusedByAll: (count) => `überall verweigert: ${count} Techniken`,
	legend: {
		ok: "erhalten: die Schicht wirkt, die Technik wurde verweigert",
		"!!": "VERLOREN: die Schicht fehlt, der Ausbruch GELANG",
		"--": "erlaubt durch eine Capability oder das Netz der Sandbox",
		"??": "unbekannt: nicht sichtbar, nicht übernommen oder nicht versucht",
	},
	capabilities: (names) => `Capabilities: ${names}`,
	missing: (layer, found) => `${layer}: ${found}`,
	filters: (count) => `Filter für Systemaufrufe: ${count}`,
	label: (label) => `Label: ${label}`,
	taken:
		"Die Versuche liefen in einem Prozess mit Namensräumen, Wurzel, Arbeitsverzeichnis, Konto, Capabilities, Cgroups und Filtern für Systemaufrufe des geprüften Prozesses. Er brachte sein Programm selbst mit und benutzte eine eigene Kopie der Mounts, daher ist die Sandbox unverändert.",
	notTakenLandlock:
		"Nicht übernommen: Landlock und das Verbot von Speicher, der beschreibbar und ausführbar ist (PR_SET_MDWE), die der Kernel niemandem zeigt; offene Dateien und das Terminal.",
	stricter: "Hinzugefügt: keine neuen Rechte, weil sich der Filter sonst nicht laden lässt.",
	notTaken: (parts) =>
		`Nicht übernommen: ${parts}. Eine gelungene Technik gilt als unbekannt, wenn dieser Teil sie verhindern könnte.`,
	parts: {
		namespaces: "Namensräume",
		root: "Wurzelverzeichnis",
		directory: "Arbeitsverzeichnis",
		account: "Konto",
		groups: "weitere Gruppen",
		capabilities: "Capabilities",
		seccomp: "Filter für Systemaufrufe",
		cgroup: "Cgroups",
		label: "Label von AppArmor oder SELinux",
	},
	unclear: (ways) => `Unbekannt, ob verweigert: ${ways}.`,
	untriedTitle: "Nicht versucht:",
	untried: {
		landlock: "nur Landlock verhindert es",
		start: "hängt vom Starter des Prozesses ab",
		writes: "würde Dateien der Sandbox ändern",
		module: "würde ein Kernel-Modul laden",
		cage: "betrifft einen Teil, den nur Käfige haben",
		"own-init": "PID 1 gehört zur Sandbox",
	},
	untriedLine: (why, ways) => `${why}: ${ways}`,
	control: (escaped) => `Der Kontrolllauf ohne Sandbox ist mit ${escaped} Techniken ausgebrochen, die Prüfung funktioniert also.`,
	holds: (refused, open) => `Kein Ausbruch: ${refused} Techniken verweigert, ${open} erlaubt.`,
	leaks: (escaped, refused) => `NICHT SO SICHER WIE EIN KÄFIG: ${escaped} Techniken gelangen, ${refused} wurden verweigert.`,
	failures: {
		"foreign-needs-root": "Nur root kann eine andere Sandbox prüfen. Führen Sie diesen Befehl als root aus.",
		"foreign-no-engine":
			"Container '{name}' ist nicht zu finden: Weder podman noch docker ist installiert. Prüfen Sie seinen Prozess mit --pid.",
		"foreign-no-container":
			"Es läuft kein Container '{name}'. `podman ps` zeigt die Namen; einen Container eines anderen Kontos prüfen Sie mit --pid.",
		"foreign-no-process":
			"Kein Prozess '{pid}', der sich prüfen lässt. Nennen Sie die PID eines laufenden Programms; Kernel-Threads haben keines.",
		"foreign-no-systemd": "Unit '{name}' ist nicht zu finden: Hier läuft kein systemd. Prüfen Sie ihren Prozess mit --pid.",
		"foreign-unit-stopped": "Unit '{name}' hat keinen laufenden Prozess. Starten Sie sie und prüfen Sie erneut.",
		"foreign-not-entered":
			"Der Selbsttest kam nicht in die Sandbox oder nicht zu Ende und beweist deshalb nichts über sie ({detail}).",
		"foreign-or-cage": "Nennen Sie einen Käfig oder andere Sandboxen, nicht beides.",
		"selftest-target":
			"Nennen Sie einen einzigen Käfig, oder mit --container ID, --pid PID oder --unit NAME andere Sandboxen, oder nur --program DATEI.",
	},
	help: {
		about: "Ausbrüche aus einem Käfig oder einer anderen Sandbox versuchen und sie prüfen",
		details:
			"`selftest` führt die bekannten Ausbruchsversuche im Käfig aus, und zur Kontrolle noch einmal ohne jede Schutzschicht. Es endet mit 1, wenn ein Ausbruch aus dem Käfig gelingt, und mit 70, wenn auch der Kontrolllauf nicht ausbrechen kann. `--container`, `--pid` und `--unit` führen sie in Sandboxen anderer Programme aus und vergleichen diese mit einem Käfig, mehrere in einer Tabelle. Sie brauchen root und ändern nichts in der Sandbox. Mit angehängtem `.service` ist immer die Unit gemeint, auch wenn ein Käfig so heißt. `--program` schreibt die Versuche als statisches Programm.",
		network: "Netz der Prüfung (Vorgabe: das des Käfigs)",
		alarm: "auch messen, welche Ausbruchsversuche einen Alarm auslösen, für den Nachweis",
		unit: "die Unit von `cagewright unit` unter dem laufenden systemd prüfen, oder die laufende Unit NAME, wenn kein Käfig so heißt",
		container: "in einem laufenden Container von podman oder Docker prüfen",
		pid: "in der Sandbox eines laufenden Prozesses prüfen, etwa einem chroot-Jail",
		program: "das Programm mit den Ausbruchsversuchen in eine neue DATEI schreiben, um es in jeder Sandbox auszuführen",
	},
};
