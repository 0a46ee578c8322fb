/** What a unit's specifiers stand for (systemd.unit(5), SPECIFIERS), for units of the system manager. */
export interface UnitName {
	/** `redis-server@main.service` */
	readonly full: string;
	/** `redis-server` */
	readonly prefix: string;
	/** `main`; "" where the unit has none. */
	readonly instance: string;
	/** `service` */
	readonly type: string;
	/** `NAME@.service`, which cannot be started without an instance. */
	readonly template: boolean;
}

export function parseUnitName(full: string): UnitName {
	const dot = full.lastIndexOf(".");
	const stem = dot < 0 ? full : full.slice(0, dot);
	const type = dot < 0 ? "" : full.slice(dot + 1);
	const at = stem.indexOf("@");
	if (at < 0) return { full, prefix: stem, instance: "", type, template: false };
	return { full, prefix: stem.slice(0, at), instance: stem.slice(at + 1), type, template: at === stem.length - 1 };
}

/** Facts of the machine that some specifiers name: H (host name), m (machine id), b (boot id), v (kernel), a (architecture), o, w … by letter. */
export type MachineSpecifiers = Readonly<Record<string, string>>;

export interface Expanded {
	readonly text: string;
	/** Letters of specifiers that name something this machine did not tell; they stay as they are written. */
	readonly unknown: readonly string[];
}

/** Letters that the system manager knows but that only the machine can answer. */
const machineLetters = new Set("AabBHlmMoqvwW");

export function expandSpecifiers(text: string, unit: UnitName, machine: MachineSpecifiers = {}): Expanded {
	const unknown: string[] = [];
	const expanded = text.replace(/%([A-Za-z%])/g, (all, letter: string) => {
		if (letter === "%") return "%";
		const value = specifierValue(letter, unit) ?? (Object.hasOwn(machine, letter) ? machine[letter] : undefined);
		if (value === undefined && machineLetters.has(letter)) unknown.push(letter);
		return value ?? all;
	});
	return { text: expanded, unknown };
}

function specifierValue(letter: string, unit: UnitName): string | undefined {
	const lastPart = unit.prefix.slice(unit.prefix.lastIndexOf("-") + 1);
	// A template has no instance yet: what names it stays to be seen.
	if (unit.template && "iIf".includes(letter)) return undefined;
	switch (letter) {
		case "n":
			return unit.full;
		case "N":
			return unit.type === "" ? unit.full : unit.full.slice(0, -unit.type.length - 1);
		case "p":
			return unit.prefix;
		case "P":
			return unescapeUnitName(unit.prefix);
		case "i":
			return unit.instance;
		case "I":
			return unescapeUnitName(unit.instance);
		case "j":
			return lastPart;
		case "J":
			return unescapeUnitName(lastPart);
		case "f": {
			const path = unescapeUnitName(unit.instance === "" ? unit.prefix : unit.instance);
			return path.startsWith("/") ? path : `/${path}`;
		}
		case "d":
			return `/run/credentials/${unit.full}`;
		case "t":
			return "/run";
		case "S":
			return "/var/lib";
		case "C":
			return "/var/cache";
		case "L":
			return "/var/log";
		case "E":
			return "/etc";
		case "T":
			return "/tmp";
		case "V":
			return "/var/tmp";
		// These four tell of the service manager, which is root's, and not of User= (systemd.unit(5)).
		case "u":
		case "g":
			return "root";
		case "U":
		case "G":
			return "0";
		case "h":
			return "/root";
		case "s":
			return "/bin/sh";
		default:
			return undefined;
	}
}

/** systemd-escape(1) undone: `-` is a slash, `\xNN` a byte. */
export function unescapeUnitName(text: string): string {
	const bytes = Buffer.from(text, "utf8").toString("latin1");
	const plain = bytes.replace(/-|\\x([0-9a-fA-F]{2})/g, (_, hex?: string) =>
		hex === undefined ? "/" : String.fromCharCode(Number.parseInt(hex, 16)),
	);
	return Buffer.from(plain, "latin1").toString("utf8");
}
