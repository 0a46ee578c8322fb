import type { PackageRef } from "../base/machine/facts.ts";
import type { Path } from "../base/path/path.ts";
import type { Evidence, MachineFacts, PackageOrigin } from "./evidence.ts";
import type { AlarmService, Responsible, ResponsibleNames } from "./record.ts";

/** The record's texts, evidence and responsible persons. */
export interface RecordStore {
	/** The last record. */
	text(name: string): Promise<string | undefined>;
	/** Writes the record; returns its path. */
	saveText(name: string, text: string): Promise<string>;
	/** Evidence of all generations that were ever published, oldest first, including deleted ones. */
	evidence(name: string): Promise<readonly Evidence[]>;
	saveEvidence(name: string, evidence: Evidence): Promise<void>;
	responsible(name: string): Promise<Responsible>;
	saveResponsible(name: string, responsible: Responsible): Promise<void>;
	/** Defaults for every cage of this state folder. */
	names(): Promise<ResponsibleNames>;
	saveNames(names: ResponsibleNames): Promise<void>;
}

/** Facts for the record. */
export interface RecordFacts {
	/** The user who runs this: the login behind sudo if there is one. */
	who(): string;
	/** The login of the person who runs this. Undefined for root, because an account that several people use names nobody. */
	person(): string | undefined;
	/** The service of `cagewright watch`, and whether it watches this cage. Undefined if systemd does not run. */
	alarmService(cage: string): Promise<AlarmService | undefined>;
	host(): Pick<MachineFacts, "host" | "system" | "distribution" | "architecture" | "packageKind" | "kernel" | "cagewright">;
	/** Origins of the packages that are installed in exactly this version; the others are absent. */
	origins(packages: readonly PackageRef[]): readonly (PackageRef & PackageOrigin)[];
	/** Returns the hash in hexadecimal. */
	sha256(text: string): string;
	/** Whether packaged configuration is unmodified, with the package's own text if it is on this machine. Other paths are absent. */
	asShipped(paths: readonly Path[]): ReadonlyMap<Path, { readonly isSame: boolean; readonly text?: string }>;
}
