import type { ItemId } from "../core/record/checklist.ts";

type Sentences<Prefix extends string> = Readonly<Record<Extract<ItemId, `${Prefix}${number}`>, string>>;

/**
 * The sentences of safeguard S 4.198, quoted from the English edition. The available copy ends at `it must be documented` and has no text after
 * `Review questions:`.
 */
export const safeguard: Sentences<"s"> = {
	s1: "Initiation responsibility: Head of IT, IT Security Officer",
	s2: "Implementation responsibility: Administrator",
	s3: "In order to increase the security, an application can be installed in a so-called chroot cage.",
	s4: "The chroot() system command restricts the access of a certain application to a part of the file tree in Unix.",
	s5: "This is ensured by implementing all accesses to the file system performed by this application and the applications called by this application relative to the directory specified when calling the chroot() function.",
	s6: "This way, the directory becomes the root of the virtual file tree, referred to as chroot cage or chroot jail.",
	s7: "It is not possible to access superior directories and files.",
	s8: "For example, several services can be separated from each other on one server this way.",
	s9: "In addition to the chroot() system command, there is also an eponymous executable program that can be used for starting any applications desired in such a chroot cage.",
	s10: "For example, if an attacker manages to execute his/her own program code in the process space of the application, the direct damage would be contained by the fact that the attacker does not obtain direct access to the actual operating system.",
	s11: "There are ways for breaking out of a chroot cage.",
	s12: "However, an attacker must first notice that he/she is in a chroot cage.",
	s13: "This delays the attack.",
	s14: "During this time, the attack may possibly be detected and countermeasures can be initiated.",
	s15: "The chroot cage must contain copies of all files required for executing the application.",
	s16: "Which files this refers to must be determined on the basis of the existing documentation.",
	s17: "Normally, this includes the following files and directories: dev, lib, usr/bin, var, var/run, etc, and the application-specific files and directories.",
	s18: "If installing an application in a chroot cage is being considered, sufficient time must be allocated for planning and testing.",
	s19: "During installation, it must be documented",
	s20: "In particular, some device files must be created in the chroot cage; furthermore, correspondingly adapted versions of the files /etc/passwd and /etc/group are required.",
	s21: "All entries not required, except for the user and the group the application is to be operated by, should be removed from these files.",
	s22: "Depending on the operating system, additional entries may be necessary that should be kept in the files.",
};

/** Our German translation of the safeguard; not a quotation. */
export const safeguardInGerman: Sentences<"s"> = {
	s1: "Verantwortlich für die Initiierung: Leiter IT, IT-Sicherheitsbeauftragter",
	s2: "Verantwortlich für die Umsetzung: Administrator",
	s3: "Um die Sicherheit zu erhöhen, kann eine Anwendung in einem sogenannten chroot-Käfig installiert werden.",
	s4: "Der Systembefehl chroot() beschränkt unter Unix den Zugriff einer bestimmten Anwendung auf einen Teil des Dateibaums.",
	s5: "Dazu werden alle Dateizugriffe dieser Anwendung und der von ihr aufgerufenen Anwendungen relativ zu dem Verzeichnis ausgeführt, das beim Aufruf von chroot() angegeben wurde.",
	s6: "Das Verzeichnis wird so zur Wurzel des virtuellen Dateibaums, des chroot-Käfigs.",
	s7: "Auf übergeordnete Verzeichnisse und Dateien kann nicht zugegriffen werden.",
	s8: "So lassen sich zum Beispiel mehrere Dienste auf einem Server voneinander trennen.",
	s9: "Neben dem Systembefehl chroot() gibt es ein gleichnamiges Programm, mit dem sich beliebige Anwendungen in einem solchen Käfig starten lassen.",
	s10: "Gelingt es einem Angreifer, im Prozessraum der Anwendung eigenen Code auszuführen, bleibt der unmittelbare Schaden begrenzt, weil er keinen direkten Zugriff auf das eigentliche Betriebssystem erhält.",
	s11: "Es gibt Wege, aus einem chroot-Käfig auszubrechen.",
	s12: "Ein Angreifer muss aber erst bemerken, dass er sich in einem chroot-Käfig befindet.",
	s13: "Das verzögert den Angriff.",
	s14: "In dieser Zeit kann der Angriff möglicherweise entdeckt und können Gegenmaßnahmen eingeleitet werden.",
	s15: "Der chroot-Käfig muss Kopien aller Dateien enthalten, die zum Ausführen der Anwendung nötig sind.",
	s16: "Welche Dateien das sind, muss anhand der vorhandenen Dokumentation ermittelt werden.",
	s17: "Üblicherweise gehören dazu die Dateien und Verzeichnisse dev, lib, usr/bin, var, var/run, etc und die der Anwendung eigenen.",
	s18: "Wird erwogen, eine Anwendung in einem chroot-Käfig zu installieren, muss genügend Zeit für Planung und Test eingeplant werden.",
	s19: "Bei der Installation muss dokumentiert werden",
	s20: "Insbesondere müssen im chroot-Käfig einige Gerätedateien angelegt werden; außerdem werden entsprechend angepasste Fassungen von /etc/passwd und /etc/group benötigt.",
	s21: "Alle nicht benötigten Einträge sollten aus diesen Dateien entfernt werden, außer dem Benutzer und der Gruppe, unter denen die Anwendung laufen soll.",
	s22: "Je nach Betriebssystem können weitere Einträge nötig sein, die in den Dateien bleiben sollten.",
};

/** Requirement SYS.1.3.A10 of the IT-Grundschutz Compendium, quoted from its German and English editions. */
export const requirement: Readonly<Record<"en" | "de", Sentences<"r">>> = {
	en: {
		r1: "Services and applications SHOULD be protected with individual security architecture (e.g. with AppArmor or SELinux).",
		r2: "In addition, chroot environments and LXC or Docker containers SHOULD be taken into account here.",
		r3: "It SHOULD be ensured that the standard profiles and rules provided are activated.",
	},
	de: {
		r1: "Dienste und Anwendungen SOLLTEN mit einer individuellen Sicherheitsarchitektur geschützt werden (z. B. mit AppArmor oder SELinux).",
		r2: "Auch chroot-Umgebungen sowie LXC- oder Docker-Container SOLLTEN dabei berücksichtigt werden.",
		r3: "Es SOLLTE sichergestellt sein, dass mitgelieferte Standardprofile bzw. -regeln aktiviert sind.",
	},
};
