/** A directory that is made before a start where it is absent, as text `PATH` or `PATH:MODE`; it belongs to the application's account. */
export interface MadeDirectory {
	readonly path: string;
	/** Permission bits, with the sticky bit; 0755 where none is told (RuntimeDirectoryMode= and its like, systemd.exec(5)). */
	readonly mode: number;
}

const usual = 0o755;

export function parseMadeDirectory(text: string): MadeDirectory {
	const match = /^(.+):(0?[0-7]{3,4})$/s.exec(text);
	// set-user-ID and set-group-ID mean nothing in a cage, which is mounted nosuid.
	return match?.[1] ? { path: match[1], mode: Number.parseInt(match[2] ?? "", 8) & 0o1777 } : { path: text, mode: usual };
}

export function madeDirectoryText({ mode, path }: MadeDirectory): string {
	return mode === usual ? path : `${path}:${mode.toString(8).padStart(4, "0")}`;
}

/** Each path once; of two modes the one that was told wins. */
export function mergeMadeDirectories(texts: readonly string[]): string[] {
	const modes = new Map<string, number>();
	for (const { mode, path } of texts.map(parseMadeDirectory)) {
		if (!modes.has(path) || modes.get(path) === usual) modes.set(path, mode);
	}
	return [...modes].map(([path, mode]) => madeDirectoryText({ path, mode }));
}
