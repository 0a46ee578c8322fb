/**
 * Sessions of the wizard that were left before their end, each with an id of its own. Their fields are plain values; of what they mean nothing is
 * known here.
 */
export interface Sessions {
	/** All of them, the latest first. Looking changes nothing. */
	list(): Promise<readonly StoredSession[]>;
	/** A new one, open here. */
	create(): Promise<HeldSession>;
	/**
	 * Opens one. Throws `session-unknown`, `session-open` with the pid of the process that has it, `session-newer`, or `session-damaged` once it was set
	 * aside.
	 */
	open(id: string): Promise<OpenedSession>;
	/** Takes one out of the way that cannot be read, for somebody to look at. Returns where it is. */
	setAside(id: string): Promise<string>;
	/** Throws `session-unknown` or `session-open`. */
	remove(id: string): Promise<void>;
}

export interface StoredSession {
	readonly id: string;
	/** Milliseconds since 1970. */
	readonly savedAt: number;
	/** The process that has it open. */
	readonly holder?: number;
	/** Where it is. */
	readonly path: string;
	/** `aside`: damaged, and taken out of the way before. */
	readonly problem?: "damaged" | "newer" | "aside";
	/** The small fields; empty where there is a problem. */
	readonly fields: Readonly<Record<string, unknown>>;
}

export interface OpenedSession {
	readonly held: HeldSession;
	readonly savedAt: number;
	/** All fields that could be read; a damaged part is missing. */
	readonly fields: Readonly<Record<string, unknown>>;
}

/** A session that no other process can open meanwhile. */
export interface HeldSession {
	readonly id: string;
	/** Writes these fields in place of those before; a large one only when it is another value. At any moment there is a whole session on disk. */
	write(fields: Readonly<Record<string, unknown>>): Promise<void>;
	/** There is nothing left to go on with. */
	remove(): Promise<void>;
	release(): void;
}
